"""Traced lines: executions counted by patched code, against memory_profiler's and gcov's, and what the program does unchanged."""

import json
import os
import re
import signal
import subprocess

from harness import (MPROF, PROGRAMS, SHIM, Skip, case, check, check_equal, compile, drainers_of, environment, mprof, needs, record, run, run_cases,
                     wait_for)
from traced_lines import PYTHON, tags_of, traced


def recorded_lines(program, directory, *arguments, functions="1", **changes):
    done = record([program, *arguments], directory, MPROF_LINES=functions, **changes)
    check("not traced" not in done.stderr, f"lines are traced: {done.stderr}")
    return done


# ---- against memory_profiler -----------------------------------------------------------------------

def by_memory_profiler():
    done = subprocess.run([PYTHON, str(PROGRAMS / "loops.py")], capture_output=True, text=True, env=environment())
    if done.returncode != 0:
        raise Skip("python3-memory-profiler is not installed")
    rows = re.findall(r"^ +\d+ +[-\d.]+ MiB +[-\d.]+ MiB +(\d+) .*# (\w+)$", done.stdout, re.M)
    return {tag: int(count) for count, tag in rows}, done.stdout.splitlines()[0]


@case
def executions_are_memory_profilers(directory):
    expected, said = by_memory_profiler()
    for compiler in ("gcc", "clang"):
        program = compile("loops.c", directory / f"loops-{compiler}", "-O0", cc=compiler)
        done = recorded_lines(program, directory)
        check_equal(done.stdout.strip(), said, "what it prints")
        trace = done.trace()
        lines = traced(trace)
        counts = {tag: lines.get(line) for tag, line in tags_of(PROGRAMS / "loops.c").items()}
        wrong = {tag: (count, expected[tag]) for tag, count in counts.items() if tag in expected and count is not None and count != expected[tag]}
        # clang's loop begins with its condition, gcc's and Python's end with it.
        wrong.pop("one_while", None)
        check_equal(wrong, {}, f"executions, {compiler}")
        # Of two bytes, with no room for a longer jump within reach: told as not traced.
        without_room = {"one_while", "early_continue", "early_break"} if compiler == "gcc" else set()
        missing = [tag for tag in expected if counts[tag] is None and tag not in without_room]
        check_equal(missing, [], f"lines that have no count, {compiler}")
        check_equal({tag: counts[tag] for tag in counts if tag.endswith("_def")},
                    {"for_def": 1, "while_def": 1, "one_def": 1, "nested_def": 1, "early_def": 1, "recursive_def": 41, "allocates_def": 1, "next_def": 13,
                     "streams_def": 1, "chooses_def": 4}, f"calls, {compiler}")
        trace.unlink()


@case
def what_the_compiler_removed_says_so(directory):
    source = PROGRAMS / "gone.c"
    tags = [re.search(r"// (\w+)$", line) for line in source.read_text().splitlines()]
    for compiler in ("gcc", "clang"):
        for level in ("-O0", "-Og", "-O2"):
            expected = {line for line, tag in enumerate(tags, 1) if tag and (tag.group(1) == "always" or level != "-O0")}
            trace = recorded_lines(compile("gone.c", directory / f"{compiler}{level}", level, cc=compiler), directory, functions="work").trace()
            (function,) = [one for one in json.loads(mprof("report", "--format", "json", trace).stdout)["functions"] if one["function"] == "work"]
            gone = {line["line"] for line in function["lines"] if line["not_counted"] == "optimised away"}
            check(expected <= gone, f"{compiler} {level}: {sorted(gone)}, expected {sorted(expected)}")
            executed = {line["line"] for line in function["lines"] if line["hits"]}
            check_equal(gone & executed, set(), "both")
            if level == "-O0":
                check_equal(gone - expected, set(), f"{compiler} {level}: what has code")
                never = source.read_text().splitlines().index("\t\tif (i > 1000000)") + 2
                check_equal([line["hits"] for line in function["lines"] if line["line"] == never], [0], f"{compiler}: what never ran")
            texts = {line["line"]: line["source"] or "" for line in function["lines"]}
            check(all(re.search(r"[=(;]", texts[line]) and "unused" not in texts[line] and "not here" not in texts[line] for line in gone), f"{compiler} {level}: {gone}")
            check("optimised away" in mprof("report", trace).stdout, "for people")
            trace.unlink()


