"""A recording says the same when what was recorded is gone: names and lines are in the trace."""

import json
import os
import shutil
import signal
import subprocess

from harness import MPROF, Skip, case, check, check_equal, compile, mprof, needs, needs_root, record, run, run_cases, wait_for

C = r"""#include <stdlib.h>
#include <string.h>
#include "made.inc"
static inline __attribute__((always_inline)) char *inner(int n)
{
	char *p = malloc(n);
	return p ? memset(p, 1, n) : p;
}
__attribute__((noinline)) char *outer(int n)
{
	char *p = inner(n);
	p[0] = 2;
	return p;
}
__attribute__((noinline)) void *tail(int n) { return malloc(n + 8); }
__attribute__((noinline)) void *middle(int n) { return tail(n * 2); }
void *xmalloc(size_t n)
{
	void *p = malloc(n);
	if (!p)
		abort();
	return p;
}
char *volatile sink;
int main(int argc, char **argv)
{
	char *p = outer(1000);
	sink = middle(5000);
	sink = outer(70);
	sink = xmalloc(300);
	sink = strdup("what the C library hands out");
	sink = included(17);
	free(p);
	return 0;
}
"""
INCLUDED = "__attribute__((noinline)) static char *included(int n)\n{\n\treturn malloc(n * 100);\n}\n"
CXX = r"""#include <map>
#include <string>
#include <vector>
template <typename T> struct keeper {
	std::vector<T> kept;
	__attribute__((noinline)) void keep(T value) { kept.push_back(value); }
};
int main()
{
	auto *strings = new keeper<std::string>;
	auto *numbers = new keeper<long>;
	auto fill = [&](int i) { strings->keep(std::string(100, 'x')); numbers->keep(i); };
	for (int i = 0; i < 50; i++)
		fill(i);
	std::map<int, std::string> m;
	for (int i = 0; i < 20; i++)
		m[i] = std::string(50, 'y');
	return 0;
}
"""
RUST = r"""struct Keeper { kept: Vec<String> }
impl Keeper { #[inline(never)] fn keep(&mut self, n: usize) { self.kept.push("x".repeat(n)); } }
fn main() {
	let mut keeper = Keeper { kept: Vec::new() };
	for i in 0..40 { keeper.keep(i * 10 + 1); }
	let boxed: Vec<Box<u64>> = (0..30).map(|i| Box::new(i)).collect();
	std::mem::forget(keeper);
	println!("{}", boxed.len());
}
"""


def build(directory, *flags, text=C, name="app", cc="gcc", ending="c"):
    source = directory / f"{name}.{ending}"
    source.write_text(text)
    (directory / "made.inc").write_text(INCLUDED)
    done = run([cc, "-g", "-O2", *flags, "-o", directory / name, source], directory)
    check_equal(done.returncode, 0, done.stderr)
    return directory / name


def recorded(directory, program, *options, **variables):
    """By mprof run, which adds the names."""
    trace = directory / f"{os.path.basename(str(program))}.mprof"
    done = mprof("run", "-q", "-o", trace, *options, "--", program, directory=directory, **variables)
    check_equal(done.returncode, 0, done.stderr)
    return trace


def without_text(figures):
    """A report in JSON but for the text of sources, and what is said of that."""
    for function in figures["functions"]:
        for line in function["lines"]:
            line.pop("source")
        function["lines"] = [line for line in function["lines"] if line["allocations"] or line["frees"] or line["peak_bytes"]]
    figures["warnings"] = [w for w in figures.get("warnings", []) if "source" not in w and "text" not in w]
    return figures


