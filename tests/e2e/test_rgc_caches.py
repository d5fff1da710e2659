"""Memoizers of rgc in `mprof gc`: each has its row and its name, a great many share one, and what they keep is what would end with them."""

import json

from harness import BUILD, case, check, check_equal, compile, mprof, record, run_cases

ROWS_OF_A_NAME, NAMES = 64, 255


def caches(directory, *arguments, flags=()):
    program = compile("rgc_caches.c", directory / "rgc_caches", *flags, str(BUILD / "gc/librgc.a"))
    done = record([program, *arguments], directory)
    rows = json.loads(mprof("gc", "--format", "json", done.trace()).stdout)["caches"]
    names = [row["cache"] for row in rows]
    check_equal(names, sorted(names), "rows by name")
    return done.stdout, {row.pop("cache"): row for row in rows}, len(rows)


def figures(row):
    return row["entries"], row["hits"], row["misses"]


@case
def caches_of_a_static_function_have_its_name(directory):
    for flags in ([], ["-no-pie"], ["-O2"]):
        _, rows, _ = caches(directory, flags=flags)
        check_equal((figures(rows["square"]), figures(rows["square #2"])), ((3, 0, 3), (4, 0, 4)), f"built with {flags}")


@case
def what_a_cache_keeps_is_what_ends_with_it(directory):
    told, rows, _ = caches(directory)
    check_equal(rows["texts"]["size_bytes"], int(told.split()[1]), "bytes, with what the results refer to")
    check(rows["texts"]["size_bytes"] > 20 * 10 * 10000, rows["texts"])
    for name in ("left", "left #2"):
        check_equal(rows[name]["size_bytes"], rows["texts"]["size_bytes"] + len("left") + 1, f"{name} by a thread that has ended")


@case
def what_a_cache_of_all_threads_keeps_is_known_too(directory):
    _, rows, _ = caches(directory)
    bytes_kept = rows["for all"]["size_bytes"]
    check(40 * 10000 < bytes_kept < 40 * 10000 + 30000, f"40 texts of 10000 bytes: {bytes_kept}, and not that which is referred to besides")


@case
def caches_of_threads_are_told_apart(directory):
    _, rows, _ = caches(directory)
    for name in ("of a thread", "of a thread #2", "of a thread #3", "of a thread #4"):
        check_equal(figures(rows[name]), (100, 50, 100), name)


@case
def one_row_for_caches_that_are_too_many(directory):
    _, rows, _ = caches(directory)
    mine = {name: row for name, row in rows.items() if name.startswith("of a request")}
    check_equal(len(mine), ROWS_OF_A_NAME + 1, "rows of the name")
    others = 1000 - ROWS_OF_A_NAME
    check_equal(figures(mine["of a request (others)"]), (2 * others, others, 2 * others), "their sums")
    check_equal(mine["of a request (others)"]["size_bytes"], others * mine["of a request"]["size_bytes"], "bytes")


@case
def one_row_for_names_that_are_too_many(directory):
    _, rows, count = caches(directory, "names")
    check_equal(count, NAMES, "rows")  # the function's own is not used
    others = 1000 - (NAMES - 1)
    check_equal(figures(rows["all other caches"]), (others, 0, others), "their sums")


@case
def children_end_though_a_thread_made_a_cache_at_the_fork(directory):
    program = compile("rgc_caches.c", directory / "rgc_caches", str(BUILD / "gc/librgc.a"))
    check_equal(record([program, "forks"], directory).returncode, 0, "exit status: 1 if a child hangs")


run_cases()