@case
def its_five_columns(directory):
    trace = recorded_lines(compile("loops.c", directory / "loops", "-O0"), directory).trace()
    shown = mprof("report", "--memory-profiler", "-f", "allocates", trace).stdout
    check("Line #    Mem usage    Increment  Occurrences   Line Contents\n" in shown and "Call sites" not in shown, shown)
    check(re.search(r"^ +\d+ +1\.9 MiB +10\.5 MiB +11   \tchar \*block|^ +\d+ +1\.9 MiB +10\.5 MiB +11   \t\tchar \*block", shown, re.M), shown)
    check(re.search(r"^ +\d+ +1\.0 MiB +0\.0 MiB +12   \tfor \(int i", shown, re.M), f"a line that allocates nothing: {shown}")


# ---- memory ---------------------------------------------------------------------------------------------

def memory_of(trace, function):
    """By line: (memory after it, what it added, resident memory)."""
    done = mprof("report", "--format", "json", "-f", function, trace)
    check_equal(done.returncode, 0, done.stderr)
    return {line["line"]: (line["mem_bytes"], line["increment_bytes"], line["rss_bytes"]) for line in json.loads(done.stdout)["functions"][0]["lines"]
            if line.get("hits")}


@case
def memory_after_every_line(directory):
    block, tags = 1_000_000, tags_of(PROGRAMS / "loops.c")
    names = {line: tag for tag, line in tags.items()}
    for name, changes in (("usual", {}), ("sums", {"MPROF_AGGREGATE": "1"})):
        (directory / name).mkdir()
        program = compile("loops.c", directory / name / "loops", "-O0")
        trace = recorded_lines(program, directory / name, **changes).trace()
        seen = {names[line].removeprefix("allocates_"): values for line, values in memory_of(trace, "allocates").items() if line in names}
        # What is kept is one block, and a second one lives from where it is made to where one is freed.
        expected = {"def": (0, 0), "first": (0, 0), "head": (block, 0), "block": (2 * block, 11 * block), "if": (2 * block, 0), "free": (block, -5 * block),
                    "keep": (block, 0), "drop": (block, -5 * block), "last": (block, 0)}
        check_equal({tag: values[:2] for tag, values in seen.items()}, expected, f"memory and increments, {name}")
        # Of a program that is gone when it is looked nobody knows.
        check(all(values[2] is None or values[2] > 100_000 for values in seen.values()), f"resident memory: {seen}")
        # Nothing happens in it: all lines have what there was before it, and its hot loop tells no more of it.
        check_equal({values[:2] for values in memory_of(trace, "nested").values()}, {(block, 0)}, f"lines without any event, {name}")


OTHERS = """
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static volatile int done;
void *volatile kept;
static void *work(void *nothing) { kept = malloc(10000000); usleep(200000); done = 1; return nothing; }
__attribute__((noinline)) static void waits(void) {
	while (!done)
		usleep(100);
}
int main(void) {
	pthread_t thread;
	free(malloc(1));
	pthread_create(&thread, NULL, work, NULL);
	waits();
	pthread_join(thread, NULL);
	return 0;
}
"""


@case
def what_others_keep_meanwhile_is_seen(directory):
    (directory / "others.c").write_text(OTHERS)
    check_equal(run(["gcc", "-g", "-O0", "-pthread", "-o", "others", "others.c"], directory).returncode, 0, "gcc")
    trace = recorded_lines(directory / "others", directory, functions="waits").trace()
    memory = memory_of(trace, "waits")
    check(all(memory[line][0] >= 10_000_000 and memory[line][1] == 0 for line in (9, 10)), f"a line that allocates nothing: {memory}")
    check(all(memory[line][2] > 1_000_000 for line in (9, 10)), f"resident memory: {memory}")


# ---- against gcov --------------------------------------------------------------------------------------

def by_gcov(source, directory):
    folder = directory / "gcov"
    folder.mkdir()
    compile(source, folder / "program", "-O0", "--coverage")
    check_equal(run([folder / "program"], folder).returncode, 0, f"{source}, with coverage")
    counts = {}
    for notes in folder.glob("*.gcda"):
        done = run(["gcov", "-j", "-t", notes.name], folder)
        for file in json.loads(done.stdout)["files"]:
            if file["file"].endswith(source):
                counts.update({line["line_number"]: line["count"] for line in file["lines"]})
    return counts


