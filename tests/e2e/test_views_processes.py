#!/usr/bin/env python3
"""mprof tree --processes and report --all: all recordings of a run, such as that of a make."""

import csv
import io
import json
import re

from harness import case, check, check_equal, compile, mprof, needs, report, run_cases

WORKER = """#include <stdlib.h>
#include <unistd.h>
static void *kept;
__attribute__((noinline)) static void leak(size_t n) { kept = malloc(n); kept = NULL; }
__attribute__((noinline)) static void use(size_t n) { void *p = malloc(n); *(volatile char *)p = 1; free(p); }
int main(int argc, char **argv)
{
	size_t n = (size_t)atol(argv[1]);
	leak(100);
	use(n);
	if (argc > 2)
		execl(argv[2], argv[2], argv[3], (char *)NULL);
	return 0;
}
"""
COUNT = 40


def make_all(directory):
    """A make -j2 of 40 workers, each of which has 1000 bytes more than the one before; the folder of its recordings."""
    needs("make")
    (directory / "worker.c").write_text(WORKER)
    compile(directory / "worker.c", directory / "worker", "-fno-builtin")
    compile(directory / "worker.c", directory / "last", "-fno-builtin")
    targets = [f"t{i}" for i in range(COUNT)]
    rules = [f"all: {' '.join(targets)}\n\t./worker 500 ./last 7000000\n"]
    rules += [f"{target}:\n\t./worker {1000 * (i + 1)}\n" for i, target in enumerate(targets)]
    (directory / "Makefile").write_text("\n".join(rules))
    done = mprof("run", "--", "make", "-j2", directory=directory)
    check_equal(done.returncode, 0, f"make: {done.stderr}")
    return directory


def processes(folder, *arguments):
    done = mprof("tree", "--processes", "--format", "json", *arguments, directory=folder)
    check_equal(done.returncode, 0, f"mprof tree --processes: {done.stderr}")
    return json.loads(done.stdout)


def flat(tree, depth=0):
    yield depth, tree
    for child in tree["children"]:
        yield from flat(child, depth + 1)


@case
def a_make(directory):
    figures = processes(make_all(directory))
    rows = [row for _, row in flat(figures["processes"])]
    check_equal(rows[0]["program"], "make", "the first")
    workers = [row for row in rows if row["program"] == "worker"]
    check_equal(sorted(row["peak_bytes"] for row in workers), sorted([600] + [100 + 1000 * (i + 1) for i in range(COUNT)]), "peaks")
    check_equal({(row["leaked_bytes"], row["allocations"], row["state"]) for row in workers if row["peak_bytes"] > 600},
                {(100, 2, "exited")}, "workers")
    check_equal({depth for depth, row in flat(figures["processes"]) if row["program"] == "worker"}, {1}, "depths of workers")
    totals = figures["totals"]
    check_equal((totals["processes"], totals["programs"]), (COUNT + 3, 3), "how many")
    check_equal(totals["greatest_peak_bytes"], 7000100, "the greatest peak")
    for total, column in (("sum_of_peak_bytes", "peak_bytes"), ("leaked_bytes", "leaked_bytes"), ("allocations", "allocations"),
                          ("allocated_bytes", "allocated_bytes"), ("leaked_blocks", "leaked_blocks")):
        check_equal(totals[total], sum(row[column] for row in rows), total)


@case
def what_went_on_as_another(directory):
    figures = processes(make_all(directory))
    found = [(depth, row) for depth, row in flat(figures["processes"]) if row["program"] == "last"]
    check_equal([(depth, row["by_exec"], row["command"]) for depth, row in found], [(2, True, ["./last", "7000000"])], "by exec")
    before = [row for _, row in flat(figures["processes"]) if row["pid"] == found[0][1]["pid"] and not row["by_exec"]]
    check_equal([(row["program"], row["state"]) for row in before], [("worker", "exec")], "before")


@case
def those_alike_are_summed(directory):
    folder = make_all(directory)
    shown = mprof("tree", "--processes", directory=folder).stdout
    check(re.search(r"\n +39\.2 KiB +4\.0 KiB +82 .* worker x 41, 805\.\d KiB in all\n", shown), shown)
    check("--all" in shown and shown.count("\n") < 20, shown)
    check("Processes:    43 recordings, of 3 programs\n" in shown, shown)
    shown = mprof("tree", "--processes", "--all", directory=folder).stdout
    check_equal(shown.count("./worker "), COUNT + 1, "rows with --all")
    check(" x " not in shown, shown)


@case
def the_run_of_a_recording(directory):
    folder = make_all(directory)
    earlier = processes(folder)["totals"]
    other = mprof("run", "--", "./worker", "10", directory=folder)
    check_equal(other.returncode, 0, "another run")
    newest = processes(folder)
    check_equal((newest["totals"]["processes"], newest["processes"]["command"]), (1, ["./worker", "10"]), "the newest run")
    trace = next(folder.glob("make.*.mprof"))
    check_equal(processes(folder, trace)["totals"], earlier, "the run of its first recording")
    trace = next(folder.glob("last.*.mprof"))
    check_equal(processes(directory.parent, trace)["totals"], earlier, "the run of its last one, from elsewhere")


