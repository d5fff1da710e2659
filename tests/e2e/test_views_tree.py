"""mprof tree, functions and who: sums over call paths, in both directions and of every figure, against a count of their own."""

import csv
import io
import json
import random
import re

from harness import SHIM, case, check, check_equal, compile, mprof, record, report, run_cases

FIGURES = ("peak_bytes", "peak_blocks", "leaked_bytes", "leaked_blocks", "allocated_bytes", "allocations", "temporary")
FUNCTIONS = 6

# ---- programs whose paths are drawn --------------------------------------------------------

HEAD = r"""
#include <stdlib.h>
#include <string.h>
typedef void step_fn(const char *path, size_t size, char fate);
static step_fn *const steps[];
static void *kept[100000], *passing[100000];
static size_t kept_count, passing_count;
"""
STEP = r"""
static void f%d(const char *path, size_t size, char fate)
{
	if (*path)
		steps[*path - '0'](path + 1, size, fate);
	else if (fate == 'k')
		kept[kept_count++] = malloc(size);
	else if (fate == 'p')
		passing[passing_count++] = malloc(size);
	else
		free(malloc(size));
}
"""


def draw(seed, events=300):
    """Allocations: (path, size, fate), where fate is k: never freed, p: freed by main in the end, t: at once.  Functions come again."""
    chance = random.Random(seed)
    paths = ["".join(chance.choice("012345") for _ in range(chance.randint(1, 9))) for _ in range(40)]
    drawn = [(chance.choice(paths), chance.randint(1, 5000), chance.choice("kkppt")) for _ in range(events)]
    return drawn + [(paths[0], 1, "k")]  # so that none of what main frees was the last to be allocated


def source_of(events):
    steps = "".join(STEP % i for i in range(FUNCTIONS))
    table = "static step_fn *const steps[] = {%s};\n" % ", ".join(f"f{i}" for i in range(FUNCTIONS))
    calls = "".join(f'\tsteps[{path[0]}]("{path[1:]}", {size}, \'{fate}\');\n' for path, size, fate in events)
    ending = "\twhile (passing_count > 0)\n\t\tfree(passing[--passing_count]);\n\treturn 0;\n"
    return f"{HEAD}{steps}{table}int main(void)\n{{\n{calls}{ending}}}\n"


def expected_by_path(events):
    """{names from main on: figures}, by counting along."""
    sums, live, blocks, peak, heap = {}, {}, {}, 0, 0
    for path, size, fate in events:
        names = ("main", *(f"f{c}" for c in path))
        own = sums.setdefault(names, dict.fromkeys(FIGURES, 0))
        own["allocations"] += 1
        own["allocated_bytes"] += size
        own["temporary"] += fate == "t"
        own["leaked_blocks"] += fate == "k"
        own["leaked_bytes"] += size * (fate == "k")
        if fate == "t":
            at_peak = {k: live.get(k, 0) for k in sums}, {k: blocks.get(k, 0) for k in sums}
            at_peak[0][names] += size
            at_peak[1][names] += 1
            now = heap + size
        else:
            heap += size
            live[names] = live.get(names, 0) + size
            blocks[names] = blocks.get(names, 0) + 1
            at_peak = dict(live), dict(blocks)
            now = heap
        if now > peak:
            peak, best = now, at_peak
    for names, own in sums.items():
        own["peak_bytes"], own["peak_blocks"] = best[0].get(names, 0), best[1].get(names, 0)
    return sums


def record_drawn(directory, seed):
    events = draw(seed)
    source = directory / f"drawn{seed}.c"
    source.write_text(source_of(events))
    program = compile(source, directory / f"drawn{seed}", "-O0")
    done = record([program], directory)
    check_equal(done.returncode, 0, "exit")
    return done.trace(), expected_by_path(events)


def tree(trace, *arguments):
    done = mprof("tree", "--format", "json", *arguments, trace)
    check_equal(done.returncode, 0, f"mprof tree {arguments}: {done.stderr}")
    return json.loads(done.stdout)


def nodes_of(node, names=(), name="function"):
    """{names from the root's child on: (self, total)}; checks on the way that sums agree and children are in order."""
    found = {names: (node["self"], node["total"])} if names else {}
    for figure in FIGURES:
        check_equal(node["self"][figure] + sum(child["total"][figure] for child in node["children"]), node["total"][figure],
                    f"{figure} of {names}")
    for child in node["children"]:
        inner = names + (child["frame"][name],)
        check(inner not in found, f"{inner} is there once")
        found.update(nodes_of(child, inner, name))
    return found


