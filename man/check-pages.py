#!/usr/bin/env python3
"""check-pages.py - the manual pages are clean for those who format them, and tell all that help tells.

Usage: check-pages.py MPROF FOLDER, where FOLDER has the pages.
"""

import pathlib
import re
import shutil
import subprocess
import sys

mprof, pages = sys.argv[1], pathlib.Path(sys.argv[2])


def output(*arguments):
    return subprocess.run([mprof, *arguments], capture_output=True, text=True, check=True).stdout


def formatted(page):
    """Its text, without the marks of bold and underlined letters, and what the formatter complains of."""
    done = subprocess.run(["groff", "-mdoc", "-ww", "-Tascii", "-P-c", "-rHY=0", page], capture_output=True, text=True)
    return re.sub(".\b", "", done.stdout), done.stderr


def letters(text):
    """Lines may be broken anywhere, and hyphens be added there."""
    return re.sub(r"[\s-]", "", text)


def options_of_help(command):
    return re.findall(r"^ +(?:(-\w)(?:, +|$))?(?:(--[a-z-]+)|$)", output("help", command), re.MULTILINE)


def documented_options(page):
    items = re.findall(r"^\.It (Fl .*)$", page, re.MULTILINE)
    return {"-" + option.replace("\\", "").replace("&", "") for item in items for option in re.findall(r"\bFl (\S+)", item)}


def faults_of_source(name, page):
    yield from (f"{name} has {word} left" for word in re.findall(r"@\w+@", page))
    yield from (f"{name}: no {part}" for part in ("NAME", "SYNOPSIS", "DESCRIPTION", "SEE ALSO") if f".Sh {part}\n" not in page)


def faults_of_page(name):
    path = pages / name
    if not path.exists():
        return [f"{name} is missing"]
    return [*faults_of_source(name, path.read_text()), *(formatted(path)[1].splitlines() if shutil.which("groff") else ())]


def sentences_of_help(command):
    """What help says of options, in columns behind them."""
    column, found = None, []
    for line in output("help", command).splitlines():
        option = re.match(r"^ +-.*?  +(?=\S)|^ +-\S+.*$", line)
        if option and line.startswith("  "):
            found.append(line[len(option[0]):])
        elif found and re.match(r"^ {20,}\S", line):
            found[-1] += " " + line.strip()
    return [sentence for sentence in found if sentence]


def faults_of_command(command):
    name = f"mprof-{command}.1"
    path = pages / name
    if not path.exists():
        return
    offered = {option for pair in options_of_help(command) for option in pair if option}
    documented = documented_options(path.read_text())
    if "--help" not in offered:
        yield f"mprof help {command} shows no options"
    yield from (f"{name} lacks {option}" for option in sorted(offered - documented))
    yield from (f"{name} documents {option}, which {command} has not" for option in sorted(documented - offered))
    if shutil.which("groff"):
        text = letters(formatted(path)[0])
        yield from (f"{name} lacks: {sentence}" for sentence in sentences_of_help(command) if letters(sentence) not in text)


def faults_of_rgc():
    """Each function that the library has for users is in its page."""
    headers = "".join(path.read_text() for path in (pathlib.Path(__file__).parents[1] / "include/mprof").glob("rgc*/*.h"))
    headers += (pathlib.Path(__file__).parents[1] / "include/mprof/rgc.h").read_text()
    functions = {name for name in re.findall(r"^(?:RGC_API|static inline)\b[^;{(]*?\b(rgc_\w+)\(", headers, re.M) if not name.endswith("_")}
    if len(functions) < 100:
        yield f"functions of rgc found: {len(functions)}"
    text = (pages / "rgc.3").read_text()
    yield from (f"rgc.3 lacks {name}" for name in sorted(functions) if not re.search(rf"\b{name}\(", text))


commands = [command for command in re.findall(r"^  (\w+) ", output("help"), re.MULTILINE) if command != "help"]
faults = [] if commands else ["mprof help names no commands"]
faults += [*faults_of_page("mprof.1"), *faults_of_page("rgc.3"), *faults_of_rgc()]
overview = (pages / "mprof.1").read_text()
for command in commands:
    if f".It Xr mprof-{command} 1" not in overview:
        faults.append(f"mprof.1 does not name {command}")
    faults += [*faults_of_page(f"mprof-{command}.1"), *faults_of_command(command)]
print("\n".join(faults), end="\n" if faults else "")
sys.exit(1 if faults else 0)