@case
def every_format_has_the_same(directory):
    folder = make_all(directory)
    rows = [(depth, row["peak_bytes"]) for depth, row in flat(processes(folder)["processes"])]
    done = mprof("tree", "--processes", "--format", "csv", directory=folder)
    table = list(csv.DictReader(io.StringIO(done.stdout)))
    check_equal([(int(row["depth"]), int(row["peak_bytes"])) for row in table], rows, "csv")
    done = mprof("tree", "--processes", "--format", "markdown", "--all", directory=folder)
    check_equal(done.stdout.count("./worker "), COUNT + 1, "markdown")


@case
def one_that_cannot_be_read(directory):
    folder = make_all(directory)
    trace = next(folder.glob("last.*.mprof"))
    content = bytearray(trace.read_bytes())
    content[len(content) // 2] ^= 0xff
    trace.write_bytes(content)
    done = mprof("tree", "--processes", "--format", "json", next(folder.glob("make.*.mprof")), directory=folder)
    check_equal(done.returncode, 0, f"status: {done.stderr}")


@case
def sites_of_all(directory):
    folder = make_all(directory)
    figures = report(next(folder.glob("make.*.mprof")), "--all", directory=folder)
    sites = {(site["program"], site["function"]): site for site in figures["sites"]}
    used = sites["worker", "use"]
    check_equal((used["processes"], used["greatest_peak_bytes"]), (COUNT + 1, 1000 * COUNT), "a site in all workers")
    check_equal(used["sum_of_peak_bytes"], 500 + sum(1000 * (i + 1) for i in range(COUNT)), "the sum of its peaks")
    check_equal((sites["worker", "leak"]["leaked_bytes"], sites["worker", "leak"]["leaked_blocks"]), (100 * COUNT + 100, COUNT + 1), "leaks")
    check_equal(sites["last", "use"]["greatest_peak_bytes"], 7000000, "another program's")
    for total in ("sum_of_peak_bytes", "leaked_bytes", "leaked_blocks", "allocations", "allocated_bytes"):
        check_equal(sum(site[total] for site in figures["sites"]), figures["totals"][total], f"the sum of {total}")
    check_equal(figures["totals"], {**figures["totals"], **{key: value for key, value in processes(folder)["totals"].items()
                                                            if key not in ("programs",)}}, "the same as of processes")
    for options, key in (((), "greatest_peak_bytes"), (("--sort", "leaked"), "leaked_bytes")):
        by = [site[key] for site in report(next(folder.glob("make.*.mprof")), "--all", *options, directory=folder)["sites"]]
        check_equal(by, sorted(by, reverse=True), f"the order of the text: {options}")
    shown = mprof("report", "--all", "-n", "1", directory=folder).stdout
    check(re.search(r"\n +6\.7 MiB +6\.7 MiB +1 +last +use  .*worker\.c:5\n", shown), shown)
    shown = mprof("report", "--all", "--sort", "leaked", directory=folder).stdout
    check(re.search(r"\n +4\.0 KiB +\d+\.\d% +41 +worker +leak  ", shown), shown)


@case
def filters(directory):
    folder = make_all(directory)
    totals = processes(folder, "-f", "leak")["totals"]
    check_equal((totals["allocations"], totals["leaked_bytes"], totals["greatest_peak_bytes"]),
                (COUNT + 2, 100 * (COUNT + 2), 100), "of what passes a function")
    sites = report(next(folder.glob("make.*.mprof")), "--all", "-f", "leak", directory=folder)["sites"]
    check_equal({site["function"] for site in sites}, {"leak"}, "call sites")


@case
def filters_that_mean_another_process(directory):
    """The recording that is named is one of the run's: what is asked for may lie in any."""
    (directory / "driver.c").write_text("#include <stdlib.h>\nchar *volatile p;\nint main(void) { p = malloc(100000); return system(\"./worker\"); }\n")
    (directory / "worker.c").write_text("#include <stdlib.h>\nchar *volatile p;\nvoid use(void) { p = malloc(1000); }\nint main(void) { use(); return 0; }\n")
    for name in ("driver", "worker"):
        compile(directory / f"{name}.c", directory / name, "-O0")
    check_equal(mprof("run", "-q", "./driver", directory=directory).returncode, 0, "the run")
    trace = next(directory.glob("driver.*.mprof"))
    sites = report(trace, "--all", "-f", "use", directory=directory)["sites"]
    check_equal([(site["program"], site["function"], site["allocations"]) for site in sites], [("worker", "use", 1)], "report --all")
    check_equal(processes(directory, "-f", "use")["totals"]["allocations"], 1, "tree --processes")
    done = mprof("report", "--all", "-f", "nobody", trace, directory=directory)
    check("No recorded call path of the run is of what was asked for." in done.stdout and done.returncode == 0, done.stdout + done.stderr)


run_cases()