def in_order(node, figure):
    values = [child["total"][figure] for child in node["children"]]
    return values == sorted(values, reverse=True) and all(in_order(child, figure) for child in node["children"])


def added(sums, chosen):
    return {figure: sum(own[figure] for path, own in sums.items() if chosen(path)) for figure in FIGURES}


def check_tree(shown, sums, what):
    """Each node is of paths that begin as it does, and nothing else is there."""
    prefixes = {path[:i] for path in sums for i in range(1, len(path) + 1)}
    nodes = nodes_of(shown["root"])
    check_equal(sorted(nodes), sorted(prefixes), f"{what}: nodes")
    for names, (own, total) in nodes.items():
        check_equal({f: own[f] for f in FIGURES}, added(sums, lambda path: path == names), f"{what}: {names} itself")
        check_equal({f: total[f] for f in FIGURES}, added(sums, lambda path: path[:len(names)] == names), f"{what}: {names}")
    check_equal({f: shown["total"][f] for f in FIGURES}, added(sums, lambda path: True), f"{what}: total")
    check_equal({f: shown["root"]["total"][f] for f in FIGURES}, added(sums, lambda path: True), f"{what}: root")


def upside_down(sums):
    return {path[::-1]: own for path, own in sums.items()}


@case
def sums_over_paths(directory):
    for seed in (1, 2, 3):
        trace, sums = record_drawn(directory, seed)
        check_tree(tree(trace), sums, f"{seed}")
        check_tree(tree(trace, "--callers"), upside_down(sums), f"{seed} --callers")


@case
def filters(directory):
    trace, sums = record_drawn(directory, 4)
    chosen = {
        ("-f", "f3"): lambda path: "f3" in path,
        ("--ignore", "f5"): lambda path: "f5" not in path,
        ("-f", "f3", "--ignore", "f5", "--ignore", "f1"): lambda path: "f3" in path and not {"f1", "f5"} & set(path),
        ("-f", "f0", "-f", "f4"): lambda path: {"f0", "f4"} & set(path),
    }
    for arguments, passes in chosen.items():
        kept = {path: own for path, own in sums.items() if passes(path)}
        check(0 < len(kept) < len(sums), f"{arguments} keeps some of the paths")
        check_tree(tree(trace, *arguments), kept, f"{arguments}")
        check_tree(tree(trace, "--callers", *arguments), upside_down(kept), f"{arguments} --callers")


@case
def children_are_in_order(directory):
    trace, _ = record_drawn(directory, 5)
    for figure, key in (("peak", "peak_bytes"), ("leaked", "leaked_bytes"), ("allocated", "allocated_bytes"), ("temporary", "temporary")):
        check(in_order(tree(trace, "--sort", figure)["root"], key), f"greatest first by {figure}")
        check(in_order(tree(trace, "--callers", "--sort", figure)["root"], key), f"greatest first by {figure}, callers")


@case
def what_is_cut_off_adds_up(directory):
    trace, sums = record_drawn(directory, 6)
    whole = added(sums, lambda path: True)
    for arguments in (("--min-share", "5"), ("--depth", "3"), ("--min-share", "3", "--depth", "4"), ("--callers", "--min-share", "4")):
        shown = tree(trace, *arguments)
        nodes = nodes_of(shown["root"])
        check_equal({f: shown["root"]["total"][f] for f in FIGURES}, whole, f"{arguments}: root")
        check(any(names[-1] == "(other)" for names in nodes), f"{arguments}: something is left out")
        depth = int(arguments[arguments.index("--depth") + 1]) if "--depth" in arguments else 99
        for names, (_, total) in nodes.items():
            if names[-1] == "(other)":
                continue
            check(len(names) <= depth, f"{arguments}: {names} is no deeper")
            if "--min-share" in arguments:
                share = float(arguments[arguments.index("--min-share") + 1])
                check(total["peak_bytes"] >= whole["peak_bytes"] * share / 100, f"{arguments}: {names} has its share")


