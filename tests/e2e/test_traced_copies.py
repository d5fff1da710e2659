"""Functions that are inlined, traced: executions of their lines in all copies are gcov's."""

import json

from harness import PROGRAMS, case, check, check_equal, compile, mprof, needs, record, run, run_cases
from traced_lines import tags_of

SOURCE = "copies.c"


def by_gcov(source, directory):
    needs("gcov")
    program = compile(source, directory / "covered", "-O0", "--coverage", cc="gcc")
    check_equal(run([program], directory).returncode, 0, f"{source}, with coverage")
    files = [file for notes in directory.glob("*.gcda") for file in json.loads(run(["gcov", "-j", "-t", notes.name], directory).stdout)["files"]]
    lines = [line for file in files if file["file"].endswith(str(source)) for line in file["lines"]]
    return {number: max(line["count"] for line in lines if line["line_number"] == number) for number in {line["line_number"] for line in lines}}


def functions_of(trace, source=SOURCE):
    document = json.loads(mprof("report", "--format", "json", trace).stdout)
    return [function for function in document["functions"] if function["file"].endswith(source)], document["warnings"]


def counted(trace, source=SOURCE):
    """By line; the first lines of functions count calls."""
    functions, warnings = functions_of(trace, source)
    check(not any("ran more often" in warning or "not traced" in warning for warning in warnings), f"all copies are counted: {warnings}")
    return {line["line"]: line["hits"] for function in functions for line in function["lines"]}


