"""The samples of rgc print the same recorded and not, and their tables show what their head comments promise."""

import functools

from harness import BUILD, case, check, check_equal, lines_of, record_and_report, run, run_cases

UNCOLLECTED = 16384  # bytes: the heap itself, its table of weak references, the buffer of standard output


def output(sample, *arguments):
    done = run([BUILD / "samples" / sample, *arguments])
    check_equal((done.returncode, done.stderr), (0, ""), f"{sample}: exit status and standard error")
    return done.stdout


def recorded(directory, sample, *arguments):
    """The report of a sample, which must print what it prints alone and leave no object behind."""
    directory.mkdir(exist_ok=True)
    done, figures = record_and_report([BUILD / "samples" / sample, *arguments], directory)
    check_equal(done.stdout, output(sample, *arguments), "output of the recorded run")
    left = figures["totals"]["leaked_bytes"]
    check(left < UNCOLLECTED, f"{left} bytes are never freed")
    return figures


def row(figures, function, text):
    """The one row of a function's table whose source has this text; None if it is blank."""
    found = [line for line in lines_of(figures, function).values() if text in line["source"]]
    check(len(found) <= 1, f"one line with {text!r} expected in {function}: {found}")
    return found[0] if found else None


def in_python(maxsize):
    @functools.lru_cache(maxsize)
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
    return f"{fibonacci(10)}\n{fibonacci.cache_info()}\n"


@case
def fibonacci_is_cached_as_in_python(_):
    check_equal(output("fibonacci_memo"), "55\nCacheInfo(hits=8, misses=11, maxsize=None, currsize=11)\n", "all kept")
    check_equal(output("fibonacci_memo"), in_python(None), "all kept")
    for maxsize in (0, 1, 2, 5, 128):
        check_equal(output("fibonacci_memo", str(maxsize)), in_python(maxsize), f"maxsize {maxsize}")


@case
def a_memoizer_saves_calls(directory):
    without = recorded(directory / "without", "fibonacci_memo", "0")
    cached = recorded(directory / "with", "fibonacci_memo")
    events = [row(figures, "fibonacci", text)["occurrences"] for figures in (without, cached) for text in ("n - 1", "n - 2")]
    check_equal(events[:2], [342, 334], "without a cache: a tuple made and freed for each call under the line")
    check(20 <= events[2] < 30, f"with it: {events[2]} for ten calls and the table")
    check_equal(events[3], 2, "with it: one call, as one result is not there")
    check_equal(row(without, "fibonacci", "n - 1")["increment_bytes"], 0, "kept without a cache")
    kept = row(cached, "fibonacci", "n - 1")["increment_bytes"]
    check(100 < kept < 1000, f"the cache keeps {kept} bytes")


@case
def cycles_wait_for_the_collector(directory):
    check_equal(output("gc_cycles"),
                "10000 pairs, collector disabled: the collection finds 20000 objects\n"
                "10000 pairs, collector enabled:  the collection finds 2000 objects\n", "output")
    figures = recorded(directory, "gc_cycles")
    for text, increment, events in (("make_pair()", 20000 * 512, 20000), ("rgc_collect", -20000 * 512, 20000)):
        found = row(figures, "unwatched", text)
        check_equal((found["increment_bytes"], found["occurrences"]), (increment, events), f"unwatched: {text}")
    pairs = row(figures, "watched", "make_pair()")
    check_equal((pairs["allocations"], pairs["frees"]), (20000, 18000), "watched: objects made and freed")
    check(2000 * 512 <= pairs["mem_bytes"] < 2**20, f"watched: {pairs['mem_bytes']} bytes at most")
    check_equal(row(figures, "watched", "rgc_collect")["increment_bytes"], -2000 * 512, "watched: the last collection")


@case
def weak_references_keep_nothing_alive(directory):
    check_equal(output("weakref_cache"),
                "strong cache: 200 views of 100 pictures, 100 loads\n"
                "weak cache: 200 views of 100 pictures, 199 loads\n", "output")
    figures = recorded(directory, "weakref_cache")
    picture = 65552
    kept = row(figures, "view_strong", "strong_get")["increment_bytes"]
    check(99 * picture <= kept < 100 * picture, f"the strong cache keeps {kept} bytes")
    check_equal(row(figures, "view_strong", "rgc_decref"), None, "a view's end, with a strong cache")
    entry = 96  # the weak reference; the keys are small integers
    check_equal(row(figures, "view_weak", "rgc_decref")["increment_bytes"], -198 * (picture + entry), "with a weak one")
    most = row(figures, "view_weak", "weak_get")["mem_bytes"]
    check(2 * picture <= most < 3 * picture, f"the weak cache's memory is {most} bytes at most")


@case
def a_graph_goes_when_it_is_collected(directory):
    check_equal(output("graph"),
                "10000 crossings, 198 streets from corner to corner\n"
                "20000 objects, crossings and lists, were left for the collection\n", "output")
    figures = recorded(directory, "graph")
    increments = [row(figures, "lifetime", text)["increment_bytes"] for text in ("build()", "walk(", "rgc_decref", "rgc_collect")]
    built, walked, dropped, collected = increments
    check_equal(walked, 0, "what the walk keeps")
    check(80000 <= -dropped < 100000, f"dropping the town gives back {-dropped} bytes")
    check(collected < -1000000, f"the collection gives back {-collected} bytes")
    check(0 <= sum(increments) < 1000, f"of {built} bytes {sum(increments)} stay: more than the heap itself")


@case
def a_pipeline_streams(directory):
    check_equal(output("pipeline"), "materialised: 1543333330000\nstreamed:     1543333330000\n", "output")
    figures = recorded(directory, "pipeline")
    for text, least in (("rgc_range", 640000), ("rgc_map", 640000), ("rgc_filter", 80000)):
        held = row(figures, "materialised", text)["increment_bytes"]
        check(least < held < least + 20000, f"materialised, {text}: holds {held} bytes")
        check_equal(row(figures, "streamed", text)["increment_bytes"], 88, f"streamed, {text}: an iterator")
    summed = row(figures, "streamed", "sum(odd)")
    check_equal((summed["increment_bytes"], summed["allocations"]), (0, 40000), "streamed: kept, and made, while it sums up")
    check(summed["mem_bytes"] < 10000, f"streamed: {summed['mem_bytes']} bytes at most")
    check(row(figures, "materialised", "sum(odd)")["mem_bytes"] > 1300000, "materialised: all three lists")


@case
def a_cache_keeps_what_its_results_refer_to(directory):
    check_equal(output("document_store", "200"),
                "loaded                      400 documents known, 0 queries kept\n"
                "240 documents found, 16 of 24 queries without a search\n"
                "old shelf dropped           400 documents known, 8 queries kept\n"
                "collected                   240 documents known, 8 queries kept\n"
                "queries forgotten           200 documents known, 0 queries kept\n"
                "604 objects were left for the last collection\n", "output")
    figures = recorded(directory, "document_store")
    collections = sorted(line["increment_bytes"] for line in lines_of(figures, "story").values() if "rgc_collect" in line["source"])
    old = row(figures, "story", '"old", people')["increment_bytes"]
    check_equal(row(figures, "story", '"old shelf dropped"'), None, "what telling of it takes")
    dropped = row(figures, "story", 'drop(s, "old")')["increment_bytes"]
    check(-dropped < old / 20, f"of {old} bytes dropping the shelf gives back {-dropped}")
    check(collections[0] < -0.7 * old and collections[1] < -0.15 * old, f"the collections give back {collections} of {old} bytes")


run_cases()