@case
def formats_agree(directory):
    trace, sums = record_drawn(directory, 7)
    done = mprof("tree", "--format", "csv", trace)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    stack, found = [], {}
    for row in rows:
        del stack[int(row["depth"]):]
        stack.append(row["frame.function"])
        found[tuple(stack[1:])] = {figure: int(row[f"total.{figure}"]) for figure in FIGURES}
    shown = {names: {f: total[f] for f in FIGURES} for names, (_, total) in nodes_of(tree(trace)["root"]).items()}
    check_equal({names: total for names, total in found.items() if names}, shown, "csv against json")
    check_equal(found[()], added(sums, lambda path: True), "the root in csv")
    text, markdown = (mprof("tree", "--format", form, trace).stdout for form in ("text", "markdown"))
    check("main" in text and "main" in markdown, "both show main")
    check_equal([line for line in markdown.splitlines() if re.match(r" +[\d.]+ [KM]?i?B", line)],
                [line for line in text.splitlines() if re.match(r" +[\d.]+ [KM]?i?B", line)], "text against markdown")


@case
def sampled_sums_agree(directory):
    events = draw(8)
    (directory / "sampled.c").write_text(source_of(events))
    program = compile(directory / "sampled.c", directory / "sampled", "-O0")
    done = record([program], directory, MPROF_SAMPLE="4096")
    for arguments in ((), ("--callers",)):
        shown = tree(done.trace(), *arguments)
        for names, (own, total) in nodes_of(shown["root"]).items():
            check(all(0 <= own[f] <= total[f] <= shown["total"][f] for f in FIGURES), f"{names}: {own} of {total}")
        totals = report(done.trace())["totals"]
        for figure in ("peak_bytes", "peak_blocks", "leaked_bytes", "leaked_blocks", "allocated_bytes", "allocations"):
            check_equal(shown["root"]["total"][figure], totals[figure], f"{figure} of the root")
        check(shown["root"]["total"]["peak_bytes_error"] > 0, "an estimate has its error")


# ---- functions and places ---------------------------------------------------------------------

def shown_by(view, trace, *arguments):
    done = mprof(view, "--format", "json", *arguments, trace)
    check_equal(done.returncode, 0, f"mprof {view} {arguments}: {done.stderr}")
    return json.loads(done.stdout)


def by_function(rows):
    """{function: figures} of rows of lines."""
    sums = {}
    for row in rows:
        own = sums.setdefault(row["function"], dict.fromkeys(FIGURES, 0))
        for figure in FIGURES:
            own[figure] += row[figure]
    return sums


@case
def functions(directory):
    for seed in (11, 12):
        trace, sums = record_drawn(directory, seed)
        rows = {row["function"]: row for row in shown_by("functions", trace)["functions"]}
        check_equal(sorted(rows), sorted({name for path in sums for name in path}), "functions")
        for name, row in rows.items():
            check_equal({f: row["self"][f] for f in FIGURES}, added(sums, lambda path: path[-1] == name), f"{name} itself")
            check_equal({f: row["total"][f] for f in FIGURES}, added(sums, lambda path: name in path), f"{name}, recursion counted once")
        for arguments, kind in (((), "total"), (("--self",), "self")):
            values = [row[kind]["leaked_bytes"] for row in shown_by("functions", trace, "--sort", "leaked", *arguments)["functions"]]
            check_equal(values, sorted(values, reverse=True), f"greatest first by {kind}")
        csv_rows = csv.DictReader(io.StringIO(mprof("functions", "--format", "csv", trace).stdout))
        check_equal({row["function"]: int(row["total.peak_bytes"]) for row in csv_rows},
                    {name: row["total"]["peak_bytes"] for name, row in rows.items()}, "csv against json")


def last_index(path, name):
    return len(path) - 1 - path[::-1].index(name)


