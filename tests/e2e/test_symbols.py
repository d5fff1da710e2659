"""Where debug information and source text come from, beyond the program file itself."""

import os
import shutil
import socket
import subprocess
import time

import harness
from harness import Skip, case, check, check_equal, compile, lines_of, mprof, needs, record, run, run_cases, wait_for

SOURCE = "split.c"
LINE = 9  # of the allocation in it


def report(trace, *arguments, **options):
    """What is looked up now, whatever the trace remembers of an earlier report."""
    return harness.report(trace, "--no-names", *arguments, **options)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stripped(directory, debug):
    """A program without debug information, recorded; its debug file goes to `debug`."""
    program = compile(SOURCE, directory / "split", "-O1")
    for argv in (["objcopy", "--only-keep-debug", program, debug], ["strip", program]):
        check_equal(run(argv, directory).returncode, 0, argv[0])
    return program, record([program], directory).trace()


def check_line(trace, *arguments, **options):
    rows = lines_of(report(trace, "-f", "keeps", *arguments, **options), "keeps")
    check_equal((rows[LINE]["allocated_bytes"], rows[LINE]["source"].strip()),
                (1000000, "return malloc(size_bytes);"), "the line of the allocation")


@case
def debug_file_by_build_id(directory):
    program, trace = stripped(directory, directory / "debug")
    notes = run(["readelf", "-n", program], directory).stdout
    build_id = notes.split("Build ID:")[1].split()[0]
    folder = directory / "symbols" / ".build-id" / build_id[:2]
    folder.mkdir(parents=True)
    (directory / "debug").rename(folder / f"{build_id[2:]}.debug")
    check_line(trace, "--debug-dir", directory / "symbols")


@case
def debuginfod_server(directory):
    """Asked only where DEBUGINFOD_URLS says so; a server of our own, on loopback."""
    needs("debuginfod")
    (directory / "store").mkdir()
    _, trace = stripped(directory, directory / "store" / "split.debug")
    check_equal(report(trace, "-f", "keeps")["functions"], [], "tables without a server")
    port, log = free_port(), directory / "log"
    server = subprocess.Popen(["debuginfod", "-v", "-p", str(port), "-d", ":memory:", "-F", str(directory / "store")],
                              stdin=subprocess.DEVNULL, stdout=log.open("w"), stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: "groomed database" in log.read_text(), 60, "debuginfod's scan")
        check_line(trace, DEBUGINFOD_URLS=f"http://127.0.0.1:{port}", DEBUGINFOD_CACHE_PATH=str(directory / "cache"))
    finally:
        server.kill()
        server.wait()


@case
def unstripped_copy(directory):
    """The program as it was before it was stripped, in a folder of the user's: known by its build-id, not by its name alone."""
    program = compile(SOURCE, directory / "split", "-O1")
    for folder in ("copies", "others"):
        (directory / folder).mkdir()
    shutil.copy(program, directory / "copies" / "split")
    compile(SOURCE, directory / "others" / "split", "-O2", "-DOTHER=1")
    check_equal(run(["strip", program], directory).returncode, 0, "strip")
    trace = record([program], directory).trace()
    check_line(trace, "--debug-dir", directory / "others", "--debug-dir", directory / "copies")
    program.unlink()  # as where somebody else's recording is read
    check_line(trace, "--debug-dir", directory / "others", "--debug-dir", directory / "copies")
    check_equal(report(trace, "-f", "keeps", "--debug-dir", directory / "others")["functions"], [], "tables by another build's file")


@case
def source_elsewhere(directory):
    """The source has moved since the compilation: --source-map and --source-dir find it."""
    home = directory / "home"
    home.mkdir()
    source = home / "moved.c"
    original = os.path.join(os.path.dirname(__file__), "programs", SOURCE)
    source.write_text(open(original, encoding="utf-8").read())
    check_equal(run(["gcc", "-g", "-O1", "-o", directory / "moved", source], directory).returncode, 0, "gcc")
    trace = record([directory / "moved"], directory).trace()
    away = directory / "away"
    home.rename(away)
    for arguments in (("--source-map", f"{home}={away}"), ("--source-dir", away)):
        check_line(trace, *arguments)
    rows = lines_of(report(trace, "-f", "keeps"), "keeps")
    check_equal((rows[LINE]["allocated_bytes"], rows[LINE]["source"]), (1000000, None), "the line without its text")