@case
def executions_are_gcovs(directory):
    needs("gcov")
    lines = 0
    for source in ("moments.c", "callers.c", "split.c", "wrappers.c", "many_pairs.c", "leaks.c", "ledger.c", "exceptions.cpp", "new_and_delete.cpp",
                   "handed_out.c", "many_blocks.c", "many_live.c", "starts.c", "ends.c", "hold.c", "gated.c"):
        folder = directory / source
        folder.mkdir()
        program = compile(source, folder / "program", "-O0")
        bare = run([program], folder)
        if bare.returncode != 0:
            continue
        done = recorded_lines(program, folder, functions="*")
        check_equal(done.outcome, bare.outcome, f"what {source} does")
        document = json.loads(mprof("report", "--format", "json", done.trace()).stdout)
        functions = [function for function in document["functions"] if function["file"].endswith(source)]
        counted = {line["line"]: line["hits"] for function in functions for line in function["lines"] if "hits" in line}
        expected = by_gcov(source, folder)
        firsts = {function["first_line"] for function in functions}
        common = [line for line, hits in counted.items() if hits and expected.get(line) and line not in firsts]
        wrong = {line: (counted[line], expected[line]) for line in common if counted[line] != expected[line]}
        # Statements over several lines, and cleanups that go back to a line, are more visits than one: LINES in doc/lines.md.
        check(len(wrong) <= len(common) // 20 + 1, f"{source}: {len(wrong)} of {len(common)}: {wrong}")
        lines += len(common)
    check(lines > 200, f"lines that both have: {lines}")


# ---- what the program does is unchanged --------------------------------------------------------------

def contradictions(trace):
    """Lines under which something happened, and which never ran."""
    tables = json.loads(mprof("report", "--format", "json", trace).stdout)["functions"]
    return [line for function in tables for line in function["lines"][1:] if line.get("hits") == 0 and line.get("occurrences")]


@case
def nothing_changes(directory):
    for source in ("exceptions.cpp", "longjmp.c", "lines/coroutines.cpp", "thread_pairs.c", "deep_recursion.c", "new_and_delete.cpp", "moments.c"):
        for compiler in ("gcc", "clang"):
            for level in ("-O0", "-O2", "-Os"):
                folder = directory / f"{source.replace('/', '-')}-{compiler}{level}"
                folder.mkdir()
                standard = ["-std=c++20"] if source.endswith(".cpp") else []
                program = compile(source, folder / "program", level, *standard, cc=compiler)
                bare = run([program], folder)
                done = record([program], folder, MPROF_LINES="*")
                check_equal(done.outcome, bare.outcome, f"{source} {compiler} {level}")
                check_equal(json.loads(mprof("report", "--format", "json", done.traces()[0]).stdout)["lost_events"], 0, "lost events")
                check_equal(contradictions(done.traces()[0]), [], f"{source} {compiler} {level}")
                check(sum(hits or 0 for hits in traced(done.traces()[0]).values()) > 0, f"lines were traced, {source} {compiler} {level}")


@case
def call_paths_are_the_same(directory):
    program = compile("moments.c", directory / "program", "-O1")
    paths = []
    for lines in ("0", "*"):
        (directory / lines.replace("*", "all")).mkdir()
        trace = record([program], directory / lines.replace("*", "all"), MPROF_LINES=lines).trace()
        document = json.loads(mprof("report", "--paths", "--format", "json", trace).stdout)
        check_equal(sum(hits or 0 for hits in traced(trace).values()) > 10, lines == "*", f"whether lines were traced, {lines}")
        paths.append(sorted(json.dumps([site["function"], site["line"], site["allocations"], site["allocated_bytes"], site["paths"]], sort_keys=True) for site in document["sites"]))
    check_equal(paths[1], paths[0], "sites and their paths")


# ---- whose they are ------------------------------------------------------------------------------------

THREADS = """
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
volatile long sum;
__attribute__((noinline)) static void counted(int n) {
	for (int i = 0; i < n; i++)
		sum += i;
}
static void *work(void *nothing) { counted(10000); return nothing; }
int main(int count, char **words) {
	pthread_t threads[8];
	for (int i = 0; i < 8; i++) pthread_create(&threads[i], NULL, work, NULL);
	for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
	if (count > 1 && strcmp(words[1], "fork") == 0) { if (fork() == 0) { counted(77); _exit(0); } wait(NULL); }
	if (count > 1 && strstr("child raw nested", words[1])) {
		if ((words[1][0] == 'r' ? syscall(SYS_fork) : fork()) == 0) {
			counted(77);
			free(malloc(1));
			counted(3);
			if (words[1][0] == 'n' && fork() == 0) { counted(5); free(malloc(1)); raise(SIGKILL); }
			wait(NULL);
			_exit(0);
		}
		wait(NULL);
	}
	if (count > 1 && strcmp(words[1], "kill") == 0) raise(SIGKILL);
	return 0;
}
"""


@case
def of_threads_and_killed_programs(directory):
    (directory / "threads.c").write_text(THREADS)
    check_equal(run(["gcc", "-g", "-O0", "-pthread", "-o", "threads", "threads.c"], directory).returncode, 0, "gcc")
    for how in ("plain", "fork", "kill"):
        (directory / how).mkdir()
        done = record([directory / "threads", how], directory / how, MPROF_LINES="counted")
        lines = {}
        for trace in done.traces():
            lines.update({line: hits for line, hits in traced(trace, "-f", "counted").items() if hits})
        check_equal(lines, {10: 8, 11: 80008, 12: 80000, 13: 8}, how)


@case
def of_fork_children_in_their_own_recordings(directory):
    (directory / "threads.c").write_text(THREADS)
    check_equal(run(["gcc", "-g", "-O0", "-pthread", "-o", "threads", "threads.c"], directory).returncode, 0, "gcc")
    parents, children = {10: 8, 11: 80008, 12: 80000, 13: 8}, {10: 2, 11: 82, 12: 80, 13: 2}
    # Of a fork that nobody is told of, what runs before the recording begins cannot be counted: then nothing is.
    for how, expected in (("child", [children]), ("raw", [{}]), ("nested", [children, {10: 1, 11: 6, 12: 5, 13: 1}])):
        (directory / how).mkdir()
        done = record([directory / "threads", how], directory / how, MPROF_LINES="counted")
        check_equal(done.outcome, (0, "", ""), how)
        own = done.trace()
        others = [trace for trace in done.traces() if trace != own]
        seen = [{line: hits for line, hits in traced(trace, "-f", "counted").items() if hits} for trace in (own, *others)]
        check_equal(seen[0], parents, f"{how}: the parent")
        check(how != "raw" or "Hits" not in mprof("report", "-f", "counted", others[0]).stdout, "no column where nothing was counted")
        check_equal(sorted(map(str, seen[1:])), sorted(map(str, expected)), f"{how}: its children")
        check_equal(memory_of(own, "counted")[13][1], 0, "what lines added")


SLOW = """#include <stdlib.h>
#include <unistd.h>
void *volatile kept;
__attribute__((noinline)) static void counted(int n) {
\tfor (int i = 0; i < n; i++)
\t\tkept = malloc(10);
}
int main(int count, char **words) { counted(1000); sleep(count > 1 ? atoi(words[1]) : 0); counted(500); return 0; }
"""


@case
def of_every_kind_of_recording(directory):
    (directory / "slow.c").write_text(SLOW)
    check_equal(run(["gcc", "-g", "-O0", "-o", "slow", "slow.c"], directory).returncode, 0, "gcc")
    for name, changes in (("usual", {}), ("sums", {"MPROF_AGGREGATE": "1"}), ("sampled", {"MPROF_SAMPLE": "4K"})):
        (directory / name).mkdir()
        trace = recorded_lines(directory / "slow", directory / name, functions="counted", **changes).trace()
        check_equal({line: hits for line, hits in traced(trace).items() if hits}, {4: 2, 5: 1502, 6: 1500, 7: 2}, name)
        # Where blocks are sampled what lives is an estimate, which lines without events have none of.
        check_equal(memory_of(trace, "counted")[7][0], None if name == "sampled" else 15000, f"memory after a line without events, {name}")


def has_allocated(trace, blocks):
    done = mprof("report", "--format", "json", trace)
    return done.returncode == 0 and json.loads(done.stdout)["totals"]["allocations"] >= blocks


@case
def a_drainer_that_was_killed_loses_none(directory):
    (directory / "slow.c").write_text(SLOW)
    check_equal(run(["gcc", "-g", "-O0", "-o", "slow", "slow.c"], directory).returncode, 0, "gcc")
    process = subprocess.Popen([str(directory / "slow"), "3"], cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=environment(LD_PRELOAD=str(SHIM), MPROF_OUT="a.mprof", MPROF_LINES="counted"))
    wait_for(lambda: drainers_of(process.pid) and (directory / "a.mprof").exists(), 30, "a drainer")
    wait_for(lambda: has_allocated(directory / "a.mprof", 1000), 30, "what it counts first")
    shown = mprof("report", directory / "a.mprof")
    check(shown.returncode == 0 and "no lines were traced" not in shown.stdout + shown.stderr, f"of a program that runs: {shown.stdout}")
    for drainer in drainers_of(process.pid):
        os.kill(drainer, signal.SIGKILL)
    check_equal(process.wait(), 0, "the program's status")
    check_equal({line: hits for line, hits in traced(directory / "a.mprof").items() if hits}, {4: 2, 5: 1502, 6: 1500, 7: 2}, "after the drainer's end")
    check_equal([memory_of(directory / "a.mprof", "counted")[line][0] for line in (5, 6, 7)], [15000] * 3, "memory after the drainer's end")


@case
def who_has_none_is_told(directory):
    program = compile("leaks.c", directory / "program", "-O1")
    trace = record([program], directory, MPROF_LINES="no_such_*").trace()
    check("no lines were traced: no function that was compiled with -g has a name that matches no_such_*" in mprof("report", trace).stdout, "a name that nothing has")


@case
def what_cannot_be_traced_is_one_line_a_reason(directory):
    (directory / "goto.c").write_text("#include <stdlib.h>\n" + "".join(
        f"__attribute__((noinline)) int go_{i}(int n) {{\n\tfree(malloc(10));\n\tstatic void *const where[] = {{&&one, &&two}};\n\tgoto *where[n & 1];\none:\n\treturn n + {i};\ntwo:\n\treturn {i};\n}}\n"
        f"static inline __attribute__((always_inline)) int in_{i}(int n) {{\n\treturn n * {i + 3};\n}}\n" for i in range(3)) +
        "int main(void) {\n\treturn go_0(0) + go_1(1) + go_2(2) + in_0(0) + in_1(0) + in_2(0) - 2;\n}\n")
    check_equal(run(["gcc", "-g", "-O1", "-o", "goto", "goto.c"], directory).returncode, 0, "gcc")
    bare = run([directory / "goto"], directory)
    done = record([directory / "goto"], directory, MPROF_LINES="*")
    check_equal(done.outcome, bare.outcome, "what it does")
    warnings = json.loads(mprof("report", "--format", "json", done.trace()).stdout)["warnings"]
    told = [line for line in warnings if "not traced" in line]
    check_equal(len(told), 2, f"warnings: {warnings}")
    check("and of 2 other functions are not traced: they jump where their code does not say" in told[0] and "inlined" in told[1], f"warnings: {told}")
    # They ran: no 0 stands beside what they allocated, and no limit holds them.
    check_equal([hits for hits in traced(done.trace(), "-f", "go_0").values() if hits is not None], [], "hits of what is not traced")
    for limit in ("go_0:hits<=0", "in_0:hits<=0"):
        check_equal(mprof("check", "--limit", limit, done.trace()).returncode, 2, limit)


LAMBDA = """#include <vector>
int main()
{
	std::vector<int> numbers(100);
	auto each = [](int x) {
		char *block = new char[10];
		return block + x;
	};
	for (int number : numbers)
		delete[] each(number);
}
"""


@case
def lambdas_are_functions(directory):
    (directory / "lambda.cpp").write_text(LAMBDA)
    for compiler in ("g++", "clang++"):
        program = directory / compiler
        check_equal(run([compiler, "-g", "-O0", "-o", program, "lambda.cpp"], directory).returncode, 0, compiler)
        trace = recorded_lines(program, directory, functions="*operator()*,main", MPROF_OUT=directory / f"{compiler}.mprof")
        check_equal(trace.stdout, "", "what it prints")
        document = json.loads(mprof("report", "--format", "json", directory / f"{compiler}.mprof").stdout)
        table = next(function for function in document["functions"] if function["first_line"] == 5)
        check(table["file"].endswith("lambda.cpp") and "new char[10]" in table["lines"][1]["source"], f"{compiler}: {table}")
        check_equal([line["hits"] for line in table["lines"]][:3], [100, 100, 100], f"its lines, {compiler}")


GROWS = """#include <stdlib.h>
char *grow(int n)
{
	char *p = NULL;
	for (int i = 1; i <= n; i++)
		p = realloc(p, i * 1024);
	return p;
}
"""


@case
def no_hits_are_told_of_what_may_have_run(directory):
    """At -O2 code of a line stands where the line table has no statement: it is not counted there, and then 0 would be a lie."""
    (directory / "grow.c").write_text(GROWS)
    (directory / "main.c").write_text("#include <stdlib.h>\nchar *grow(int n);\nint main(void) { free(grow(10)); return 0; }\n")
    for compiler in ("gcc", "clang"):
        for level in ("-O1", "-O2", "-O3", "-Os"):
            program = directory / f"{compiler}{level}"
            check_equal(run([compiler, "-g", level, "-o", program, "grow.c", "main.c"], directory).returncode, 0, compiler)
            trace = directory / f"{compiler}{level}.mprof"
            recorded_lines(program, directory, functions="grow", MPROF_OUT=trace)
            lines = traced(trace)
            # All of them run.
            check(0 not in lines.values(), f"{compiler} {level}: {lines}")
            check(mprof("check", "--limit", "grow.c:8:hits<=0", trace).returncode != 0, f"a limit that nothing holds, {compiler} {level}")


INLINED = """#include <stdio.h>
static inline int sum(const int *list, int n)
{
	int all = 0;
	for (int i = 0; i < n; i++)
		if (list[i] & 1)
			all += list[i];
	return all;
}
static int list[50];
int main(void)
{
	int all = 0;
	for (int i = 0; i < 10; i++) {
		list[i] = i;
		all += sum(list, 50 + all % 2); // call
		printf("%d\\n", all);
	}
	return 0;
}
"""


@case
def rounds_within_an_inlined_copy_are_none_of_its_calls_line(directory):
    (directory / "inlined.c").write_text(INLINED)
    call, told = tags_of(directory / "inlined.c")["call"], 0
    for compiler in ("gcc", "clang"):
        for level in ("-O1", "-O2", "-O3", "-Os"):
            program = directory / f"{compiler}{level}"
            check_equal(run([compiler, "-g", level, "-fno-tree-vectorize", "-o", program, "inlined.c"], directory).returncode, 0, compiler)
            recorded_lines(program, directory, functions="main", MPROF_OUT=directory / "a.mprof")
            hits = traced(directory / "a.mprof")[call]
            # What needs to be reckoned but once may stand before the loop.
            check(hits in (10, 11, None), f"{compiler} {level}: {hits}")
            told += hits is not None
    check(told >= 6, f"told by {told} of 8")


ONE_LINE = """int more;
int main(int argc, char **argv)
{
	int k = argc - 1;
	while (k > 10) k++; // no_round
	for (; k > 10; k++) // head
		more++;
	for (; k < 3; k++) more++; // three_rounds
	return 0;
}
"""


@case
def a_loop_without_a_round_has_run(directory):
    (directory / "one_line.c").write_text(ONE_LINE)
    lines = tags_of(directory / "one_line.c")
    for compiler in ("gcc", "clang"):
        check_equal(run([compiler, "-g", "-O0", "-o", compiler, "one_line.c"], directory).returncode, 0, compiler)
        recorded_lines(directory / compiler, directory, functions="main", MPROF_OUT=directory / "a.mprof")
        hits = traced(directory / "a.mprof")
        check_equal((hits[lines["no_round"]], hits[lines["head"]], hits[lines["head"] + 1]), (1, 1, 0), compiler)
        check(hits[lines["three_rounds"]] in (3, 4), f"{compiler}: {hits}")


ALWAYS_INLINED = """static inline __attribute__((always_inline)) int sub(int a, int b)
{
	return a - b;
}
int main(void)
{
	int c = 0;
	for (int i = 0; i < 9; i++) {
		if (i % 3 == 0)
			c = sub(c, i); // then
		else
			c = sub(i, c);
		c ^= 1;
	}
	return c < 0;
}
"""


@case
def a_branch_whose_code_says_no_line_is_not_the_line_before(directory):
    """gcc says no line where arguments of an inlined function are put in place."""
    (directory / "always.c").write_text(ALWAYS_INLINED)
    then = tags_of(directory / "always.c")["then"]
    for compiler in ("gcc", "clang"):
        check_equal(run([compiler, "-g", "-O0", "-o", compiler, "always.c"], directory).returncode, 0, compiler)
        recorded_lines(directory / compiler, directory, functions="main", MPROF_OUT=directory / "a.mprof")
        check_equal(traced(directory / "a.mprof")[then], 3, compiler)


AT_ONE_LINE = """#include <string>
static int last() { return 3; }
std::string text("made before main"); int main() { int sum = 0; for (int i = 0; i < 7; i++) sum += last(); return sum != 21; }
"""


@case
def functions_at_one_line_are_told_apart(directory):
    """The compiler's initialization of a file stands at the line of its last function."""
    (directory / "one.cpp").write_text(AT_ONE_LINE)
    for compiler in ("g++", "clang++"):
        check_equal(run([compiler, "-g", "-O0", "-o", compiler, "one.cpp"], directory).returncode, 0, compiler)
        recorded_lines(directory / compiler, directory, functions="main", MPROF_OUT=directory / "a.mprof")
        document = json.loads(mprof("report", "--format", "json", "-f", "*", directory / "a.mprof").stdout)
        calls = {function["function"]: function["lines"][0]["hits"] for function in document["functions"] if function["lines"][0].get("hits")}
        check_equal(calls, {"main": 1}, compiler)


@case
def columns_are_chosen_by_name(directory):
    trace = recorded_lines(compile("loops.c", directory / "loops", "-O0"), directory).trace()
    shown = mprof("report", "-f", "nested", "--columns", "hits,Own time", trace).stdout
    check(re.search(r"^Line # +Hits +Own time +Line Contents$", shown, re.M), shown)
    check(re.search(r"^ +\d+ +21 +[\d.]+ .s   \t\tfor \(int k", shown, re.M), shown)


@case
def limits_of_executions(directory):
    program, lines = compile("loops.c", directory / "loops", "-O0"), tags_of(PROGRAMS / "loops.c")
    trace = recorded_lines(program, directory).trace()
    (directory / "mprof.gate").write_text(f'functions = ( {{ line = "loops.c:{lines["for_if"]}"; hits = 9; }} );\n')
    head = f"loops.c:{lines['for_head']}:hits"
    for limit, status, words in (("recursive:hits<=0", 1, "-f recursive"), ("no_such_function:hits<=5", 2, "no function that was chosen has code there"), (f"{head}<=11", 0, ""), (f"{head}<=10", 1, f"executions of loops.c:{lines['for_head']}: 11, 1 (+10.0%) over the limit of 10"),
                                 ("recursive:hits<=41", 0, ""), ("recursive:hits<=40", 1, "41, 1 (+2.5%) over the limit of 40"), ("with_*:hits<=2", 0, ""),
                                 (f"loops.c:{lines['one_while']}:hits<=100", 2, "its executions were not counted: there is no room for a jump"),
                                 ("main:hits<=1", 2, "no function that was chosen has code there"), ("hits<=5", 2, "a figure of functions and lines")):
        done = mprof("check", "--limit", limit, trace)
        check_equal(done.returncode, status, f"{limit}: {done.stdout}{done.stderr}")
        check(words in done.stdout + done.stderr, f"{limit}: {done.stdout}{done.stderr}")
    done = mprof("check", "--gate", directory / "mprof.gate", trace)
    check(done.returncode == 1 and "10, 1 (+11.1%) over the limit of 9" in done.stdout, f"a gate file: {done.stdout}{done.stderr}")
    unlined = record([program], directory, MPROF_LINES="0", MPROF_OUT=directory / "plain.mprof")
    check_equal(mprof("check", "--limit", f"{head}<=11", directory / "plain.mprof").returncode, 2, f"a recording without counts: {unlined.stderr}")


@case
def as_run_asks_for_it(directory):
    program = compile("loops.c", directory / "loops", "-O0")
    done = run([MPROF, "run", "-o", "a.mprof", "-f", "with_*", "-f", "nested", program], directory)
    check_equal(done.returncode, 0, done.stderr)
    document = json.loads(mprof("report", "--format", "json", directory / "a.mprof").stdout)
    check_equal({function["function"] for function in document["functions"]}, {"with_for", "with_while", "nested"}, "functions")
    check_equal(run([MPROF, "run", "-o", "b.mprof", "--lines", program], directory).returncode, 0, "--lines")
    document = json.loads(mprof("report", "--format", "json", directory / "b.mprof").stdout)
    check_equal(len(document["functions"]), 10, "marked functions")


run_cases()
