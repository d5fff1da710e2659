"""rgc under Valgrind and AddressSanitizer: no complaint of its own, and none of the program's goes unseen."""

import re

from harness import BUILD, SOURCE, case, check, check_equal, compile, needs, run, run_cases

MEMCHECK = ["-q", "--error-exitcode=9", "--leak-check=full"]


def under_valgrind(argv, directory, **variables):
    return run([needs("valgrind"), *MEMCHECK, *argv], directory, **variables)


@case
def random_operations_under_valgrind(directory):
    for program, pool in (("property_rgc", "0"), ("property_rgc", "1"), ("property_rgc_debug", "0")):
        done = under_valgrind([BUILD / "tests/property" / program, "20000", "1"], directory, RGC_POOL=pool)
        check(done.returncode == 0 and not done.stderr, f"{program} with RGC_POOL={pool}: exit {done.returncode}: {done.stderr}")
        check("operations" in done.stdout, done.stdout)


def judge(done, what, message):
    """Only the program that looks at the dead is complained of."""
    check_equal(done.returncode != 0, bool(what), f"{what or 'a program without fault'}: {done.stderr[-2000:]}")
    check(not what or message in done.stderr, f"{what}: {done.stderr[-2000:]}")


@case
def ended_objects_are_dead_to_valgrind(directory):
    for library, flags in (("rgc", []), ("rgc-debug", ["-DRGC_DEBUG"])):
        program = compile("rgc_use_after_end.c", directory / library, *flags, str(BUILD / f"gc/lib{library}.a"))
        # Heads of the dead stay readable in librgc-debug, whose messages name their types.
        for what in ("", "leaf", "node") + (("count",) if library == "rgc" else ()):
            judge(under_valgrind([program, what], directory), what, "Invalid read")


@case
def ended_objects_are_dead_to_address_sanitizer(directory):
    for cc in ("gcc", "clang"):
        program = compile("rgc_use_after_end.c", directory / cc, "-fsanitize=address", str(BUILD / "gc/librgc.a"), cc=cc)
        for what in ("", "leaf", "node", "count"):
            judge(run([program, what], directory), what, "heap-use-after-free")


@case
def address_sanitizer_sees_into_the_quarantine_of_the_library_with_checks(directory):
    for cc in ("gcc", "clang"):
        program = compile("rgc_use_after_end.c", directory / cc, "-fsanitize=address", "-DRGC_DEBUG", str(BUILD / "gc/librgc-debug.a"), cc=cc)
        for what in ("", "leaf", "node"):
            judge(run([program, what], directory), what, "use-after-poison")


@case
def the_library_with_checks_says_where_an_object_was_made(directory):
    program = compile("rgc_use_after_end.c", directory / "program", "-DRGC_DEBUG", str(BUILD / "gc/librgc-debug.a"))
    plain = run([program, "drop"], directory)
    check(plain.returncode == -6 and "rgc: rgc_decref: <leaf at " in plain.stderr and "made at" not in plain.stderr, plain.stderr)
    done = run([program, "drop"], directory, RGC_ORIGINS="1")
    check(done.returncode == -6 and "rgc: made at " in done.stderr, done.stderr)
    places = re.findall(re.escape(program.name) + r"\+(0x[0-9a-f]+)", done.stderr)
    lines = run([needs("addr2line"), "-e", program, *places], directory).stdout
    source = (SOURCE / "tests/e2e/programs/rgc_use_after_end.c").read_text().splitlines()
    made = next(number for number, line in enumerate(source, 1) if "rgc_new(leaf)" in line)
    check(f"rgc_use_after_end.c:{made}\n" in lines, lines)


run_cases()
