"""The goals as ratios, and whether they were met.  A line of output each: a time never decides an exit status."""

PAIRS = ["pairs, depth 1", "pairs, depth 10", "pairs, depth 40"]
GIT = ["git log -p", "git pack-objects"]
REAL = ["sqlite3", "redis", "python3", *GIT, "cc1 -O2"]
COMMON = ["sqlite3", "redis", "C++ maps", "C++ server", "Rust words", "random live set", *PAIRS]
HEAPTRACKS = ["heaptrack", "heaptrack, built"]
SAMPLED = "mprof, 512 KiB"


def _against(field, peer, most):
    def judge(comparison):
        theirs = comparison.added_ns(peer, field)
        return comparison.added_ns("mprof", field) / theirs if theirs > 0 else None, most
    return judge


def _added_ns(recorder, most):
    return lambda comparison: (comparison.added_ns(recorder, "all_cpu"), most)


def _cpu_share(recorder, most):
    return lambda comparison: (comparison.cpu_ratio(recorder, "all_cpu") - 1, most)


def _disk(peer, allowance):
    return lambda comparison: (comparison.bytes_per_event("mprof"), comparison.bytes_per_event(peer) + allowance)


def _report_speed(comparison):
    ours, theirs = comparison.reported_per_second("mprof", "replay"), comparison.reported_per_second("heaptrack", "first")
    return (ours / theirs if ours and theirs else None), 5


def _loop(comparison):
    return comparison.cells["mprof"].wall(), 1.5 * comparison.bare["mprof"].wall() + 3


# what, workloads, recorders it takes, comparison -> (measured or None, limit), whether more is better
GOALS = [
    *[(f"CPU per event, program alone, of {peer}'s", [*COMMON, "jq", "python3", *GIT], ["mprof", peer], _against("cpu", peer, 1 / 10), False)
      for peer in HEAPTRACKS],
    *[(f"CPU per event, program alone, of {peer}'s", ["cc1 -O2", "recursive descent"], ["mprof", peer], _against("cpu", peer, 1 / 5), False)
      for peer in ["heaptrack --raw", *HEAPTRACKS]],
    *[(f"CPU per event, with helpers, of {peer}'s", [*COMMON, "jq", "python3", *GIT], ["mprof", peer], _against("all_cpu", peer, 1 / 6), False)
      for peer in HEAPTRACKS],
    ("sampled, CPU share, with helpers", REAL, [SAMPLED], _cpu_share(SAMPLED, 0.02), False),
    ("sampled, ns per event, with helpers", PAIRS, [SAMPLED], _added_ns(SAMPLED, 3), False),
    ("bytes per event, heaptrack's at most", ["random live set", "C++ maps", "python3", *GIT], ["mprof", "heaptrack"],
     _disk("heaptrack", 0), False),
    ("bytes per event, heaptrack --raw's at most", ["cc1 -O2"], ["mprof", "heaptrack --raw"], _disk("heaptrack --raw", 0), False),
    ("bytes per event, heaptrack's and 0.2", ["sqlite3", "redis", *PAIRS], ["mprof", "heaptrack"], _disk("heaptrack", 0.2), False),
    ("replayed events per CPU second, of heaptrack_print's", [*COMMON, "python3", *GIT], ["mprof", "heaptrack"], _report_speed, True),
    ("seconds, 1.5 of bare and 3 s", ["1,000 x true"], ["mprof"], _loop, False),
]
# workloads of many threads and of one; large live sets contend for the caches by themselves, as the floor's ratio shows
THREADS = [("own frees, 4 threads", "own frees, 1 thread"), ("handed over, 4 threads", "handed over, 1 thread"),
           ("live sets, 4 threads", "random live set")]
FLAT = 1.3
FLOOR = "instructions alone"


def _line(met, what, where, measured, limit, more):
    return f"{'met' if met else 'not met':8} {what:53} {where:24} {measured:9.3f}  (at {'least' if more else 'most'} {limit:.3g})"


def _of_one_workload(comparisons, what, names, recorders, judge, more):
    for name in names:
        comparison = comparisons.get(name)
        if not comparison or not all(comparison.has(recorder) for recorder in recorders):
            continue
        measured, limit = judge(comparison)
        if measured is not None:
            yield _line(measured >= limit if more else measured <= limit, what, name, measured, limit, more)


def _growth(recorder, many, one):
    """What it adds to an event with many threads, of what it adds with one; None if that was not measured."""
    if not all(comparison and comparison.has(recorder) for comparison in (many, one)):
        return None
    single = one.added_ns(recorder)
    return many.added_ns(recorder) / single if single > 0 else None


def _of_threads(comparisons):
    for many, one in THREADS:
        ours, floor = (_growth(recorder, comparisons.get(many), comparisons.get(one)) for recorder in ("mprof", FLOOR))
        if ours is not None:
            beside = f"; {FLOOR}: {floor:.3f}" if floor is not None else ""
            yield _line(ours <= FLAT, "CPU per event, program alone, of one thread's", many, ours, FLAT, False) + beside


def judge_all(comparisons):
    """Lines, one per goal and workload that was measured.  `comparisons`: workload's name -> results.Comparison."""
    lines = [line for goal in GOALS for line in _of_one_workload(comparisons, *goal)]
    return lines + list(_of_threads(comparisons))
