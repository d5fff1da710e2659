"""Functions, files, lines and inlined frames of call sites, as llvm-symbolizer sees them.

Programs of many compilers are not run but taken apart: each call instruction is looked up by mprof's symbolizer
(symbolized.c) and by llvm-symbolizer, and what they say must be the same.  Where names differ by how they are
written, same_name says why.
"""

import os
import re
import subprocess

from harness import BUILD, case, check, needs, run_cases
from lines_programs import build, copied, line_tables_only, needs_newer_rustc, rustc

SITES_MAX = 8000
SYMBOLIZED = BUILD / "tests/e2e/symbolized"

# What compilers append to the symbols of clones and parts of functions.
CLONE = re.compile(r"(\.(cold|part|constprop|isra|lto_priv|localalias|llvm|clone|warm|hot|unlikely|resolver)\b.*|\.\d+|\.abi\w+|@.*)$")
VARIANT = re.compile(r"([CD]I?)[0-5]([EIN])")
SEPARATOR = re.compile(r"::|__|_MOD_|\.")


def return_addresses(program, limit=SITES_MAX):
    """What follows each call instruction, spread evenly over the program where there are too many."""
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-j", ".text", program], capture_output=True, text=True,
                          check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    addresses, after_call = [], False
    for line in text.splitlines():
        match = re.match(r" +([0-9a-f]+):\t(\S+)", line)
        if not match:
            continue
        if after_call:
            addresses.append(int(match[1], 16))
        after_call = match[2].startswith("call")
    return addresses[::max(1, -(-len(addresses) // limit))]


def addresses_of_symbols(program):
    text = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    return {name: int(address, 16) for address, _, name in (line.split(" ", 2) for line in text.splitlines() if line[0] != " ")}


def normal_path(path):
    return os.path.normpath(path) if path else ""


def by_llvm(program, addresses):
    """Per address its frames, innermost first: (name, file, line)."""
    asked = "".join(f"0x{address - 1:x}\n" for address in addresses)
    done = subprocess.run(["llvm-symbolizer", "--no-demangle", "--obj", program], input=asked, capture_output=True, text=True,
                          check=True)
    answers = []
    for block in done.stdout.strip("\n").split("\n\n"):
        lines = block.split("\n")
        frames = []
        for name, place in zip(lines[0::2], lines[1::2]):
            file, line, _ = place.rsplit(":", 2)
            frames.append(("" if name == "??" else name, "" if file == "??" else normal_path(file), int(line)))
        answers.append(frames)
    return answers


def by_mprof(program, addresses):
    """The same; a part of a function is shown as the function at the part's place, as there."""
    asked = "".join(f"{address:x}\n" for address in addresses)
    done = subprocess.run([SYMBOLIZED, program], input=asked, capture_output=True, text=True, check=True)
    answers = []
    for block in done.stdout.split("\n\n")[:-1]:
        frames, part = [], None
        for line in block.split("\n"):
            symbol, name, file, at, first, last, kind = line.split("\t")
            frame = (symbol, name), normal_path(file), int(at)
            if part:
                check(frame[0] == part[0], f"{part} is followed by its function, not {frame}")
                part = None
                continue
            frames.append(frame)
            part = frame if kind == "part" else None
        answers.append(frames)
    return answers


def last_part(name):
    while (shorter := re.sub(r"<[^<>]*>", "", name)) != name:
        name = shorter
    return SEPARATOR.split(name)[-1]


def same_name(ours, theirs, aliases):
    """Mangled names are equal but for the kind of a constructor or destructor, of which several are at one address, as
    are functions that an optimizer found equal (`aliases`).  Others of ours are qualified, and main programs have a
    name of the source and one of the linker's."""
    symbol, name = ours
    a, b = (VARIANT.sub(r"\g<1>1\g<2>", CLONE.sub("", text)) for text in (symbol, theirs))
    if a == b or b in ("MAIN__", "_ada_" + a) or aliases.get(symbol, 0) == aliases.get(theirs):
        return True
    return last_part(CLONE.sub("", name)) == last_part(b)


def same_place(ours, theirs):
    """Files of assembler and start-up code are in symbol tables, which tell no line.  "<no_file>" is none."""
    return ours == theirs or ours[1] == theirs[1] == 0 or (ours[1] == 0 and os.path.basename(theirs[0]).startswith("<"))


def compare(program):
    """Fails by the differences at all call sites."""
    addresses = return_addresses(program)
    check(addresses, f"{program} calls something")
    differing, aliases = [], addresses_of_symbols(program)
    for address, ours, theirs in zip(addresses, by_mprof(program, addresses), by_llvm(program, addresses), strict=True):
        same = len(ours) == len(theirs) and all(
            same_name(our[0], their[0], aliases) and same_place(our[1:], their[1:]) for our, their in zip(ours, theirs))
        if not same:
            differing.append(f"{address:#x}:\n  mprof {ours}\n  llvm  {theirs}")
    print(f"# {os.path.basename(program)}: {len(addresses)} call sites, {len(differing)} differ", flush=True)
    check(not differing, f"{len(differing)} of {len(addresses)} differ:\n" + "\n".join(differing[:10]))


def each(directory, *commands):
    """Builds and compares: (name, command...)."""
    needs("llvm-symbolizer")
    sources = copied(directory)
    for name, *command in commands:
        build(sources, *command, "-o", name)
        compare(sources / name)


@case
def templates(directory):
    each(directory, *((f"templated-{cxx}{level}", cxx, "-g", level, "-std=c++17", *small, "templated.cpp")
                      for cxx, level, *small in (("g++", "-O0"), ("g++", "-O2", "-DSMALL"), ("clang++", "-O0", "-DSMALL"), ("clang++", "-O2", "-DSMALL"))))


@case
def lambdas(directory):
    each(directory, *((f"lambdas-{cxx}{level}{debug}", cxx, debug, level, "-std=c++17", "lambdas.cpp")
                      for cxx, debug, level in (("g++", "-g", "-O0"), ("g++", "-g", "-O2"), ("g++", "-g1", "-O2"), ("clang++", "-g", "-O2"),
                                                ("clang++", "-gline-tables-only", "-O0"), ("clang++", "-gline-tables-only", "-O2"))))


@case
def coroutines(directory):
    each(directory, *((f"coroutines{level}", "g++", "-g", level, "-std=c++20", "coroutines.cpp") for level in ("-O0", "-O2")))


@case
def parts_of_other_files(directory):
    each(directory, *((f"parts-{cc}{level}", cc, "-g", level, "parts.c") for cc in ("gcc", "clang") for level in ("-O0", "-O2")))


@case
def merged_cases(directory):
    each(directory, ("merged-gcc", "gcc", "-g", "-O2", "merged.c"), ("merged-clang", "clang", "-g", "-O2", "merged.c"))


@case
def openmp(directory):
    each(directory, *((f"openmp-{cc}{level}", cc, "-g", "-fopenmp", level, "openmp.c") for cc in ("gcc", "clang") for level in ("-O0", "-O2")))


@case
def fortran(directory):
    each(directory, ("fortran-O0", "gfortran", "-g", "demo.f90"), ("fortran-O2", "gfortran", "-g", "-O2", "demo.f90"))


@case
def ada(directory):
    each(directory, ("ada", "gnatmake", "-q", "-g", "demo.adb"))


@case
def d(directory):
    each(directory, ("d", "gdc", "-g", "demo.d"))


@case
def go(directory):
    needs("llvm-symbolizer")
    sources = copied(directory)
    build(sources, "go", "build", "-o", "demo-go", "demo.go", needed=("gcc",))
    compare(sources / "demo-go")


@case
def rust(directory):
    needs_newer_rustc()
    tables = line_tables_only()
    each(directory, *((f"rust-{debug}-{level}-{mangling}", *rustc(debug, level, mangling))
                      for debug, level, mangling in (("2", 0, "legacy"), ("2", 2, "v0"), (tables, 0, "legacy"), (tables, 2, "v0"))))


@case
def vala(directory):
    each(directory, ("vala", "valac", "-g", "--save-temps", "demo.vala"))


@case
def nim(directory):
    needs("llvm-symbolizer")
    sources = copied(directory)
    build(sources, "nim", "c", "--debugger:native", "--hints:off", "--nimcache:cache", "-o:nim", "demo.nim")
    compare(sources / "nim")


@case
def bison_and_flex(directory):
    needs("llvm-symbolizer")
    sources = copied(directory)
    build(sources, "bison", "-d", "calc.y")
    build(sources, "flex", "-o", "words.c", "words.l")
    for level in ("-O0", "-O2"):
        build(sources, "gcc", "-g", level, "calc.tab.c", "words.c", "-o", f"calc{level}")
        compare(sources / f"calc{level}")


run_cases()
