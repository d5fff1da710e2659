"""mprof.h: without the shim it does nothing; with it, figures follow it exactly."""

from harness import (PROGRAMS, SOURCE, case, check, check_equal, compile, counted, record_and_report, run,
                     run_cases)

# After 1,001,000 recorded bytes, 5,000 paused ones do not count, nor does their free; a recorded
# block's free counts although paused; 300 + 70 - 300 bytes are tracked; the last block is freed.
RECORDED = "1 1001000 1001000 1001000 1000000 1000070 70\n"
BARE = "0 0 0 0 0 0 0\n"


def api(directory, *flags, cc="gcc", source="api.c"):
    program = compile(source, directory / "api", *flags, cc=cc)
    check_equal(run([program], directory).outcome, (0, BARE, ""), "bare")
    done, figures = record_and_report([program], directory, ["-f", "counted_*"])
    check_equal(done.outcome, (0, RECORDED, ""), "recorded")
    check_equal(counted(figures), {"counted_recorded": (2, 1001000), "counted_tracked": (2, 370), "counted_marked": (1, 77)},
                "allocations: none of the paused ones")
    totals = figures["totals"]
    check_equal((totals["allocations"], totals["frees"], totals["leaked_bytes"], totals["unmatched_frees"]), (5, 4, 70, 0),
                "totals")
    marked = record_and_report([program], directory)[1]
    check_equal([f["function"].split("(")[0] for f in marked["functions"]], ["counted_marked"],
                "without -f, the marked functions have the tables")


@case
def api_c11(directory):
    api(directory, "-std=c11", "-pedantic-errors")


@case
def api_c17_optimised(directory):
    api(directory, "-std=gnu17", "-O2", "-fno-builtin")


@case
def api_clang(directory):
    api(directory, "-std=c11", cc="clang")


@case
def api_not_pie(directory):
    api(directory, "-no-pie", "-fno-pie")


def as_cpp(directory):
    source = directory / "api.cpp"
    source.write_text((PROGRAMS / "api.c").read_text())
    return source


@case
def api_cpp11(directory):
    api(directory, "-std=c++11", "-pedantic-errors", "-Wl,--as-needed", source=as_cpp(directory))


@case
def api_cpp20_clang(directory):
    # --as-needed: libstdc++ is not, and would bring a block of its own.
    api(directory, "-std=c++20", "-Wl,--as-needed", cc="clang", source=as_cpp(directory))


@case
def header_compiles_alone(directory):
    for header in sorted((SOURCE / "include/mprof").glob("*.h")):
        for suffix, standards in ((".c", ("c11", "c17")), (".cpp", ("c++11", "c++20"))):
            source = directory / f"alone{suffix}"
            source.write_text(f'#include <mprof/{header.name}>\n#include <mprof/{header.name}>\n')
            for standard in standards:
                for cc in ("gcc", "clang"):
                    compile(source, directory / "alone.o", "-c", f"-std={standard}", "-pedantic-errors", cc=cc)


@case
def static_program(directory):
    program = compile("api.c", directory / "api", "-static")
    check_equal(run([program], directory).outcome, (0, BARE, ""), "a static program")


run_cases()
