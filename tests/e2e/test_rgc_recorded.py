"""A program that uses rgc, recorded: reports agree with what rgc says itself, to the object and byte."""

import json

from harness import BUILD, case, check, check_equal, compile, mprof, record, report, run, run_cases

NODE_BYTES = 16 + 16 + 16 + 40  # link, head, two members, payload
SHARED_BYTES = 32  # before a shared object: owner, counts, link


def program(directory):
    return compile("rgc_recorded.c", directory / "rgc_recorded", "-O1", str(BUILD / "gc/librgc.a"), "-lpthread", "-rdynamic")


def told(text):
    """What the program printed: {word: [numbers] or list of them}."""
    words = {}
    for line in text.splitlines():
        word, *numbers = line.split()
        words.setdefault(word, []).append([int(number) for number in numbers])
    return words


@case
def output_is_the_same_without_a_recording(directory):
    built = program(directory)
    check_equal(record([built], directory).stdout, run([built], directory).stdout, "output")


@case
def collections_agree_with_the_statistics(directory):
    for aggregate in "01":
        place = directory / aggregate
        place.mkdir()
        done = record([program(directory)], place, MPROF_AGGREGATE=aggregate)
        words = told(done.stdout)
        figures = report(done.trace())
        by_generation = [[0] * 5 for _ in words["generation"]]
        for collection in figures["collections"]:
            row = by_generation[collection["generation"]]
            for i, value in enumerate([1] + [collection[key] for key in ("candidates", "collected", "uncollectable", "freed_bytes")]):
                row[i] += value
        check_equal(by_generation, words["generation"], f"collections by generation (aggregate {aggregate})")
        check_equal(figures["totals"]["collections"], sum(row[0] for row in words["generation"]), "totals.collections")
        collected = sum(row[2] for row in words["generation"])
        check_equal(collected * NODE_BYTES, sum(row[4] for row in words["generation"]), "only nodes are collected")


@case
def types_and_caches(directory):
    done = record([program(directory)], directory)
    words = told(done.stdout)
    figures = json.loads(mprof("gc", "--format", "json", done.trace()).stdout)
    types = {row["type"]: row for row in figures["types"]}
    collected = sum(row[2] for row in words["generation"])
    node = types["node"]
    check_equal(node["allocations"], 2 * 25000 + 3000 + 1, "nodes made")
    check_equal((node["freed_by_collector_blocks"], node["freed_by_collector_bytes"]), (collected, collected * NODE_BYTES), "nodes collected")
    alive = words["alive"][0][0]
    tuples, words_made = words["tuples"][0]
    made, = (site for site in report(done.trace())["sites"] if site["function"] == "make_tuples" and site["allocations"] == tuples)
    check_equal(made["allocated_bytes"], tuples * (16 + 16 + 8) + 8 * words_made, "bytes of tuples of all sizes")
    shared, shared_alive, parcel_bytes = words["parcels"][0]
    parcel = types.pop("parcel")  # which no heap counts
    check_equal((parcel["allocations"], parcel["leaked_blocks"]), (shared, shared_alive), "shared objects")
    check_equal(parcel["leaked_bytes"], parcel_bytes + SHARED_BYTES, "bytes of a shared object")
    check_equal(sum(row["leaked_bytes"] for row in types.values()), alive, "bytes alive at the end")
    cache, = figures["caches"]
    hits, misses, entries = words["cache"][0]
    check_equal((cache["cache"], cache["hits"], cache["misses"], cache["entries"]), ("square", hits, misses, entries), "cache")
    check(cache["size_bytes"] > entries * 2 * 16, f"bytes kept alive: {cache['size_bytes']}")


@case
def what_containers_own_is_of_their_type(directory):
    built = compile("rgc_owned.c", directory / "rgc_owned", "-O1", str(BUILD / "gc/librgc.a"))
    for what in ("containers", "shared"):
        for setting in ({}, {"MPROF_AGGREGATE": "0"}):
            place = directory / (what + "".join(setting))
            place.mkdir()
            done = record([built, what], place, **setting)
            check_equal(done.stdout, run([built, what], directory).stdout, f"{what}: output")
            said = {word: numbers[0][0] for word, numbers in told(done.stdout).items()}
            alive = said.pop("alive")
            left = {row["type"]: row["leaked_bytes"] for row in json.loads(mprof("gc", "--format", "json", done.trace()).stdout)["types"]}
            check_equal({name: left[name] for name in said}, said, f"{what}: bytes by type")
            check_equal(sum(left.values()) - (said["rgc_list"] if what == "shared" else 0), alive, f"{what}: bytes of all")
            totals = report(done.trace())["totals"]
            check_equal(totals["leaked_bytes"], sum(left.values()), f"{what}: nothing is left besides")
            check_equal(totals["unmatched_frees"], 0, f"{what}: unmatched frees")


@case
def no_function_of_rgc_is_blamed(directory):
    for flags in ([], ["-O1"]):
        built = compile("rgc_caches.c", directory / "rgc_caches", *flags, str(BUILD / "gc/librgc.a"))
        sites = report(record([built], directory).trace())["sites"]
        blamed = {f"{site['file']}:{site['line']}: {site['function']}" for site in sites if "/gc/" in site["file"]}
        check_equal(blamed, set(), f"sites of the library's own, built with {flags}")


@case
def nothing_of_rgc_is_left_at_exit(directory):
    done = record([program(directory)], directory)
    left = {site["function"]: site["leaked_bytes"] for site in report(done.trace())["sites"] if site["leaked_bytes"]}
    check_equal(sorted(left), ["make_cycles", "make_parcels"], "functions that leave something")
    check_equal(left["make_cycles"], told(done.stdout)["alive"][0][0], "bytes left in the heap")


@case
def forks_beside_threads_with_shared_objects(directory):
    built = compile("rgc_fork.c", directory / "rgc_fork", "-O1", str(BUILD / "gc/librgc.a"))
    for done in (run([built], directory), record([built], directory, MPROF_FOLLOW="0")):
        check_equal((done.returncode, done.stdout), (0, "children that failed: 0\n"), "forks")


run_cases()