def said(trace, *options):
    """Everything that is compared: the report in JSON, its summary and sites in text, checks, collections."""
    figures = mprof("report", "--format", "json", *options, trace)
    check_equal(figures.returncode, 0, figures.stderr)
    text = mprof("report", "-v", *options, trace).stdout.split("\nFilename")[0].split("\nLine #")[0]
    text = "\n".join(line for line in text.splitlines()
                     if line and not (line.startswith("warning: ") and "text" in line))
    judged = mprof("check", "--max-leaked", "0", "--max-peak", "1", trace)
    dump = mprof("dump", "--frames", *options, trace)
    return {"json": without_text(json.loads(figures.stdout)), "text": text.split("Function: ")[0],
            "check": (judged.returncode, judged.stdout), "dump": dump.stdout}


def check_same(before, after, what):
    for part in before:
        if before[part] != after[part]:
            (one, other) = (json.dumps(x[part], indent=1).replace("\\n", "\n").splitlines() for x in (before, after))
            differ = next(((a, b) for a, b in zip(one, other) if a != b), (len(one), len(other)))
            raise AssertionError(f"{what}: {part}: {differ}")


def has_names(trace):
    return "Names:      of" in mprof("dump", "--info", trace).stdout


def remove(directory, *names):
    for name in names:
        (directory / name).unlink()


def check_carried(directory, trace, *gone):
    """As it was looked up at first; from the trace while all is there; and once that is gone."""
    check(has_names(trace), f"{trace} has names")
    before = said(trace, "--no-names")
    check_same(before, said(trace), "from the trace")
    remove(directory, *gone)
    check_same(before, said(trace), "from the trace alone")
    check(before["json"] != said(trace, "--no-names")["json"], "what is gone was needed")


@case
def c_with_inlining_and_tail_calls(directory):
    trace = recorded(directory, build(directory))
    figures = mprof("report", trace).stdout
    check("tail" in figures and "middle" in figures and "inner" in figures, figures)
    check_carried(directory, trace, "app", "app.c", "made.inc")


@case
def cxx_templates(directory):
    needs("g++")
    trace = recorded(directory, build(directory, text=CXX, cc="g++", ending="cpp"))
    by_instance = mprof("report", "--format", "json", "-f", "keeper<long>::keep", trace).stdout
    check('"keeper<long>::keep"' in by_instance, by_instance[:2000])
    check_carried(directory, trace, "app", "app.cpp")
    again = mprof("report", "--format", "json", "-f", "keeper<long>::keep", trace).stdout
    check('"keeper<long>::keep"' in again, again[:2000])


@case
def rust(directory):
    needs("rustc")
    source = directory / "app.rs"
    source.write_text(RUST)
    done = run(["rustc", "-g", "-O", "-o", directory / "app", source], directory)
    check_equal(done.returncode, 0, done.stderr)
    check_carried(directory, recorded(directory, directory / "app"), "app", "app.rs")


@case
def stripped_program(directory):
    program = build(directory, "-s")
    check_carried(directory, recorded(directory, program), "app")


@case
def dlopened_library(directory):
    (directory / "lib.c").write_text("#include <stdlib.h>\nvoid *take(int n) { void *p = malloc(n); return p; }\n")
    check_equal(run(["gcc", "-g", "-O1", "-shared", "-fPIC", "-o", "libtake.so", "lib.c"], directory).returncode, 0, "library")
    program = build(directory, "-ldl", text="""#include <dlfcn.h>
#include <stdlib.h>
int main(void)
{
	void *library = dlopen("./libtake.so", RTLD_NOW);
	void *(*take)(int) = (void *(*)(int))dlsym(library, "take");
	free(take(1000));
	return take(4000) == NULL;
}
""")
    check_carried(directory, recorded(directory, program), "app", "libtake.so", "lib.c", "app.c")


@case
def modules_without_build_id(directory):
    (directory / "lib.c").write_text("#include <stdlib.h>\nvoid *take(int n) { void *p = malloc(n); return p; }\n")
    check_equal(run(["gcc", "-g", "-O1", "-shared", "-fPIC", "-Wl,--build-id=none", "-o", "libtake.so", "lib.c"],
                    directory).returncode, 0, "library")
    program = build(directory, "-Wl,--build-id=none", "-L.", "-ltake", "-Wl,--no-as-needed,-rpath,$ORIGIN,-l:libtake.so",
                    text="void *take(int n);\nvoid *volatile sink;\nint main(void)\n{\n\tsink = take(1000);\n\tsink = take(70);\n\treturn 0;\n}\n")
    check_carried(directory, recorded(directory, program), "app", "libtake.so")