@case
def who_of_paths(directory):
    for seed, arguments, passes in ((13, (), lambda path: True), (14, ("--ignore", "f5"), lambda path: "f5" not in path)):
        trace, all_sums = record_drawn(directory, seed)
        sums = {path: own for path, own in all_sums.items() if passes(path)}
        for name in ("main", "f0", "f2", "f4"):
            passing = {path: own for path, own in sums.items() if name in path}
            shown = shown_by("who", trace, *arguments, name)
            check_equal({f: shown["place"]["total"][f] for f in FIGURES}, added(passing, lambda path: True), f"{name} in all")
            check_equal({f: shown["place"]["self"][f] for f in FIGURES}, added(passing, lambda path: path[-1] == name), f"{name} itself")
            lines, callers, callees = (by_function(shown[table]) for table in ("lines", "callers", "callees"))
            check(set(lines) <= {name}, f"lines of {name} alone: {sorted(lines)}")
            expected = {}
            for path, own in passing.items():
                first = path.index(name)
                row = expected.setdefault(path[first - 1] if first > 0 else "(root)", dict.fromkeys(FIGURES, 0))
                row.update({f: row[f] + own[f] for f in FIGURES})
            check_equal(callers, expected, f"callers of {name}")
            expected = {}
            for path, own in passing.items():
                last = last_index(path, name)
                row = expected.setdefault(path[last + 1] if last + 1 < len(path) else "(itself)", dict.fromkeys(FIGURES, 0))
                row.update({f: row[f] + own[f] for f in FIGURES})
            check_equal(callees, expected, f"what {name} called")


# ---- a program whose lines are known --------------------------------------------------------

KNOWN = r"""#include <stdlib.h>
void *keep[16];
static void *wrapped(size_t size)
{
	return malloc(size);
}
static void leaf(int i)
{
	keep[i] = malloc(1000 << 10);
}
static void middle(void)
{
	leaf(0);
	leaf(1);
	keep[2] = wrapped(500 << 10);
}
static int order(const void *a, const void *b)
{
	keep[3] = keep[3] ? keep[3] : malloc(400 << 10);
	return *(const char *)a - *(const char *)b;
}
int main(void)
{
	char text[] = "ba";
	middle();
	qsort(text, 2, 1, order);
	keep[4] = calloc(1, 100 << 10);
	keep[5] = malloc(1);
	return 0;
}
"""


def record_known(directory, *flags):
    (directory / "known.c").write_text(KNOWN)
    program = compile(directory / "known.c", directory / "known", "-O0", "-fno-inline", *flags)
    done = record([program], directory)
    check_equal(done.returncode, 0, "exit")
    return done.trace()


def body(text):
    """Lines of a tree in text, without the first."""
    return [line.rstrip() for line in text.splitlines()[2:]]


@case
def screen(directory):
    trace = record_known(directory)
    done = mprof("tree", trace)
    check(re.match(r"Peak heap 2\.9 MiB at [\d.]+ s: .*known.*\.mprof\n", done.stdout), done.stdout)
    check_equal(body(done.stdout), [
        "   2.9 MiB 100.0%  main",
        "   2.4 MiB  83.3%    middle",
        "   2.0 MiB  66.7%      leaf",
        " 500.0 KiB  16.7%      wrapped",
        " 400.0 KiB  13.3%    order",
        " 100.0 KiB   3.3%    (itself)",
    ], "the tree")
    done = mprof("tree", "--callers", "--min-share", "10", trace)
    check_equal(body(done.stdout), [
        "   2.0 MiB  66.7%  leaf > middle > main",
        " 500.0 KiB  16.7%  wrapped > middle > main",
        " 400.0 KiB  13.3%  order > main",
    ], "from the allocating functions up")
    done = mprof("tree", "--min-share", "20", "--depth", "2", trace)
    check_equal(body(done.stdout), [
        "   2.9 MiB 100.0%  main",
        "   2.4 MiB  83.3%    middle",
    ], "what is left is less than the share")
    done = mprof("tree", "--lines", "--callers", "--min-share", "20", trace)
    check_equal(body(done.stdout), [
        "   2.0 MiB  66.7%  leaf known.c:9",
        "1000.0 KiB  33.3%    middle known.c:13 > main known.c:25",
        "1000.0 KiB  33.3%    middle known.c:14 > main known.c:25",
        "1000.0 KiB  33.3%  (4 more below 20 %)",
    ], "by line")
    done = mprof("tree", "--sort", "allocations", trace)
    check("Allocations 6: " in done.stdout and "more shows" not in done.stdout, done.stdout)
    done = mprof("tree", "-n", "3", trace)
    check_equal(body(done.stdout), [
        "   2.9 MiB 100.0%  main",
        "   2.4 MiB  83.3%    middle",
        "   2.0 MiB  66.7%      leaf",
        "(below 20 % nothing is shown: --min-share shows more)",
    ], "in three lines")


