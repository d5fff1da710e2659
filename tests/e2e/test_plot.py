"""Pictures of the heap over time: what they say equals what report says, and they can be read anywhere."""

import json
import re
import shutil
import xml.dom.minidom

from harness import case, check, check_equal, compile, mprof, needs, record, run_cases

SVG = "http://www.w3.org/2000/svg"


def moments(directory, **changes):
    return record([compile("moments.c", directory / "moments", "-O1")], directory, **changes).trace()


def drawn(directory, *arguments, status=0):
    """The picture, as a document."""
    done = mprof("plot", "-o", directory / "picture.svg", *arguments, directory=directory)
    check_equal(done.returncode, status, done.stderr)
    return xml.dom.minidom.parse(str(directory / "picture.svg"))


def texts(picture):
    return ["".join(node.data for node in text.childNodes) for text in picture.getElementsByTagName("text")]


def tips(picture):
    return ["".join(node.data for node in title.childNodes) for title in picture.getElementsByTagName("title")]


def points(trace, *options):
    done = mprof("plot", "--format", "json", *options, trace)
    check_equal(done.returncode, 0, done.stderr)
    return json.loads(done.stdout)["points"]


def totals(trace):
    return json.loads(mprof("report", "--format", "json", trace).stdout)["totals"]


def size(count):
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"


@case
def points_add_up_to_the_heap(directory):
    for aggregate in ("0", "1"):
        (directory / aggregate).mkdir()
        trace = moments(directory / aggregate, MPROF_AGGREGATE=aggregate)
        for options in ((), ("--stack", "1"), ("--stack", "0"), ("--stack", "50"), ("--group-by", "file"), ("--group-by", "path"), ("--group-by", "module")):
            rows = points(trace, *options)
            check(len(rows) > 20, "points")
            if options != ("--stack", "0"):
                for row in rows:
                    check_equal(sum(part["bytes"] for part in row["parts"]), row["heap_bytes"], f"parts at {row['time_ns']} {options}")
            check_equal(max(row["heap_bytes"] for row in rows), totals(trace)["peak_bytes"], "the highest")
            check_equal(rows[-1]["heap_bytes"], totals(trace)["leaked_bytes"] + totals(trace)["kept_bytes"], "the last")
            check_equal([row["time_ns"] for row in rows], sorted(row["time_ns"] for row in rows), "times")
            check_equal(sum(row["allocated_bytes"] or 0 for row in rows), totals(trace)["allocated_bytes"], "what was allocated")


@case
def points_are_moments(directory):
    trace = moments(directory)
    for row in points(trace, "--group-by", "function")[::17]:
        if row["kind"] != "boundary":
            continue
        sites = json.loads(mprof("sites", "--format", "json", "--at", f"{row['time_ns']}ns", trace).stdout)["sites"]
        check_equal(row["heap_bytes"], sum(site["peak_bytes"] for site in sites), f"at {row['time_ns']}")


@case
def a_picture_says_what_the_report_says(directory):
    trace = moments(directory)
    picture = drawn(directory, trace)
    said = texts(picture)
    peak = size(totals(trace)["peak_bytes"])
    check(any(text.startswith(f"peak {peak} at ") for text in said), f"{peak} in {said}")
    check(peak in said, "at the peak itself")
    for name in ("keep_rows", "build_index", "fill_cache"):
        check(any(name in text for text in said), f"{name} in {said}")
    check("half" in said and "done" in said, "marks")
    check(any(tip.startswith("request: 0.0") for tip in tips(picture)), f"phases in {tips(picture)}")
    check("half" not in texts(drawn(directory, "-n", trace)), "without phases and marks")
    check("A title <&>" in texts(drawn(directory, "-t", "A title <&>", trace)), "a title of one's own")
    check(any("; trend " in text for text in texts(drawn(directory, "-s", trace))), "the trend")
    check(len(drawn(directory, "--stack", "50", trace).getElementsByTagName("polygon")) >= 4, "contributors")
    check_equal(len(drawn(directory, "--stack", "0", trace).getElementsByTagName("polygon")), 0, "no contributors")


@case
def part_of_the_run(directory):
    trace = moments(directory)
    whole = [row for row in points(trace)]
    said = texts(drawn(directory, "-w", "request#2,request#2:end", trace))
    window = json.loads(mprof("report", "--format", "json", "--from", "request#2", "--to", "request#2:end", trace).stdout)["totals"]
    check(whole and any(text.startswith(f"peak {size(window['peak_bytes'])} at ") for text in said), f"{size(window['peak_bytes'])} in {said}")
    for window, words in (("1", "-w takes FROM,TO"), ("half,half", "is not behind the first"), ("0,99", "-w 99: the run took"), ("x,1", "-w takes 1.5s")):
        done = mprof("plot", "-w", window, trace)
        check_equal((done.returncode, words in done.stderr), (2, True), f"{window}: {done.stderr}")


