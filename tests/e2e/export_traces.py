"""Recordings of all kinds of programs, and of all kinds of recordings, for tests of what other tools read of them."""

import atexit
import pathlib
import shutil
import subprocess
import tempfile

from harness import check_equal, compile, drainers_of, mprof, record, report, wait_for

TEMPLATES = """
#include <map>
#include <string>
#include <vector>
namespace outer {
template <typename T> static inline T *make(T value) { return new T(value); }
template <typename T, int N> struct Box {
	std::vector<T> items;
	void fill() { for (int i = 0; i < N; i++) items.push_back(T(i)); }
};
}
int main()
{
	std::map<std::string, outer::Box<double, 300> *> boxes;
	for (int i = 0; i < 20; i++) {
		auto *box = outer::make(outer::Box<double, 300>());
		box->fill();
		boxes["box number " + std::to_string(i) + " of all of them"] = box;
	}
	return (int)boxes.size() - 20;
}
"""

RECURSION = """
#include <stdlib.h>
void *volatile p;
__attribute__((noinline)) void odd(int);
__attribute__((noinline)) void even(int n) { p = malloc(n + 1); if (n > 0) odd(n - 1); p = malloc(1); }
__attribute__((noinline)) void odd(int n) { even(n - 1); free(p); }
__attribute__((noinline)) void own(int n) { if (n > 0) own(n - 1); else p = malloc(1000); __asm__ volatile(""); }
int main(void) { even(60); own(200); return 0; }
"""

RUST = """
use std::collections::HashMap;
fn keep<T: Clone>(items: &mut Vec<Box<T>>, item: T) { items.push(Box::new(item.clone())); }
fn main() {
    let mut items = Vec::new();
    for i in 0..100u64 { keep(&mut items, [i; 10]); }
    let names: HashMap<usize, String> = (0..50).map(|i| (i, format!("name {}", i))).collect();
    std::mem::forget(items);
    assert!(names.len() == 50);
}
"""

EVIL = """
#include <stdlib.h>
void *volatile p;
__attribute__((noinline)) void quoted(void) { p = malloc(77); }
__attribute__((noinline)) void slashed(void) { p = malloc(770); }
__attribute__((noinline)) void longest(void) { p = malloc(7700); }
__attribute__((noinline)) void other(void) { p = malloc(77000); }
int main(void) { quoted(); slashed(); longest(); other(); return 0; }
"""
EVIL_NAMES = {
    "quoted": b"a;b (3)' x=\"9\"",
    "slashed": b"back\\slash",
    "longest": b"L" + b"o" * 10000 + b"ng",
    "other": b"fn=x\n\x1b[31m <&\xff\xe9 \xe2\x80\xae",  # bytes that are no UTF-8, and marks that steer terminals
}

_made = {}


def _built(place, source, text, *command):
    (place / source).write_text(text)
    subprocess.run([*command, "-o", place / "program", place / source], check=True, capture_output=True)
    return place / "program"


def _program(source, *flags):
    return lambda place: record([compile(source, place / "program", *flags)], place)


def _templates(place):
    return record([_built(place, "boxes.cpp", TEMPLATES, "g++", "-g", "-O2")], place)


def _recursion(place):
    return record([_built(place, "recursion.c", RECURSION, "gcc", "-g", "-O1")], place)


def _rust(place):
    return record([_built(place, "keep.rs", RUST, "rustc", "-g", "-O")], place)


def _evil(place):
    """Symbols with what parts words in every format, bytes that are no UTF-8, and 10 KB."""
    program = place / "evil.o"
    (place / "evil.c").write_text(EVIL)
    subprocess.run(["gcc", "-O1", "-fno-ipa-icf", "-fno-optimize-sibling-calls", "-c", "-o", program, place / "evil.c"], check=True)
    renames = [b"--redefine-sym=" + old.encode() + b"=" + new for old, new in EVIL_NAMES.items()]
    subprocess.run([b"objcopy", *renames, bytes(program)], check=True)
    subprocess.run(["gcc", "-rdynamic", "-o", place / "program", program], check=True)
    return record([place / "program", "one\n\x1b[2J", "two \"words\""], place)


def _stripped(place):
    subprocess.run(["strip", "-o", place / "stripped", compile("moments.c", place / "program", "-O1")], check=True)
    return record([place / "stripped"], place)


def _moments(place, **changes):
    return record([compile("moments.c", place / "program", "-O1")], place, **changes)


def _killed(place):
    return record([_built(place, "killed.c", "#include <signal.h>\n#include <stdlib.h>\nvoid *volatile p;\n"
                          "int main(void) { for (int i = 1; i < 99; i++) p = malloc(i); raise(SIGKILL); }\n", "gcc", "-g")], place)


def _empty(place):
    return record([_built(place, "empty.c", "int main(void) { return 0; }\n", "gcc", "-g")], place)


def _cut_off(place):
    """Its drainer died before the sums were written, as far as the file tells: it ends behind the last event that is whole."""
    done = _moments(place)
    trace = done.trace()
    wait_for(lambda: not drainers_of(done.pid), 10, "the drainer ends")
    whole = trace.read_bytes()
    for percent in range(95, 5, -5):
        trace.write_bytes(whole[:len(whole) * percent // 100])
        lacks_sums = mprof("export", "--format", "dhat", trace).returncode != 0
        if lacks_sums and report(trace)["totals"]["allocations"] > 0:
            return done
    raise AssertionError("no part of the trace has events and no sums")


KINDS = {
    "ledger": _program("ledger.c", "-O1"),
    "exceptions": _program("exceptions.cpp", "-O2"),
    "templates": _templates,
    "recursion": _recursion,
    "leaks": _program("leaks.c", "-O1"),
    "threads": _program("thread_pairs.c", "-O1"),
    "rust": _rust,
    "moments": _moments,
    "stripped": _stripped,
    "evil": _evil,
    "sampled": lambda place: _moments(place, MPROF_SAMPLE="4K"),
    "sums": lambda place: _moments(place, MPROF_AGGREGATE="1"),
    "killed": _killed,
    "cut off": _cut_off,
    "empty": _empty,
}


def trace_of(kind):
    """Recorded once for all cases of a file."""
    if not _made:
        _made[""] = pathlib.Path(tempfile.mkdtemp(prefix="mprof-e2e-exports-"))
        atexit.register(shutil.rmtree, _made[""], ignore_errors=True)
    if kind not in _made:
        place = _made[""] / kind.replace(" ", "-")
        place.mkdir()
        done = KINDS[kind](place)
        check_equal(done.returncode, -9 if kind == "killed" else 0, f"exit status of {kind}: {done.stderr}")
        _made[kind] = done.trace()
    return _made[kind]


def traces(*without):
    """(kind, trace) of all but some kinds."""
    for kind in KINDS:
        if kind not in without and not (kind == "rust" and not shutil.which("rustc")):
            yield kind, trace_of(kind)


def totals_of(trace, *options):
    """What report says of the whole, with all that was not freed as one."""
    totals = report(trace, *options)["totals"]
    for what in ("bytes", "blocks"):
        totals["live_" + what] = totals["leaked_" + what] + totals["kept_" + what] + totals["suppressed_" + what]
    return totals