@case
def system_frames(directory):
    trace = record_known(directory)
    folded, whole = (nodes_of(tree(trace, *arguments)["root"]) for arguments in ((), ("--system",)))
    check(("main", "order") in folded, "qsort counts as main")
    names = next(names for names in whole if names[-1] == "order")
    check(any("qsort" in name for name in names), f"qsort is between: {names}")
    check(names.index("main") > 0, f"what calls main is there: {names}")


@case
def lines_apart(directory):
    trace = record_known(directory)
    root = tree(trace, "--lines")["root"]
    leaves = [(node["frame"]["function"], node["frame"]["line"], leaf["frame"]["line"], leaf["total"]["peak_bytes"])
              for main in root["children"] for node in main["children"] for leaf in node["children"]
              if leaf["frame"]["function"] == "leaf"]
    check_equal(leaves, [("middle", 13, 9, 1000 << 10), ("middle", 14, 9, 1000 << 10)], "leaf, by the line that calls it")
    check_equal(sorted((main["frame"]["function"], main["frame"]["line"]) for main in root["children"]),
                [("main", line) for line in (25, 26, 27, 28)], "lines of main")


@case
def who_screen(directory):
    trace = record_known(directory)
    done = mprof("who", "main", trace, directory=directory)
    check(re.match(r"main: peak heap 2\.9 MiB of 2\.9 MiB at [\d.]+ s: .*known.*\.mprof\n", done.stdout), done.stdout)
    check_equal([line for line in done.stdout.splitlines()[1:] if line], [
        "What it asked for itself",
        "     Memory  Share    Blocks  Place",
        "===================================",
        "  100.0 KiB   3.3%         1  main  known.c:27",
        "        1 B   0.0%         1  main  known.c:28",
        "Who called it",
        "     Memory  Share    Blocks  Place",
        "===================================",
        "    2.9 MiB 100.0%         6  (where the program or a thread begins)",
        "What it called",
        "     Memory  Share    Blocks  Place",
        "===================================",
        "  100.0 KiB   3.3%         2  (itself)",
        "    2.4 MiB  83.3%         3  middle  known.c",
        "  400.0 KiB  13.3%         1  order  known.c",
    ], "who main")
    shown = shown_by("who", trace, "known.c:13")
    check_equal([(row["function"], row["line"], row["peak_bytes"]) for row in shown["callers"]], [("main", 25, 1000 << 10)], "callers of a line")
    check_equal([(row["function"], row["peak_bytes"]) for row in shown["callees"]], [("leaf", 1000 << 10)], "what a line called")
    shown = shown_by("who", trace, "*")
    check_equal(shown["place"]["total"]["peak_bytes"], (3000 << 10) + 1, "everything")


@case
def who_is_not_there(directory):
    trace = record_known(directory)
    for place, words in (("midle", "'middle'"), ("known.c:2", "known.c:2"), ("knwn.c:13", "'known.c'"), ("zzzzzzzz", "zzzzzzzz")):
        done = mprof("who", place, trace)
        check(done.returncode == 2 and words in done.stderr and not done.stdout, f"{place}: {done.returncode} {done.stderr}")
    done = mprof("who", "\x1b[2Jno\nsuch", trace)
    check(done.returncode == 2 and "\x1b" not in done.stderr and len(done.stderr.splitlines()) == 1, repr(done.stderr))
    for arguments in ((), ("main", trace, "more")):
        done = mprof("who", *arguments)
        check(done.returncode == 2 and "mprof help who" in done.stderr, done.stderr)
    for old in directory.glob("known.*.mprof"):
        old.unlink()
    trace = record_known(directory, "-s")
    done = mprof("who", "main", trace)
    check(done.returncode == 2 and "no names of functions" in done.stderr, done.stderr)


THREADS = r"""#include <mprof/mprof.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void *kept[8];
static char cells[2][64];
static void *work(void *unused)
{
	kept[0] = malloc(3000);
	return unused;
}
static void typed(void)
{
	mprof_track_alloc_typed(cells[0], 64, "node");
	mprof_track_alloc_typed(cells[1], 32, "leaf");
}
static void child(void)
{
	kept[1] = malloc(7000);
}
int main(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, work, NULL);
	pthread_join(thread, NULL);
	typed();
	if (fork() == 0) {
		child();
		exit(0);
	}
	wait(NULL);
	return 0;
}
"""