def two_files(directory, *flags, cc="gcc"):
    """A program of two files with a header, compiled below `directory` by relative paths, recorded."""
    home = directory / "work"
    (home / "src" / "b").mkdir(parents=True)
    (home / "src" / "main.c").write_text('#include "b/grab.h"\nvoid *kept;\nint main(void)\n{\n\tkept = grab(1000000);\n\treturn 0;\n}\n')
    (home / "src" / "b" / "grab.h").write_text("void *grab(unsigned long size_bytes);\n")
    (home / "src" / "b" / "grab.c").write_text('#include "grab.h"\n#include <stdlib.h>\nvoid *grab(unsigned long size_bytes)\n{\n'
                                               "\treturn malloc(size_bytes);\n}\n")
    needs(cc)
    done = run([cc, "-g", "-O1", "-fno-inline", *flags, "-o", "app", "src/main.c", "src/b/grab.c"], home)
    check_equal(done.returncode, 0, f"{cc}: {done.stderr}")
    return home, record(["./app"], home).trace()


def text_of(trace, *arguments):
    return lines_of(report(trace, "-f", "grab", *arguments), "grab")[5]["source"]


RIGHT = "\treturn malloc(size_bytes);"


@case
def source_directory(directory):
    """A relative path as a whole; and a file where it was compiled goes before a mere namesake below the directory."""
    home, trace = two_files(directory, f"-ffile-prefix-map={directory / 'work'}=.")
    check_equal(text_of(trace, "--source-dir", home), RIGHT, "below the directory")
    check_equal(text_of(trace, "--source-dir", home / "src" / "b"), RIGHT, "by its name alone, where it is nowhere else")


@case
def namesakes(directory):
    home, trace = two_files(directory)
    other = directory / "other"
    other.mkdir()
    (other / "grab.c").write_text("\n" * 4 + "not this one\n")
    check_equal(text_of(trace, "--source-dir", other), RIGHT, "beside an unrelated file")
    (home / "src").rename(directory / "gone")
    (other / "grab.c").rename(directory / "gone" / "grab.c")
    check_equal(text_of(trace, "--source-dir", directory / "gone"), RIGHT, "by a longer end")


def warnings_of(trace, *arguments):
    text = mprof("report", "--no-names", *arguments, trace).stdout
    return [line.removeprefix("warning: ") for line in text.splitlines() if line.startswith("warning: ")]


def check_warning(trace, *parts):
    found = warnings_of(trace)
    check_equal(len(found), 1, f"warnings: {found}")
    check(all(str(part) in found[0] for part in parts), f"{found[0]!r} has {parts}")


@case
def edited_source(directory):
    """clang writes checksums: text that differs is said so however old it is, and equal text is not suspected however new."""
    for cc, flags in (("gcc", ()), ("clang", ("-gdwarf-5",)), ("clang", ("-gdwarf-4",))):
        folder = directory / (cc + "".join(flags))
        folder.mkdir()
        home, trace = two_files(folder, *flags, cc=cc)
        source = home / "src" / "b" / "grab.c"
        check_equal(warnings_of(trace), [], f"{cc} {flags}: nothing changed")
        text, times = source.read_text(), source.stat()
        os.utime(home / "app")
        time.sleep(0.01)
        source.touch()
        if "-gdwarf-5" in flags:
            check_equal(warnings_of(trace), [], "the same text, newer")
            source.write_text("\n" + text)
            os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
            check_warning(trace, source, "not the text")
        else:
            source.write_text("\n" + text)
            check_warning(trace, source, "newer than")
            os.utime(home / "app")  # as if installed anew; the recording is older nevertheless
            check_warning(trace, source, "newer than the recording")


@case
def rebuilt_without_build_id(directory):
    """Nothing but its time tells a rebuilt program from the one that ran."""
    home, trace = two_files(directory, "-Wl,--build-id=none")
    check_equal((warnings_of(trace), text_of(trace)), ([], RIGHT), "as it was")
    time.sleep(0.01)
    os.utime(home / "app")
    check_warning(trace, home / "app", "rebuilt")
    check_equal(report(trace)["functions"], [], "tables of another build's lines")


