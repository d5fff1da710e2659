"""What lived at a moment and what happened between two: against the ledger that a program keeps of itself."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import time

from harness import (SHIM, SOURCE, case, check, check_equal, compile, drainers_of, environment, mprof, record, run_cases, wait_for)

OWNERS = ("keep_rows", "build_index", "fill_cache", "open_sessions")


def moments(directory, *arguments, **changes):
    """The recording, and its ledger: {moment: {function: (bytes, blocks)}}, {moment: highest heap so far}."""
    program = compile("moments.c", directory / "moments", "-O1")
    done = record([program, *arguments], directory, **changes)
    return done, *ledger(done.stdout)


def ledger(text):
    live, peaks = {}, {}
    for line in text.splitlines():
        name, function, *figures = line.split()
        if function == "=":
            peaks[name] = int(figures[0])
        else:
            live.setdefault(name, {})[function] = (int(figures[0]), int(figures[1]))
    return live, peaks


def time_of(name):
    """"request3:end" as users write it."""
    head, colon, tail = name.partition(":")
    return f"request#{head[7:]}{colon}{tail}" if head.startswith("request") else name


def asked(trace, command, *options):
    done = mprof(command, "--format", "json", *options, trace)
    check_equal(done.returncode, 0, f"{command} {' '.join(map(str, options))}: {done.stderr}")
    return json.loads(done.stdout)


def by_function(figures):
    sums = {}
    for site in figures["sites"]:
        if site["peak_blocks"] > 0 and site["function"] in OWNERS:
            before = sums.get(site["function"], (0, 0))
            sums[site["function"]] = (before[0] + site["peak_bytes"], before[1] + site["peak_blocks"])
    return sums


def check_moments(trace, live, options=()):
    for name, owners in live.items():
        figures = asked(trace, "report", "--at", time_of(name), *options)
        check_equal(by_function(figures), {owner: value for owner, value in owners.items() if value[1] > 0}, f"what lives at {name}")
        check_equal(figures["query"]["near"], False, f"{name} is a boundary")


def check_windows(trace, live, peaks):
    names = list(live)
    for begin, end in zip(names, names[1:]):
        figures = asked(trace, "report", "--from", time_of(begin), "--to", time_of(end))
        grown = {site["function"]: site["leaked_bytes"] + site["kept_bytes"] for site in figures["sites"] if site["function"] in OWNERS}
        for owner in OWNERS:
            change = live[end][owner][0] - live[begin][owner][0]
            check_equal(grown.get(owner, 0), max(change, 0), f"{owner} from {begin} to {end}")
        figures = asked(trace, "report", "--to", time_of(end))
        ours = sum(site["peak_bytes"] for site in figures["sites"] if site["function"] in OWNERS)
        check_equal(ours, peaks[end], f"the highest heap up to {end}")


@case
def moments_are_those_of_the_ledger(directory):
    done, live, peaks = moments(directory)
    check(len(live) > 18, f"moments in {done.stdout}")
    check_moments(done.trace(), live)
    check_windows(done.trace(), live, peaks)


@case
def read_event_by_event_they_are_the_same(directory):
    done, live, _ = moments(directory)
    for name in ("half", "request2", "request7:end"):
        check_moments(done.trace(), {name: live[name]}, ("--exact",))
        check_moments(done.trace(), {name: live[name]}, ("--replay",))


@case
def of_sums_alone_too(directory):
    done, live, peaks = moments(directory, MPROF_AGGREGATE="1")
    check_moments(done.trace(), live)
    check_windows(done.trace(), live, peaks)
    told = mprof("tree", "--at", "50%", "--exact", done.trace())
    check_equal(told.returncode, 2, told.stderr)
    check("recorded with --aggregate" in told.stderr, told.stderr)


@case
def of_a_fork_and_its_child(directory):
    done, live, _ = moments(directory, "fork")
    child = live.pop("child")
    marked = {trace: [phase["name"] for phase in asked(trace, "report")["phases"]] for trace in directory.glob("*.mprof")}
    (trace,) = (trace for trace, names in marked.items() if "done" in names)
    (own,) = (trace for trace, names in marked.items() if "child" in names)
    check_moments(trace, live)
    before = live["done"]["keep_rows"]
    check_equal(by_function(asked(own, "report", "--at", "child"))["keep_rows"], (child["keep_rows"][0] - before[0], child["keep_rows"][1] - before[1]),
                "the child's own")


@case
def of_a_program_that_was_killed(directory):
    program = compile("moments.c", directory / "moments", "-O1")
    done = record([program, "signal"], directory)
    live, peaks = ledger(done.stdout)
    check_equal(done.returncode, -signal.SIGKILL, "killed")
    check_moments(done.trace(), live)
    check_windows(done.trace(), live, peaks)


def killed_drainer(directory, **changes):
    """The trace of a program whose drainer was killed on the way, and the ledger."""
    program = compile("moments.c", directory / "moments", "-O1")
    trace = directory / "killed.mprof"
    process = subprocess.Popen([program], cwd=directory, stdout=subprocess.PIPE, text=True,
                               env=environment(LD_PRELOAD=str(SHIM), MPROF_OUT=str(trace), MPROF_QUIET="1", **changes))
    wait_for(lambda: drainers_of(process.pid), 10, "a drainer")
    time.sleep(0.02)
    for drainer in drainers_of(process.pid):
        os.kill(drainer, signal.SIGKILL)
    text, _ = process.communicate(timeout=60)
    return trace, *ledger(text)


@case
def of_recordings_whose_drainer_was_killed(directory):
    for name, aggregate in (("events", "0"), ("sums", "1")):
        (directory / name).mkdir()
        trace, live, peaks = killed_drainer(directory / name, MPROF_AGGREGATE=aggregate)
        check_moments(trace, live)
        check_windows(trace, live, peaks)


@case
def of_an_older_recording_by_its_events(directory):
    for version in ("format-2", "format-3"):
        trace = SOURCE / f"tests/data/{version}.mprof"
        whole = asked(trace, "report")["totals"]
        end = asked(trace, "report", "--at", "end")["totals"]
        check_equal(end["peak_bytes"], whole["leaked_bytes"] + whole["kept_bytes"], f"{version}: the heap at the end")
        peak = asked(trace, "report", "--at", "peak")["totals"]
        check_equal((peak["peak_bytes"], peak["peak_blocks"]), (whole["peak_bytes"], whole["peak_blocks"]), f"{version}: at the peak")


@case
def sampled_ones_agree_with_themselves(directory):
    done, _, _ = moments(directory, MPROF_SAMPLE="1KiB")
    trace = done.trace()
    whole = asked(trace, "report")["totals"]
    check(whole["peak_bytes"] > 100_000, "some were sampled")
    check_equal(asked(trace, "report", "--at", "peak")["totals"]["peak_bytes"], whole["peak_bytes"], "at the peak")
    check_equal(asked(trace, "report", "--from", "start", "--to", "end")["totals"]["allocated_bytes"], whole["allocated_bytes"], "the whole run")
    at_end = asked(trace, "report", "--at", "end")["totals"]
    check_equal(at_end["peak_bytes"], whole["leaked_bytes"] + whole["kept_bytes"], "what is left")
    check_equal(at_end["allocations"], whole["allocations"], "allocations")


@case
def exact_moments_are_those_of_the_events(directory):
    done, _, _ = moments(directory)
    events = [json.loads(line) for line in mprof("dump", "--format", "json", done.trace()).stdout.splitlines()]
    duration = asked(done.trace(), "report")["duration_ns"]
    for share in (5, 33, 50, 90):
        until = int(duration * share / 100)
        heap = blocks = allocations = 0
        for event in events:
            if event["time_ns"] >= until:
                break
            sign = 1 if event["type"] == "alloc" else -1
            heap += sign * event["size_bytes"]
            blocks += sign
            allocations += sign > 0
        totals = asked(done.trace(), "report", "--at", f"{until}ns", "--exact")["totals"]
        check_equal((totals["peak_bytes"], totals["peak_blocks"], totals["allocations"]), (heap, blocks, allocations), f"at {share} %")


@case
def all_views_and_formats_say_the_same(directory):
    done, live, _ = moments(directory)
    trace = done.trace()
    for when in (("--at", "half"), ("--at", "peak"), ("--from", "request#2", "--to", "request#5:end"), ("--to", "half")):
        total = asked(trace, "report", *when)["totals"]["peak_bytes"]
        check(total > 0, f"a heap {when}")
        sites = asked(trace, "sites", *when)["sites"]
        check_equal(sum(site["peak_bytes"] for site in sites), total, f"sites {when}")
        functions = asked(trace, "functions", *when)["functions"]
        check_equal(sum(row["self"]["peak_bytes"] for row in functions), total, f"functions {when}")
        tree = asked(trace, "tree", *when)
        check_equal(tree["root"]["total"]["peak_bytes"], total, f"the tree {when}")
        text = mprof("sites", "--format", "csv", *when, trace).stdout
        check_equal(sum(int(row["peak_bytes"]) for row in csv.DictReader(io.StringIO(text))), total, f"CSV {when}")


@case
def what_is_not_known_is_not_shown(directory):
    done, _, _ = moments(directory)
    for command in ("report", "sites", "functions", "tree", "leaks"):
        text = json.dumps(asked(done.trace(), command, "--from", "half"))
        for name in ('"temporary', '"frees"', '"freed_bytes"', '"unmatched_frees"'):
            check(name not in text, f"{command}: {name}")
    text = json.dumps(asked(done.trace(), "report", "--at", "peak"))
    check('"allocations"' not in text and '"allocated_bytes"' not in text, "between boundaries")
    text = mprof("report", "--at", "peak", done.trace()).stdout
    check("Allocations" not in text and "temporary" not in text, text)


@case
def behind_the_last_event_all_stays(directory):
    (directory / "idle.c").write_text("""#include <stdlib.h>
