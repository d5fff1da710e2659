"""Executions of lines against Valgrind's callgrind, which counts each instruction: where all of a line's ran equally often, so did the line."""

import json
import pathlib
import re

from harness import case, check, compile, mprof, needs, record, run, run_cases

PROGRAMS = ("moments.c", "callers.c", "leaks.c", "ledger.c", "longjmp.c", "many_pairs.c", "exceptions.cpp", "new_and_delete.cpp", "loops.c", "split.c")


def by_callgrind(program, source, directory):
    """Of the source's lines: how often each of their instructions ran; and of its functions: how often they were called."""
    out = directory / "callgrind.out"
    done = run([needs("valgrind"), "--tool=callgrind", "--dump-instr=yes", "--skip-plt=no", "--compress-pos=no", "--compress-strings=no", f"--callgrind-out-file={out}", program],
               directory)
    check(out.exists(), f"callgrind: {done.stderr}")
    counts, file, called = {}, "", False
    for line in out.read_text().splitlines():
        if match := re.match(r"(?:fl|fi|fe)=(.*)", line):
            file = match.group(1)
        elif line.startswith("calls="):
            called = True  # the next line is what the call cost in all
        elif match := re.match(r"0x([0-9a-f]+) (\d+) (\d+)$", line):
            if not called and pathlib.Path(file).name == pathlib.Path(source).name:
                # Costs of one instruction may stand in several places, one for each caller's context.
                at = counts.setdefault(int(match.group(2)), {})
                at[match.group(1)] = at.get(match.group(1), 0) + int(match.group(3))
            called = False
    return counts


@case
def lines_whose_instructions_run_equally_often(directory):
    compared = 0
    for compiler, level, sources in (("gcc", "-O0", PROGRAMS), ("clang", "-O0", ("moments.c", "leaks.c", "longjmp.c", "loops.c")), ("gcc", "-Og", PROGRAMS[:5])):
        for source in sources:
            folder = directory / f"{source}-{compiler}{level}"
            folder.mkdir()
            program = compile(source, folder / "program", level, "-Wno-attributes", cc={"gcc": "g++", "clang": "clang++"}[compiler] if source.endswith("cpp") else compiler)
            counts = by_callgrind(program, source, folder)
            trace = record([program], folder, MPROF_LINES="*").trace()
            wrong, count = {}, 0
            for function in json.loads(mprof("report", "--format", "json", trace).stdout)["functions"]:
                for line in function["lines"][1:] if function["file"].endswith(source) else ():
                    times = set(counts.get(line["line"], {}).values())
                    if line["hits"] and len(times) == 1:
                        count += 1
                        if times != {line["hits"]}:
                            wrong[line["line"]] = (line["hits"], times, line["source"])
            compared += count
            # Cleanups that go back to a line, and statements over several lines, are more visits than one: doc/lines.md.
            check(len(wrong) <= count // 20 + 1, f"{source}, {compiler} {level}: {len(wrong)} of {count}: {wrong}")
    print(f"# {compared} lines compared", flush=True)
    check(compared > 250, f"lines compared: {compared}")


run_cases()
