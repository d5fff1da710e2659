#!/usr/bin/env python3
"""rgc.py - the manual page rgc(3), of the comments of rgc's headers.

Usage: rgc.py DATE VERSION HEADER..., of which the first is mprof/rgc.h; prints the page.  A comment documents the declarations behind it, up to
the next comment or empty line; names that end with "_" are not for users.
"""

import pathlib
import re
import sys

INTERNAL = re.compile(r"\b\w+_\s*\(|\b\w+_$")


class Page:
    def __init__(self):
        self.lines = []

    def text(self, line):
        line = line.replace("\\", "\\e")
        self.lines.append("\\&" + line if line[:1] in (".", "'") else line)

    def request(self, line):
        self.lines.append(line)

    def literal(self, lines):
        self.request(".Bd -literal -offset indent -compact")
        for line in lines:
            self.text(line)
        self.request(".Ed")

    def paragraphs(self, comment):
        """Text, and what is indented as it stands."""
        example = []
        for line in [*comment, ""]:
            if line.startswith("    "):
                example.append(line[4:])
                continue
            if example:
                self.literal(example)
                example = []
            if line:
                self.text(line)
            elif self.lines[-1] != ".Pp":
                self.request(".Pp")
        if self.lines[-1] == ".Pp":
            self.lines.pop()


def words_of(comment):
    """The lines of a comment, without what makes it one."""
    lines = [re.sub(r"^ ?\*? ?", "", line.replace("\t", "    ")).rstrip() for line in comment[2:-2].split("\n")]
    return "\n".join([lines[0].strip(), *lines[1:]]).strip("\n").split("\n")


def macro(code):
    """#define NAME(arguments) as it is called; a constant as it stands.  None: it is nothing for users."""
    name = re.match(r"#define (\w+)(\([^)]*\))?", code)
    if not name or re.search(r"(_|_H|_\d+)$", name[1]):
        return None
    return name[1] + name[2] if name[2] else code


def declarations(code):
    """Of a piece of C: what users see of it."""
    code = re.sub(r'extern "C" \{|^#(?!define).*$', "", code, flags=re.M)
    found, depth, statement = [], 0, ""
    for token in re.findall(r"^#define(?:\\\n|[^\n])*|[{};]|[^{};#]+|#", code, re.M):
        if token.startswith("#define"):
            found.append(macro(token))
            continue
        depth -= token == "}"
        inline = "static inline" in statement and "(" in statement
        if not (inline and (depth > 0 or token in "{}")):
            statement += token
        depth += token == "{"
        if depth == 0 and (token == ";" or (inline and token == "}")):
            found.append(shown(statement))
            statement = ""
    return [one for one in found if one]


def shown(statement):
    statement = re.sub(r"\b(RGC_API|RGC_WARN_UNUSED|static inline|__attribute__\(\((?:[^()]|\([^()]*\))*\)\))\s*", "", statement).strip().rstrip(";").rstrip()
    if not statement or INTERNAL.search(statement.split("(")[0] + "(") or statement.startswith("RGC_DECLARE_TYPE"):
        return None
    return re.sub(r"\n\t+", "\n    ", statement) + ";"


def put_group(page, comment, code):
    found = declarations(code)
    if not found:
        return
    page.request(".Pp")
    page.literal("\n".join(found).split("\n"))
    page.paragraphs(comment)


def pieces(text):
    """(comment, code behind it) one after the other; comments within a line are code."""
    text = re.sub(r"^#ifdef __cplusplus\n(?!extern|\}).*?^#e(?:ndif|lse)[^\n]*\n", "", text, flags=re.S | re.M)
    at = [match.span() for match in re.finditer(r"^/\*.*?\*/\n", text, re.S | re.M)]
    for i, (begin, end) in enumerate(at):
        behind = text[end:at[i + 1][0] if i + 1 < len(at) else len(text)]
        yield words_of(text[begin:end].strip()), behind


def put_header(page, path, first):
    (head, _), *groups = pieces(path.read_text())
    head = re.sub(r"^[\w.]+ - |  Part of mprof/rgc\.h\.", "", "\n".join(head), flags=re.M).split("\n")
    title = re.split(r"[.:]", " ".join(head))[0]
    page.request(".Sh DESCRIPTION" if first else f".Sh {title.upper()}")
    if not first:
        page.request(".In mprof/rgc/" + path.name)
        page.request(".Pp")
    if head[0] == title + ".":
        head = head[2:]
    else:
        head[0] = head[0][:1].upper() + head[0][1:]
    page.paragraphs(head)
    for comment, code in groups:
        if comment[0].startswith("---- "):
            page.request(f".Ss {comment[0].strip('- ')}")
        put_group(page, [] if comment[0].startswith("---- ") else comment, code)


def main():
    date, version, *headers = sys.argv[1:]
    page = Page()
    for line in (f".Dd {date}", ".Dt RGC 3", f".Os mprof {version}", ".Sh NAME", ".Nm rgc", ".Nd reference counts with a cycle collector, after CPython",
                 ".Sh SYNOPSIS", ".In mprof/rgc.h", ".Pp", ".Dl cc program.c $(pkg-config --cflags --libs rgc)"):
        page.request(line)
    for i, header in enumerate(headers):
        put_header(page, pathlib.Path(header), i == 0)
    page.request(".Sh SEE ALSO")
    page.request(".Xr mprof-gc 1")
    print("\n".join(page.lines))


main()