@case
def threads_children_and_types(directory):
    (directory / "threads.c").write_text(THREADS)
    program = compile(directory / "threads.c", directory / "threads", "-O0")
    done = record([program], directory)
    check_equal(done.returncode, 0, "exit")
    nodes = nodes_of(tree(done.trace("threads"))["root"])
    check_equal(nodes[("work",)][1]["allocated_bytes"], 3000, "a thread begins with its function")
    check_equal(nodes[("main", "typed")][0]["allocations"], 2, "typed blocks are their function's")
    check(("main", "child") not in nodes, "a child's blocks are its own")
    typed = tree(done.trace("threads"), "--type", "node")
    check_equal((typed["root"]["total"]["allocations"], typed["root"]["total"]["allocated_bytes"]), (1, 64), "of a type")
    traces = [trace for trace in done.traces() if trace != done.trace("threads")]
    check_equal(len(traces), 1, "traces of children")
    shown = tree(traces[0])
    check_equal(nodes_of(shown["root"])[("main", "child")][0]["peak_bytes"], 7000, "the child's own")
    check_equal(shown["root"]["total"]["peak_bytes"], report(traces[0])["totals"]["peak_bytes"], "the child's root is its peak")


@case
def stripped(directory):
    trace = record_known(directory, "-s")
    shown = tree(trace)
    check_equal(shown["root"]["total"]["peak_bytes"], report(trace)["totals"]["peak_bytes"], "the root is the peak")
    done = mprof("tree", trace)
    check("100.0%" in done.stdout and "0x" in done.stdout, done.stdout)
    for arguments, name in (((), "function"), (("--lines",), "place")):
        nodes = nodes_of(tree(trace, *arguments)["root"], name=name)
        places = {names[-1] for names in nodes if names[-1].startswith("0x")}
        check(len(places) > 1, f"places without a name: {places}")
        for place in places:
            total = sum(rows[1]["peak_bytes"] for names, rows in nodes.items() if names[-1] == place)
            check_equal(shown_by("who", trace, place)["place"]["total"]["peak_bytes"], total, f"{place} as tree {arguments} shows it")
    done = mprof("who", "0x1", trace)
    check(done.returncode == 2 and "0x1" in done.stderr, f"a place that is not there: {done.stderr}")


INSTANCES = r"""#include <cstdlib>
void *kept[4];
template <typename T> struct cache {
	__attribute__((noinline)) static void get(int i) { kept[i] = malloc(sizeof(T) * 1000); }
};
int main()
{
	cache<int>::get(0);
	cache<long *>::get(1);
	cache<long *>::get(2);
}
"""


@case
def who_of_templates(directory):
    """A template's name means all of its instances, an instance's only that one's: names as the tree shows them can be asked for."""
    (directory / "instances.cc").write_text(INSTANCES)
    trace = record([compile(directory / "instances.cc", directory / "instances", "-O0")], directory).trace()
    for name, expected in (("cache<int>::get", 4000), ("cache<long*>::get", 16000), ("cache::get", 20000), ("main", 20000)):
        check_equal(shown_by("who", trace, name)["place"]["total"]["peak_bytes"], expected, name)
    done = mprof("who", "cache<char>::get", trace)
    check_equal((done.returncode, done.stdout), (2, ""), "an instance that is not there")


@case
def nothing_recorded(directory):
    (directory / "idle.c").write_text("int main(void) { return 0; }\n")
    trace = record([compile(directory / "idle.c", directory / "idle")], directory).trace()
    done = mprof("tree", trace)
    check(done.returncode == 0 and "Nothing" in done.stdout, done.stdout + done.stderr)
    check_equal(tree(trace)["root"]["children"], [], "no nodes")
    done = mprof("functions", trace)
    check(done.returncode == 0 and "Nothing" in done.stdout, done.stdout + done.stderr)
    done = mprof("who", "main", trace)
    check(done.returncode == 0 and "Nothing" in done.stdout, done.stdout + done.stderr)
    check_equal(shown_by("who", trace, "main")["callers"], [], "no callers")


@case
def bad_options(directory):
    for arguments in (("--min-share", "x"), ("--min-share", "101"), ("--depth", "0"), ("--min-share", "nan")):
        done = mprof("tree", *arguments)
        check(done.returncode == 2 and arguments[0] in done.stderr and arguments[1] in done.stderr, done.stderr)


run_cases()