#include <unistd.h>
int main(void) { usleep(100000); char *volatile p = malloc(500000); *p = 1; usleep(100000); _exit(0); }
""")
    compile(directory / "idle.c", directory / "idle", "-fno-builtin")
    trace = record([directory / "idle"], directory).trace()
    for at, heap in (("20%", 0), ("75%", 500000), ("95%", 500000)):
        figures = asked(trace, "report", "--at", at)
        check_equal((figures["totals"]["peak_bytes"], figures["query"]["near"]), (heap, False), at)
    figures = asked(trace, "report", "--from", "75%", "--to", "90%")
    check_equal((figures["totals"]["peak_bytes"], figures["totals"]["peak_time_ns"]), (500000, figures["query"]["from_ns"]), "within nothing happened")


@case
def how_fast_it_allocates(directory):
    done, _, _ = moments(directory)
    part = asked(done.trace(), "report", "--from", "request", "--to", "request#4:end")
    rate = part["totals"]["allocated_bytes"] * 10**9 // (part["query"]["to_ns"] - part["query"]["from_ns"])
    shown = mprof("report", "--from", "request", "--to", "request#4:end", done.trace()).stdout
    value, unit = re.search(r"^Allocations: .* in all, ([0-9.]+) (\w+)/s$", shown, re.M).groups()
    check(abs(float(value) * {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}[unit] - rate) <= rate / 50, f"{value} {unit}/s, not {rate}")
    check("/s\n" not in mprof("report", "--at", "request", done.trace()).stdout, "a moment has no rate")


@case
def wrong_times_are_told(directory):
    done, _, _ = moments(directory)
    for options, words in (
            (("--at", "9s"), "--at 9s: the run took 0."),
            (("--at", "reqest"), "--at reqest: no mark or phase has that name; is it 'request'?"),
            (("--at", "request#9"), "--at request#9: there are only 8 of that name"),
            (("--at", "done:end"), "--at done:end: that is a mark, which has no end"),
            (("--at", "qqqqqqqq"), "--at takes 1.5s, 20%, start, peak, end"),
            (("--at", "-1s"), "--at takes 1.5s"),
            (("--at", "120%"), "--at takes 1.5s"),
            (("--at", "nan"), "--at takes 1.5s"),
            (("--at", "0x1"), "--at takes 1.5s"),
            (("--at", "request# 1"), "--at request# 1: no mark or phase has that name"),
            (("--at", ""), "--at takes 1.5s"),
            (("--from", "done", "--to", "half"), "--from done is later than --to half"),
            (("--at", "half", "--to", "end"), "--at goes with neither --from nor --to"),
            (("--exact",), "--exact is for --at, --from and --to"),
            (("--at", "half", "--sort", "temporary"), "--sort temporary: not known of a part of the run")):
        told = mprof("report", *options, done.trace())
        check_equal((told.returncode, told.stdout), (2, ""), f"{options}: {told.stderr}")
        check(words in told.stderr, f"{options}: {told.stderr}")


BURST = """
#include <mprof/mprof.h>
#include <stdlib.h>
#include <time.h>
static void *kept[2000];
__attribute__((noinline)) static void *small(void) { return malloc(10); }
__attribute__((noinline)) static void *big(void) { return malloc(5000000); }
static void nap(void) { nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); }
int main(void)
{
	void *volatile first = malloc(1000);
	nap();
	for (int i = 0; i < 100; i++)
		kept[i] = small();
	void *block = big();
	for (int i = 100; i < 1100; i++)
		kept[i] = small();
	free(block);
	for (int i = 0; i < 1100; i++)
		free(kept[i]);
	nap();
	mprof_mark("after");
	free(first);
	return 0;
}
"""


@case
def the_peak_within_a_burst(directory):
    """Whatever the nearest boundaries are: parts of the run that begin or end with the peak are exact."""
    (directory / "burst.c").write_text(BURST)
    for aggregate in ("0", "1"):
        (directory / aggregate).mkdir()
        trace = record([compile(directory / "burst.c", directory / "burst", "-O1")], directory / aggregate, MPROF_AGGREGATE=aggregate).trace()
        heap, blocks = 1000 + 1100 * 10 + 5000000, 1102
        totals = asked(trace, "report", "--at", "peak")["totals"]
        check_equal((totals["peak_bytes"], totals["peak_blocks"]), (heap, blocks), "at the peak")
        told = mprof("tree", "--at", "peak", "--sort", "allocations", trace)
        check_equal((told.returncode, "--sort allocations: not known at peak" in told.stderr), (2, True), told.stderr)
        if aggregate == "1":
            told = mprof("report", "--to", "peak", trace)
            check_equal((told.returncode, "recorded with --aggregate" in told.stderr), (2, True), told.stderr)
            continue
        for options, allocations in ((("--from", "start", "--to", "peak"), blocks), (("--at", "peak", "--exact"), blocks), (("--from", "peak", "--to", "peak"), 0)):
            totals = asked(trace, "report", *options)["totals"]
            check_equal((totals["peak_bytes"], totals["peak_blocks"], totals["allocations"]), (heap, blocks, allocations), f"{options}")
        totals = asked(trace, "report", "--from", "peak", "--to", "after")["totals"]
        check_equal((totals["peak_bytes"], totals["allocations"]), (heap, 0), "from the peak on")
        # Nothing happened while it waited: what lived then is known at each moment.
        first = json.loads(mprof("dump", "--format", "json", "--count", "2", trace).stdout.splitlines()[1])["time_ns"]
        figures = asked(trace, "report", "--at", f"{first - 10_000_000}ns")
        check_equal((figures["totals"]["peak_bytes"], figures["query"]["near"]), (1000, False), "while it waited")


@case
def two_moments_are_compared(directory):
    done, live, _ = moments(directory)
    trace = done.trace()
    told = mprof("diff", "--format", "json", "--all", f"{trace}@half", f"{trace}@request#3:end")
    check_equal(told.returncode, 0, told.stderr)
    rows = {row["name"]: row["change_bytes"] for row in json.loads(told.stdout)["rows"]}
    for owner in OWNERS:
        check_equal(rows.get(owner, 0), live["request3:end"][owner][0] - live["half"][owner][0], f"change of {owner}")
    check_equal(mprof("sites", f"{trace}@half").stdout, mprof("sites", "--at", "half", trace).stdout, "of other views")
    told = mprof("gc", f"{trace}@50%")
    check_equal((told.returncode, "not a moment of one" in told.stderr), (2, True), told.stderr)
    same = mprof("diff", f"{trace}@done", f"{trace}@done")
    check("no change" in same.stdout and "Temporary" not in same.stdout, same.stdout)


@case
def phases_are_those_of_the_ledger(directory):
    for aggregate in ("0", "1"):
        (directory / aggregate).mkdir()
        done, live, _ = moments(directory / aggregate, MPROF_AGGREGATE=aggregate)
        phases = [phase for phase in asked(done.trace(), "report")["phases"] if phase["name"] == "request"]
        check_equal(len(phases), 8, "requests")
        for i, phase in enumerate(phases, 1):
            for key, name in (("begin_bytes", f"request{i}"), ("end_bytes", f"request{i}:end")):
                others = asked(done.trace(), "report", "--at", time_of(name))["totals"]["peak_bytes"] - sum(v[0] for v in live[name].values())
                check_equal(phase[key], sum(value[0] for value in live[name].values()) + others, f"{key} of {name}")
            window = asked(done.trace(), "report", "--from", f"request#{i}", "--to", f"request#{i}:end")
            check_equal(phase["peak_bytes"], window["totals"]["peak_bytes"], "its peak")
            check_equal(phase["allocations"], window["totals"]["allocations"], "its allocations")
            check_equal(sum(site["peak_bytes"] for site in phase["peak_sites"]), phase["peak_bytes"], "what its peak was made of")
    text = mprof("report", done.trace()).stdout
    check("  request#8\n                      " in text and "% build_index moments.c:" in text, text)


SERVER = """
#include <stdlib.h>
#include <time.h>
struct session { struct session *next; char state[104]; };
static struct session *sessions;
static void *cache[64];
__attribute__((noinline)) static void open_session(void)
{
	struct session *session = malloc(sizeof(*session));
	session->next = sessions;
	sessions = session;
}
__attribute__((noinline)) static void remember(int request)
{
	free(cache[request / 3 % 64]);
	cache[request / 3 % 64] = malloc(1000);
}
__attribute__((noinline)) static void answer(void) { volatile char *text = malloc(500); *text = 1; free((void *)text); }
int main(void)
{
	for (int request = 0; request < 600; request++) {
		open_session();
		if (request % 3 == 0)
			remember(request);
		answer();
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	return 0;
}
"""


@case
def what_grows_and_grows_is_told_from_what_is_full(directory):
    (directory / "server.c").write_text(SERVER)
    trace = record([compile(directory / "server.c", directory / "server", "-O1")], directory).trace()
    for group in ("path", "site", "function"):
        rows = asked(trace, "leaks", "--growing", "--group-by", group)["growing"]
        check_equal([(row["function"], row["live_bytes"]) for row in rows], [("open_session", 600 * 112)], f"what grows by {group}")
    (row,) = rows
    samples = [sample["live_bytes"] for sample in row["samples"]]
    check_equal((len(samples), samples[-1], samples), (20, 600 * 112, sorted(samples)), "its course")
    seconds = asked(trace, "report")["duration_ns"] / 1e9
    check(0.5 < row["trend_bytes_per_s"] * seconds / (600 * 112) < 1.5, f"{row['trend_bytes_per_s']} B/s in {seconds} s")
    text = mprof("leaks", "--growing", trace, LC_ALL="C.UTF-8").stdout
    check("\u2588" in text and "KiB/s  open_session" in text and "< main" in text and "remember" not in text, text)
    tidy = SERVER.replace("\treturn 0;\n}\n", "\twhile (sessions) {\n\t\tstruct session *next = sessions->next;\n\t\tfree(sessions);\n\t\tsessions = next;\n\t}\n\treturn 0;\n}\n")
    (directory / "tidy").mkdir()
    (directory / "tidy.c").write_text(tidy)
    trace = record([compile(directory / "tidy.c", directory / "tidy_server", "-O1")], directory / "tidy").trace()
    check("try --to 95%" in mprof("leaks", "--growing", trace).stdout, "all is freed in the end")
    (row,) = asked(trace, "leaks", "--growing", "--to", "95%")["growing"]
    check_equal(row["function"], "open_session", "before that")
    none = mprof("leaks", "--growing", moments(directory)[0].trace())
    check_equal(none.returncode, 0, none.stderr)


run_cases()