@case
def rebuilt_differently(directory):
    """Another program by the same name, and other sources: neither is taken for what ran."""
    trace = recorded(directory, build(directory))
    before = said(trace, "--no-names")
    build(directory, text="/* other\n\n\n\n text */\n" + C.replace("70", "71"))
    check_same(before, said(trace), "after a rebuild")
    text = mprof("report", trace).stdout
    check(text.count("is not the text that") == 1, text)
    check("\n text */" not in text and "char *p = inner(n);" not in text, text)


@case
def sources_deleted(directory):
    trace = recorded(directory, build(directory))
    before = said(trace)
    remove(directory, "app.c", "made.inc")
    check_same(before, said(trace), "without sources")


@case
def packed_with_sources(directory):
    trace = recorded(directory, build(directory), "--no-names")
    check(not has_names(trace), "--no-names adds none")
    size = trace.stat().st_size
    before = mprof("report", "--no-names", trace).stdout
    done = mprof("pack", "-o", directory / "packed.mprof", trace)
    check_equal(done.returncode, 0, done.stderr)
    check_equal(trace.stat().st_size, size, "size of the recording, of which a copy was made")
    check_equal(mprof("pack", trace).returncode, 0, "pack in place")
    remove(directory, "app", "app.c", "made.inc")
    for path in (directory / "packed.mprof", trace):
        check_equal(mprof("report", path).stdout, before, f"{path}: the report, its text included")
    check("Sources:" in mprof("dump", "--info", trace).stdout, "dump tells of the text")
    check_equal(mprof("pack", "-o", directory / "packed.mprof", trace).returncode, 0, "a newer copy")
    again = trace.stat().st_size
    check_equal(mprof("pack", trace).returncode, 0, "pack twice")
    check_equal(trace.stat().st_size, again, "size after it was packed again")


@case
def packed_over_nothing_that_counts(directory):
    """Another recording is kept, a copy of the same one made anew; and standard output is for text."""
    trace = recorded(directory, build(directory), "--no-names")
    other = recorded(directory, build(directory, name="other"), "--no-names")
    kept = other.read_bytes()
    done = mprof("pack", "-o", other, trace)
    check_equal(done.returncode, 2, done.stderr)
    check(f"{other}: is another recording, so it is kept" in done.stderr, done.stderr)
    check(other.read_bytes() == kept, "the other recording is as it was")
    done = mprof("pack", "-o", "-", trace)
    check_equal((done.returncode, done.stdout), (2, ""), done.stderr)
    check("-o takes a file name" in done.stderr, done.stderr)


@case
def first_report_adds_names(directory):
    """For who records without mprof run; and not where that is not wanted."""
    trace = record([build(directory)], directory).trace()
    mprof("report", "--no-names", trace)  # waits for the drainer
    size = os.stat(trace).st_size
    for command in (("report", "--no-names"), ("list",), ("check", "--max-peak", "1")):
        mprof(*command, trace, directory=directory) if command[0] != "list" else mprof("list", directory=directory)
    check_equal(os.stat(trace).st_size, size, "size before the first report")
    before = said(trace, "--no-names")
    first = mprof("report", trace).stdout
    check(has_names(trace), "a report adds names")
    size = os.stat(trace).st_size
    check_equal(mprof("report", trace).stdout, first, "the second report")
    check_equal(os.stat(trace).st_size, size, "size after the second report")
    remove(directory, "app")
    check_same(before, said(trace), "from the trace alone")