def missing(directory, name, *flags, then=(), link=()):
    """The warning of a program whose debug information is not whole."""
    folder = directory / name
    folder.mkdir()
    (folder / "m.c").write_text("#include <stdlib.h>\nvoid *kept;\nint main(void)\n{\n\tkept = malloc(1000000);\n\treturn 0;\n}\n")
    for argv in (["gcc", "-g", "-O1", *flags, "-c", "m.c"], ["gcc", *link, "-o", "app", "m.o"], *then):
        done = run(argv, folder)
        check_equal(done.returncode, 0, f"{argv}: {done.stderr}")
    trace = record(["./app"], folder).trace()
    found = warnings_of(trace)
    check_equal(len(found), 1, f"{name}: warnings {found}")
    check(found[0].startswith(f"{folder}/app has "), found[0])
    return found[0]


def old_elfutils():
    """What elfutils before 0.191 cannot read."""
    version = run(["pkg-config", "--modversion", "libdw"]).stdout.strip() or "0.188"
    return tuple(map(int, version.split("."))) < (0, 191)


@case
def true_reasons(directory):
    """Not `compile it with -g` to somebody who did."""
    check("compile it with -g" in missing(directory, "none", "-g0"), "without -g")
    check("m.dwo" in missing(directory, "split", "-gsplit-dwarf", then=(["rm", "m.dwo"],)), "the .dwo file is named")
    keep = (["objcopy", "--only-keep-debug", "app", "app.debug"], ["strip", "app"], ["objcopy", "--add-gnu-debuglink=app.debug", "app"])
    gone = missing(directory, "gone", then=(*keep, ["rm", "app.debug"]))
    check("app.debug" in gone and "nowhere" in gone, gone)
    other = missing(directory, "other", then=(*keep, ["gcc", "-g", "-O2", "-shared", "-fPIC", "-o", "x", "m.c"],
                                              ["objcopy", "--only-keep-debug", "x", "app.debug"]))
    check("app.debug" in other and "another build" in other, other)
    shared = missing(directory, "shared", then=(["cp", "app", "two"], ["dwz", "-m", "common.dbg", "app", "two"], ["rm", "common.dbg"]))
    check("common.dbg" in shared, shared)


@case
def reasons_of_old_elfutils(directory):
    if not old_elfutils():
        raise Skip("this elfutils reads .dwp and zstd")
    packed = missing(directory, "packed", "-gsplit-dwarf", "-gdwarf-4", then=([needs("dwp"), "-e", "app", "-o", "app.dwp"], ["rm", "m.dwo"]))
    check("app.dwp" in packed and "elfutils" in packed, packed)
    for name, then in (("zstd", ()), ("zstd-apart", (["objcopy", "--only-keep-debug", "app", "app.debug"], ["strip", "app"],
                                                     ["objcopy", "--add-gnu-debuglink=app.debug", "app"]))):
        found = missing(directory, name, link=["-Wl,--compress-debug-sections=zstd"], then=then)
        check("zstd" in found and "elfutils" in found, found)


def returns_of_calls(program, callee):
    """Where the calls of a function return to, by the disassembler."""
    lines = run(["objdump", "-d", "--no-show-raw-insn", program]).stdout.splitlines()
    return [int(after.split(":")[0], 16) for line, after in zip(lines, lines[1:]) if "call" in line and f"<{callee}@plt>" in line]


@case
def calls_are_told_apart_without_lines(directory):
    source = directory / "calls.c"
    source.write_text("#include <stdlib.h>\nvoid *kept[3];\nint main(void)\n{\n\tkept[0] = malloc(1000);\n\tkept[1] = malloc(20000);\n"
                      "\tkept[2] = malloc(300000);\n\treturn 0;\n}\n")
    for name, flags in (("symbols", ()), ("stripped", ("-s",))):
        program = directory / name
        check_equal(run(["gcc", "-O1", "-fno-pie", "-no-pie", *flags, "-o", program, source]).returncode, 0, "gcc")
        trace = record([program], directory).trace()
        sizes = {site["allocated_bytes"]: site for site in report(trace)["sites"]}
        returns = returns_of_calls(program, "malloc")
        start = int(run(["nm", directory / "symbols"]).stdout.split(" T main")[0].split()[-1], 16)
        expected = {"symbols": [f"main+{at - start:#x}" for at in returns], "stripped": [f"{at:#x}" for at in returns]}[name]
        check_equal([sizes[size]["place"] for size in (1000, 20000, 300000)], expected, f"{name}: call sites")
        for text in (mprof("report", trace).stdout, mprof("check", "--max-leaked", "0", trace).stdout):
            check(f"{expected[2]} " in text and f"({name})" in text, f"{name}: {expected[2]} in {text}")


run_cases()