def compare(program, expected, tags, folder, how, source=SOURCE):
    """Lines with a tag that are told are right, and most are."""
    bare = run([program], folder)
    trace = folder / "lines.mprof"
    done = record([program], folder, MPROF_LINES="*", MPROF_OUT=trace)
    check_equal(done.outcome, bare.outcome, f"what it does, {how}")
    lines = counted(trace, source)
    told = {tag: lines[line] for tag, line in tags.items() if lines.get(line) is not None}
    check_equal({tag: (hits, expected[tags[tag]]) for tag, hits in told.items() if hits != expected[tags[tag]]}, {}, how)
    check(len(told) >= len(tags) * 3 // 4, f"lines that are told, {how}: {sorted(told)} of {sorted(tags)}")
    trace.unlink()


@case
def executions_are_gcovs(directory):
    expected = by_gcov(SOURCE, directory)
    tags = {tag: line for tag, line in tags_of(PROGRAMS / SOURCE).items() if line in expected}
    for compiler, levels in (("gcc", ("-O0", "-O1", "-O2", "-O3")), ("clang", ("-O0", "-O1", "-O2"))):
        for level in levels:
            for frames in ("-fomit-frame-pointer", "-fno-omit-frame-pointer"):
                program = compile(SOURCE, directory / f"{compiler}{level}{frames}", level, frames, cc=compiler)
                # clang makes a loop of recursion, and two codes of that.
                known = {tag: line for tag, line in tags.items() if compiler == "gcc" or tag != "recurs_line"}
                compare(program, expected, known, directory, f"{compiler} {level} {frames}")


UNROLLED = """static unsigned volatile sink;
static inline unsigned mixed(unsigned a, unsigned b)
{
	sink = a;
	a ^= b;
	sink = b;
	return a ^ (a >> 13);
}
__attribute__((noinline)) static unsigned rounds(int n)
{
	unsigned r = 0;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < TIMES; j++)
			r = mixed(r, 1);
	return r;
}
int main(void)
{
	return rounds(1000) == 1;
}
"""


@case
def copies_that_are_several_calls_hold_no_limit(directory):
    (directory / "unrolled.c").write_text(UNROLLED)
    for times, sure in ((3, ()), (1, ("gcc -O1", "gcc -O2", "clang -O1"))):
        for compiler, level in (("gcc", "-O1"), ("gcc", "-O2"), ("gcc", "-O3"), ("clang", "-O1"), ("clang", "-O2"), ("clang", "-O3")):
            how = f"{compiler} {level}"
            done = record([compile(directory / "unrolled.c", directory / f"{compiler}{level}{times}", level, f"-DTIMES={times}", cc=compiler)], directory, MPROF_LINES="mixed")
            low, enough = (mprof("check", "--limit", f"mixed:hits<={most}", done.trace()).returncode for most in (1000 * times - 1, 1000 * times))
            check((low, enough) in ((1, 0), (2, 2)), f"{times} calls a round, {how}: limits of one less and as many give {low} and {enough}")
            told = any("may have run more often" in warning for warning in functions_of(done.trace(), "unrolled.c")[1])
            check_equal(told, low == 2, f"a warning, {how}")
            check(how not in sure or low == 1, f"limits are judged where nothing was unrolled, {how}")
            done.trace().unlink()


OWN_TOO = """static inline int copied(int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += i * n;
	return sum;
}
int (*volatile called)(int) = copied;
int main(void)
{
	volatile int n = 5;
	return copied(n) + called(n) - 100;
}
"""


@case
def own_code_and_copies_are_one_function(directory):
    (directory / "own.c").write_text(OWN_TOO)
    for compiler in ("gcc", "clang"):
        check_equal(run([compiler, "-g", "-O1", "-o", "own", "own.c"], directory).returncode, 0, compiler)
        trace = directory / f"{compiler}.mprof"
        record([directory / "own"], directory, MPROF_LINES="copied", MPROF_OUT=trace)
        lines = counted(trace, "own.c")
        # clang reckons the sum without a loop.
        check_equal((lines[1], lines[5] or 10), (2, 10), compiler)
        check_equal([mprof("check", "--limit", f"copied:hits<={most}", trace).returncode for most in (2, 1)], [0, 1], f"limits, {compiler}")


NOT_COUNTED = """static volatile int done;
static inline __attribute__((always_inline)) int copied(int n)
{
	done += n;
	return done;
}
__attribute__((noinline)) static int jumps(const unsigned char *code)
{
	static void *const labels[] = {&&more, &&less, &&end};
	int sum = 1;
	goto *labels[*code++];
more:
	sum += copied(sum);
	goto *labels[*code++];
less:
	sum -= 1;
	goto *labels[*code++];
end:
	return sum;
}
int main(void)
{
	static const unsigned char code[] = {0, 1, 0, 2};
#ifdef BOTH
	copied(3);
#endif
	return jumps(code) == 0;
}
"""


@case
def copies_that_are_not_counted_are_told(directory):
    (directory / "goto.c").write_text(NOT_COUNTED)
    for flags, words in (((), "are not traced: all their copies"), (("-DBOTH",), "ran more often than is told")):
        check_equal(run(["gcc", "-g", "-O1", *flags, "-o", "goto", "goto.c"], directory).returncode, 0, "gcc")
        trace = directory / f"goto{len(flags)}.mprof"
        record([directory / "goto"], directory, MPROF_LINES="copied", MPROF_OUT=trace)
        check(any(words in warning for warning in functions_of(trace, "goto.c")[1]), f"{words}: {mprof('report', trace).stdout}")
        check_equal(mprof("check", "--limit", "copied:hits<=5", trace).returncode, 2, "no limit holds")


CXX = """#include <cstdio>
#include <stdexcept>
static volatile unsigned done;
__attribute__((noinline)) static void act(unsigned n)
{
	done += n;
}
__attribute__((noinline)) static void may_throw(unsigned n)
{
	if (n % 4 == 3)
		throw std::runtime_error("fourth");
	act(n);
}
struct guard {
	~guard()
	{
		act(1); // destroyed
	}
};
static inline unsigned careful(unsigned n)
{
	guard one;
	may_throw(n); // thrown
	act(n); // not_thrown
	return n;
}
static inline unsigned catches(unsigned n)
{
	try {
		careful(n);
		act(1); // went_well
	} catch (const std::exception &) {
		act(2); // caught
		return 1;
	}
	act(3); // behind
	return 0;
}
template <typename F> static inline void each(unsigned n, F f)
{
	for (unsigned i = 0; i < n; i++)
		f(i);
}
__attribute__((noinline)) static unsigned host(unsigned n)
{
	unsigned sum = 0;
	each(n, [&](unsigned i) {
		act(i); // in_lambda
		sum += catches(i);
		act(sum); // lambda_ends
	});
	return sum;
}
int main()
{
	std::printf("%u %u\\n", host(9), static_cast<unsigned>(done));
	return 0;
}
"""


@case
def exceptions_and_lambdas(directory):
    (directory / "copies.cpp").write_text(CXX)
    expected, tags = by_gcov(directory / "copies.cpp", directory), tags_of(directory / "copies.cpp")
    check_equal([expected[tags[tag]] for tag in ("destroyed", "not_thrown", "caught")], [9, 7, 2], "gcov")
    for compiler in ("gcc", "clang"):
        for level in ("-O0", "-O1", "-O2"):
            program = compile(directory / "copies.cpp", directory / f"{compiler}{level}", level, cc=compiler)
            compare(program, expected, tags, directory, f"{compiler} {level}", "copies.cpp")


UNITS = {"both.h": """void act(int n);
static inline int both(int n)
{
	act(n);
	if (n > 2)
		act(1);
	act(n + 1);
	return n;
}
int far(int n);
""", "one.c": """#include "both.h"
static volatile int done;
__attribute__((noinline)) void act(int n)
{
	done += n;
}
int main(void)
{
	int sum = 0;
	for (int i = 0; i < 6; i++)
		sum += both(i) + far(i);
	return sum == 0;
}
""", "two.c": """#include "both.h"
int far(int n)
{
	act(n);
	return both(n + 1);
}
"""}


@case
def several_units_are_one_function(directory):
    """Also where the linker inlines."""
    for name, text in UNITS.items():
        (directory / name).write_text(text)
    for flags in (("-O1",), ("-O2",), ("-O1", "-flto"), ("-O2", "-flto")):
        check_equal(run(["gcc", "-g", *flags, "-o", "units", "one.c", "two.c"], directory).returncode, 0, "gcc")
        trace = directory / f"units{''.join(flags)}.mprof"
        record([directory / "units"], directory, MPROF_LINES="*", MPROF_OUT=trace)
        lines = counted(trace, "both.h")
        check_equal([lines[line] for line in (2, 4, 6, 7)], [12, 12, 7, 12], f"{flags}")
        check_equal(counted(trace, "two.c")[2], 6, f"far, {flags}")


SLEEPS = """#include <unistd.h>
static volatile int done;
__attribute__((noinline)) static void act(int n)
{
	usleep(n);
	done += n;
}
static inline __attribute__((always_inline)) void copied(int n)
{
	act(n);
	if (n > 1)
		act(1); // seldom
	act(5000); // sleeps
}
__attribute__((noinline)) static void host(int n)
{
	for (int i = 0; i < n; i++) {
		copied(i);
		act(30000);
	}
}
int main(void)
{
	host(4);
	return 0;
}
"""


@case
def time_is_that_of_the_copies(directory):
    (directory / "sleeps.c").write_text(SLEEPS)
    tags, told = tags_of(directory / "sleeps.c"), 0
    for compiler in ("gcc", "clang"):
        for flags in (("-O1",), ("-O2",), ("-O2", "-fno-omit-frame-pointer")):
            check_equal(run([compiler, "-g", *flags, "-o", "sleeps", "sleeps.c"], directory).returncode, 0, compiler)
            trace = directory / "sleeps.mprof"
            record([directory / "sleeps"], directory, MPROF_LINES="copied", MPROF_OUT=trace)
            lines = {line["line"]: line for function in functions_of(trace, "sleeps.c")[0] for line in function["lines"]}
            last = lines[tags["sleeps"]]
            check_equal(last["hits"], 4, f"{compiler} {flags}")
            # Where its end is not known, it has none.
            check(last["time_ns"] == 0 or 20e6 <= last["time_ns"] < 60e6, f"{compiler} {flags}: {last['time_ns']}")
            told += last["time_ns"] > 0
            trace.unlink()
    check(told >= 4, f"where its end is known: {told} of 6")


run_cases()