@case
def trace_that_cannot_be_written(directory):
    trace = recorded(directory, build(directory), "--no-names")
    content = trace.read_bytes()
    trace.chmod(0o400)
    argv = [MPROF, "report", trace]
    if os.geteuid() == 0:
        needs("setpriv")
        directory.chmod(0o755)
        os.chown(trace, 65534, 65534)
        argv = ["setpriv", "--reuid=65534", "--clear-groups", *argv]
    done = run(argv, directory)
    if "ermission" in done.stderr:
        raise Skip("this folder is not everybody's to enter")
    check_equal(done.returncode, 0, done.stderr)
    check_equal(trace.read_bytes(), content, "the trace")


@case
def torn_names(directory):
    """Whoever adds names may die over it, at any byte: the recording is whole, and the next report adds them."""
    trace = recorded(directory, build(directory), "--no-names")
    content = trace.read_bytes()
    before = said(trace, "--no-names")
    mprof("report", trace)
    whole = trace.read_bytes()
    check(whole.startswith(content) and len(whole) > len(content), "names stand behind")
    for cut in (2, 15, 16, 17, (len(whole) - len(content)) // 2, len(whole) - len(content) - 1):
        trace.write_bytes(whole[:len(content) + cut])
        check_same(before, said(trace), f"with {cut} bytes of names")
        check_equal(trace.read_bytes(), whole, f"made again over {cut} bytes")


@case
def strangers_bytes_stay(directory):
    trace = recorded(directory, build(directory), "--no-names")
    trace.write_bytes(trace.read_bytes() + b"not ours")
    content = trace.read_bytes()
    done = mprof("report", trace)
    check_equal(done.returncode, 0, done.stderr)
    check_equal(trace.read_bytes(), content, "the trace")


@case
def damaged_names(directory):
    """What is damaged is told, and nothing breaks."""
    program = build(directory)
    trace = recorded(directory, program, "--no-names")
    start = trace.stat().st_size
    mprof("report", trace)
    whole = trace.read_bytes()
    for at in range(start, len(whole), 7):
        trace.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:])
        done = mprof("report", trace)
        check(done.returncode in (0, 2), f"byte {at}: exit {done.returncode}: {done.stderr}")


