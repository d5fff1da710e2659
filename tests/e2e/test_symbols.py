"""Where debug information and source text come from, beyond the program file itself."""

import os
import socket
import subprocess

from harness import case, check_equal, compile, lines_of, needs, record, report, run, run_cases, wait_for

SOURCE = "split.c"
LINE = 9  # of the allocation in it


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


run_cases()