@case
def sums_of_whole_kibibytes_have_their_decimals(directory):
    (directory / "blocks.c").write_text("#include <stdlib.h>\nint main(void) { for (int i = 0; i < 1500; i++) if (!malloc(1024)) return 1; return 0; }\n")
    trace = record([compile(directory / "blocks.c", directory / "blocks", "-O0")], directory).trace()
    check(any(": 1.5 MiB (" in tip for tip in tips(drawn(directory, "--kind", "sizes", trace))), f"1500 KiB in {tips(drawn(directory, '--kind', 'sizes', trace))}")


@case
def a_sampled_recording_knows_lifetimes_in_time_alone(directory):
    (directory / "blocks.c").write_text("#include <stdlib.h>\nint main(void) { for (int i = 0; i < 100000; i++) free(malloc(1024)); return 0; }\n")
    trace = record([compile(directory / "blocks.c", directory / "blocks", "-O0")], directory, MPROF_SAMPLE="64K").trace()
    said = texts(drawn(directory, "--kind", "lifetimes", trace))
    check(any("by how long" in text for text in said) and not any("by allocations" in text for text in said), f"panels of {said}")


@case
def histograms_say_what_stats_say(directory):
    trace = moments(directory)
    stats = json.loads(mprof("stats", "--format", "json", trace).stdout)
    for kind, title in (("sizes", "Allocated, by the size of blocks"), ("lifetimes", "Freed, by how long they lived")):
        rows = json.loads(mprof("plot", "--kind", kind, "--format", "json", trace).stdout)[kind]
        check_equal(rows, stats[kind], kind)
        picture = drawn(directory, "--kind", kind, trace)
        check(title in texts(picture), f"{title} in {texts(picture)}")
        blocks = sum(row["blocks"] for row in rows)
        check(any(text.startswith(f"{blocks} blocks ") for text in texts(picture)), f"{blocks} in {texts(picture)}")
        told = [int(re.search(r": (\d+) \(", tip).group(1)) for tip in tips(picture) if re.search(r": (\d+) \(", tip)]
        check_equal(sum(told), blocks * (2 if kind == "lifetimes" else 1), f"blocks of {tips(picture)}")
        sums = [size(row["bytes"]) for row in rows if row.get("bytes")]
        check_equal([text for text in sums if not any(text in tip for tip in tips(picture))], [], f"bytes in {tips(picture)}")
        for changes in ({"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}):
            text = mprof("plot", "--kind", kind, trace, **changes).stdout
            check(title in text and ("\u2588" in text) == (changes["LC_ALL"] != "C"), text)
            check(max(map(len, text.splitlines())) <= 80, f"{max(map(len, text.splitlines()))} columns: {text}")
    for options, words in ((("--kind", "x"), "--kind takes time"), (("--kind", "sizes", "-w", "0,1"), "of the whole run"), (("--kind", "sizes", trace, trace), "of one recording")):
        done = mprof("plot", *options, *(() if trace in options else (trace,)))
        check_equal((done.returncode, words in done.stderr), (2, True), f"{options}: {done.stderr}")


@case
def on_a_terminal(directory):
    trace = moments(directory)
    text = mprof("plot", trace, LC_ALL="C.UTF-8").stdout
    check("\u28ff" in text and "\u2588" in text, "braille and blocks")
    check(max(map(len, text.splitlines())) <= 80, f"{max(map(len, text.splitlines()))} columns")
    check(len(text.splitlines()) <= 40, "a screen")
    check(f"peak {size(totals(trace)['peak_bytes'])} at " in text, text)
    for changes in ({"LC_ALL": "C"}, {}):
        plain = mprof("plot", *(() if changes else ("--ascii",)), trace, **changes).stdout
        check(plain.isascii(), [line for line in plain.splitlines() if not line.isascii()])
        check("#" in plain and "[" in plain and "keep_rows" in plain, plain)
    check("\033" not in text, "no colour in a pipe")
    check("\033[38;5;" in mprof("plot", "--color=always", trace, LC_ALL="C.UTF-8").stdout, "colour on request")


@case
def of_several_recordings(directory):
    traces = []
    for name in ("first", "second"):
        (directory / name).mkdir()
        traces.append(moments(directory / name))
    picture = drawn(directory, *traces)
    check_equal(len(picture.getElementsByTagName("polyline")), 2, "curves")
    check("Heap of 2 recordings" in texts(picture), "the title")
    lines = [line for line in mprof("plot", *traces).stdout.splitlines() if "100.0%" in line or " KiB " in line or " MiB " in line]
    check_equal(len(lines), 2, f"a line each: {lines}")


NOTHING = "int main(void) { return 0; }\n"
HOSTILE = """
#include <mprof/mprof.h>
#include <stdlib.h>
int main(void)
{
	for (int i = 0; i < 30; i++) {
		mprof_begin("</text><script>alert(1)</script>\\x1b[31m\\xff \\xe2\\x82\\xac");
		volatile char *block = malloc(1000 + i);
		block[0] = 1;
		mprof_mark("a & b \\"quoted\\" \\xe2\\x80\\xae 'x'");
		free((void *)block);
		mprof_end("</text><script>alert(1)</script>\\x1b[31m\\xff \\xe2\\x82\\xac");
	}
	return 0;
}
"""


def points_of_run(directory):
    done = mprof("plot", "--processes", "--format", "json", directory=directory)
    check_equal(done.returncode, 0, done.stderr)
    return json.loads(done.stdout)["points"]


TOGETHER = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
struct child { pid_t pid; int to, from; };
static struct child start(const char *self, const char *bytes)
{
	int down[2], up[2];
	if (pipe(down) || pipe(up))
		exit(1);
	struct child child = {fork(), down[1], up[0]};
	if (child.pid == 0) {
		dup2(down[0], 0);
		dup2(up[1], 1);
		for (int i = 3; i < 20; i++)
			close(i);
		execl(self, self, bytes, (char *)NULL);
		_exit(1);
	}
	close(down[0]);
	close(up[1]);
	char ready;
	if (read(child.from, &ready, 1) != 1)
		exit(1);
	return child;
}
/* What is there stays for long beside what a point stands for, a thousandth of the run. */
static void end(struct child child)
{
	usleep(200000);
	close(child.to);
	waitpid(child.pid, NULL, 0);
}
int main(int argc, char **argv)
{
	char *self = argv[1];
	if (argc == 2) {
		void *held = malloc((size_t)atol(argv[1]));
		char line;
		memset(held, 1, 10);
		if (write(1, "r", 1) != 1 || read(0, &line, 1) != 0)
			return 1;
		free(held);
		return 0;
	}
	struct child one = start(self, "1000000"), two = start(self, "2000000");
	end(one);
	end(two);
	end(start(self, "2500000"));
	return 0;
}
"""


@case
def of_all_processes(directory):
    """Two at a time, and one that had more than each of them, but alone."""
    (directory / "hold.c").write_text(TOGETHER)
    compile(directory / "hold.c", directory / "hold", "-fno-builtin")
    shutil.copy(directory / "hold", directory / "parent")
    done = mprof("run", "--", "./parent", directory / "hold", "together", directory=directory)
    check_equal(done.returncode, 0, done.stderr)
    rows = points_of_run(directory)
    for row in rows:
        check_equal(sum(part["bytes"] for part in row["parts"]), row["heap_bytes"], "parts make up the heap")
    check_equal([row["time_ns"] for row in rows], sorted(row["time_ns"] for row in rows), "in time's order")
    held = [dict((part["name"], part["bytes"]) for part in row["parts"])["hold"] for row in rows]
    check_equal(max(held), 3000000, "two at one time")
    check_equal(max(held[len(held) - held[::-1].index(3000000):]), 2500000, "then one")
    check_equal((held[0], held[-1]), (0, 0), "before and after all")
    shown = mprof("plot", "--processes", directory=directory).stdout
    check(re.search(r"\nabout 2\.9 MiB at .*, the sum of [4-7] recordings as each was at its last point; started ", shown), shown)
    check(re.search(r"\n +2\.9 MiB +\d+\.\d% .* hold x 3\n", shown), shown)
    picture = drawn(directory, "--processes")
    check("hold x 3" in texts(picture) and "Heap of the run of ./parent" in " ".join(texts(picture)), texts(picture))
    figures = json.loads(mprof("plot", "--processes", "--format", "json", directory=directory).stdout)["run"]
    check(figures["recordings"] >= 4 and figures["left_out"] == 0 and figures["duration_ns"] >= rows[-1]["time_ns"], figures)
    check("KiB/s" in texts(drawn(directory, "--processes", "-s"))[1], "how it rises, with -s")
    told = mprof("plot", "--processes", "-w", "0,1", directory=directory)
    check_equal(told.returncode, 2, "not with -w")
    check("neither --window, --group-by nor --rss" in told.stderr, told.stderr)
    for format in ("text", "json"):
        told = mprof("plot", "--processes", "--format", format, "0", "1", directory=directory)
        check_equal(told.returncode, 2, f"not of two, as {format}")
        check("name one recording of it, not 2" in told.stderr, told.stderr)


@case
def of_nothing_and_of_hostile_names(directory):
    for name, text in (("nothing", NOTHING), ("hostile", HOSTILE)):
        (directory / f"{name}.c").write_text(text)
        program = compile(directory / f"{name}.c", directory / name)
        (directory / f"of_{name}").mkdir()
        trace = record([program], directory / f"of_{name}").trace()
        picture = drawn(directory, trace)
        check_equal(len(picture.getElementsByTagName("script")), 0, "scripts")
        check(name == "nothing" or len(flame(directory, trace)) >= 2, "a flame graph")
        text = mprof("plot", trace)
        check_equal((text.returncode, "\x1b" in text.stdout), (0, False), text.stderr)
        check_equal(max(map(len, text.stdout.splitlines())) <= 80, True, "columns")
    check(any("\u20ac" in tip for tip in tips(picture)), "what is no harm stays")


def flame(directory, *arguments):
    """Boxes of a flame graph: (name, depth, begin, width, tip)."""
    done = mprof("flame", "-o", directory / "flame.svg", *arguments, directory=directory)
    check_equal(done.returncode, 0, done.stderr)
    picture = xml.dom.minidom.parse(str(directory / "flame.svg"))
    boxes = [group for group in picture.getElementsByTagName("g") if group.getAttribute("class") == "box"]
    check_equal(len(picture.getElementsByTagName("script")), 1, "scripts")
    return [(box.getAttribute("data-name"), int(box.getAttribute("data-depth")), float(box.getAttribute("data-begin")),
             float(box.getAttribute("data-width")), box.getElementsByTagName("title")[0].firstChild.data) for box in boxes]


def listed(node, depth=0, figure="peak_bytes"):
    yield (node["frame"]["place"] if depth else "all", depth), node["total"][figure]
    for child in node.get("children", ()):
        yield from listed(child, depth + 1, figure)


@case
def a_flame_graph_is_the_tree(directory):
    trace = moments(directory)
    for options, figure in (((), "peak_bytes"), (("--callers",), "peak_bytes"), (("--sort", "allocations"), "allocations"), (("--at", "half"), "peak_bytes")):
        done = mprof("tree", "--format", "json", *options, trace)
        tree = list(listed(json.loads(done.stdout)["root"], figure=figure))
        boxes = flame(directory, *options, trace)
        whole = tree[0][1]
        expected = sorted((name, depth, round(value / whole, 6)) for (name, depth), value in tree if value / whole >= 0.0004)
        check_equal(sorted((name, depth, round(width, 6)) for name, depth, _, width, _ in boxes), expected, f"boxes {options}")
        for _, depth, begin, width, _ in boxes:
            check(depth == 0 or any(d == depth - 1 and b - 1e-8 <= begin and begin + width <= b + w + 1e-8 for _, d, b, w, _ in boxes), "each below its caller")


@case
def a_flame_graph_of_what_has_changed(directory):
    trace = moments(directory)
    boxes = {name: tip for name, _, _, _, tip in flame(directory, f"{trace}@half", f"{trace}@load:end")}
    check("; was 0 B" in boxes["build_index"], boxes["build_index"])
    now, was = re.search(r"([\d.]+ KiB), [\d.]+%; was ([\d.]+ KiB)", boxes["keep_rows"]).groups()
    check_equal(now, was, "what has not changed")


@case
def png_and_pdf_are_made_of_the_svg(directory):
    trace = moments(directory)
    told = mprof("plot", "-o", "x.png", trace, directory=directory, PATH="/nowhere")
    check_equal((told.returncode, "install it (Debian: librsvg2-bin), or draw with -o FILE.svg" in told.stderr), (2, True), told.stderr)
    check(not (directory / "x.png").exists(), "nothing was begun")
    needs("rsvg-convert")
    for command in ("plot", "flame"):
        for name, begins in (("x.png", b"\x89PNG"), ("x.pdf", b"%PDF")):
            done = mprof(command, "-o", name, trace, directory=directory)
            check_equal(done.returncode, 0, done.stderr)
            check((directory / name).read_bytes().startswith(begins), f"{command} {name}")


@case
def what_it_cannot_do_is_told(directory):
    trace = moments(directory)
    for arguments, words in ((("--group-by", "thread"), "--group-by takes site"), (("--stack", "99"), "--stack"),
                             (("-o", trace), "is a recording, so it is kept")):
        done = mprof("plot", *arguments, trace, directory=directory)
        check_equal((done.returncode, words in done.stderr), (2, True), f"{arguments}: {done.stderr}")
    for arguments, words in ((("--format", "json"), "its figures are 'mprof tree --format json'"), ((trace, trace), "flame takes one trace, or OLD NEW")):
        done = mprof("flame", *arguments, trace, directory=directory)
        check_equal((done.returncode, words in done.stderr), (2, True), f"{arguments}: {done.stderr}")


run_cases()