@case
def two_reports_at_a_time(directory):
    trace = recorded(directory, build(directory), "--no-names")
    expected = mprof("report", "--no-names", trace).stdout
    for _ in range(5):
        copy = directory / "copy.mprof"
        shutil.copy(trace, copy)
        started = [subprocess.Popen([MPROF, "report", copy], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                   for _ in range(4)]
        for process in started:
            out, errors = process.communicate(timeout=120)
            check_equal((process.returncode, out), (0, expected), f"a report beside others: {errors}")
        check(has_names(copy), "one has added names")
        check_equal(mprof("report", copy).stdout, expected, "the report after them")


@case
def fork_children(directory):
    program = build(directory, text="""#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
void *volatile sink;
__attribute__((noinline)) void *child_takes(int n) { void *p = malloc(n); return p; }
int main(void)
{
	sink = malloc(300);
	if (fork() == 0) {
		free(sink);
		sink = child_takes(5000);
		exit(0);
	}
	wait(NULL);
	return 0;
}
""")
    done = mprof("run", "-q", "-o", directory / "r.%p.mprof", "--", program, directory=directory)
    check_equal(done.returncode, 0, done.stderr)
    traces = sorted(directory.glob("r.*.mprof"))
    check_equal(len(traces), 2, "traces")
    check(all(has_names(trace) for trace in traces), "both have names")
    before = [said(trace, "--no-names") for trace in traces]
    remove(directory, "app", "app.c")
    for trace, expected in zip(traces, before):
        check_same(expected, said(trace), str(trace))
    check(any("child_takes" in json.dumps(said(trace)["json"]) for trace in traces), "the child's function")


@case
def killed_recording(directory):
    program = build(directory, text="""#include <signal.h>
#include <stdlib.h>
void *volatile sink;
int main(void)
{
	for (int i = 0; i < 100; i++)
		sink = malloc(100 + i);
	raise(SIGKILL);
	return 0;
}
""")
    trace = directory / "app.mprof"
    done = mprof("run", "-q", "-o", trace, "--", program, directory=directory)
    check_equal(done.returncode, 128 + signal.SIGKILL, "status")
    check_carried(directory, trace, "app", "app.c")


@case
def running_program_is_not_touched(directory):
    program = build(directory, text="""#include <stdlib.h>
#include <unistd.h>
void *volatile sink;
int main(void)
{
	sink = malloc(5000);
	if (write(1, "x", 1) != 1 || read(0, (char[1]){0}, 1) < 0)
		return 1;
	sink = malloc(70);
	return 0;
}
""")
    trace = directory / "app.mprof"
    process = subprocess.Popen([MPROF, "run", "-q", "-o", trace, "--", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.read(1)
    wait_for(trace.exists, 10, "the trace")
    check_equal(mprof("report", trace).returncode, 0, "a report of a running program")
    check(not has_names(trace), "no names yet")
    process.stdin.close()
    check_equal(process.wait(60), 0, "its status")
    check(has_names(trace), "names once it has ended")


@case
def aggregate_recording(directory):
    trace = recorded(directory, build(directory), "--aggregate")
    check_equal(mprof("dump", trace).returncode, 2, "there are no events")
    check_carried(directory, trace, "app", "app.c", "made.inc")


@case
def marked_functions_stay_marked(directory):
    needs("gcc")
    include = os.path.join(os.environ.get("MPROF_SOURCE", os.path.dirname(__file__) + "/../.."), "include")
    program = build(directory, f"-I{include}", text=C.replace("#include <stdlib.h>", "#include <mprof/mprof.h>\n#include <stdlib.h>", 1)
                    .replace("__attribute__((noinline)) void *tail", "MPROF_PROFILE __attribute__((noinline)) void *tail"))
    trace = recorded(directory, program)
    figures = json.loads(mprof("report", "--format", "json", "--no-names", trace).stdout)
    check_equal([f["function"] for f in figures["functions"]], ["tail"], "marked")
    check_carried(directory, trace, "app", "app.c")


@case
def later_debug_information_is_used(directory):
    """Who installs what was missing sees it, be there names or not."""
    program = build(directory)
    check_equal(run(["objcopy", "--only-keep-debug", program, directory / "debug"]).returncode, 0, "objcopy")
    check_equal(run(["strip", program]).returncode, 0, "strip")
    trace = recorded(directory, program)
    check(has_names(trace), "names without lines")
    build_id = run(["readelf", "-n", program]).stdout.split("Build ID:")[1].split()[0]
    folder = directory / "symbols" / ".build-id" / build_id[:2]
    folder.mkdir(parents=True)
    (directory / "debug").rename(folder / f"{build_id[2:]}.debug")
    check("app.c" not in mprof("report", trace).stdout, "no lines without it")
    check("app.c" in mprof("report", "--debug-dir", directory / "symbols", trace).stdout, "lines with it")


@case
def bare_root(directory):
    """Another machine: nothing is there but mprof and what it is linked with."""
    needs_root()
    needs("chroot")
    trace = recorded(directory, build(directory))
    expected = mprof("report", "--no-names", trace).stdout
    root = directory / "root"
    for line in run(["ldd", MPROF]).stdout.splitlines():
        for word in line.split():
            if word.startswith("/"):
                target = root / word.lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(word, target)
    shutil.copy(MPROF, root / "mprof")
    (root / "tmp").mkdir()
    check_equal(mprof("pack", "-o", root / "app.mprof", trace).returncode, 0, "pack")
    done = run(["chroot", root, "/mprof", "report", "/app.mprof"])
    check_equal((done.returncode, done.stdout), (0, expected), f"the report in a bare root: {done.stderr}")


run_cases()
