"""Who records: per recorder its environment, its helpers, what it writes, and the commands that read that.

A new recorder is one class here and its name in all_recorders().  All of them are Debian's packages, but mprof.
"""

import json
import os
import pathlib
import shutil
import subprocess

import measure

LIBRARIES = ("/usr/lib/x86_64-linux-gnu", "/usr/lib")
INTERPRETER_MEMORY_KIB = 4 << 20  # heaptrack's interpreter asks for more than 14 GiB on cc1; others want to live


def _library(*names):
    return next((path for folder in LIBRARIES for name in names if (path := pathlib.Path(folder) / name).exists()), None)


class Recorder:
    """No recorder at all; and what the others share."""
    name = "bare"
    slow = False  # microseconds an event: gets the small input, beside a bare run on the same
    follows = True  # records the children of the program, too

    def missing(self, _measurer):
        """Why it cannot take part, or None."""
        return None

    def takes(self, workload):
        return self.follows or not workload.children

    def environment(self, _directory):
        """Variables for the program alone."""
        return {}

    def helpers(self, _directory):
        """Shell commands that run beside the program."""
        return []

    def outputs(self, _directory):
        return []

    def reports(self, _directory, _program):
        """{what it is: argv} in the order to run them: "first" and maybe "again", "replay"."""
        return {}

    def verify(self, directory):
        """Raises measure.Failed if the recording did not come to its end."""
        if self.reports(directory, "true") and not self.outputs(directory):
            raise measure.Failed("wrote nothing")


class Mprof(Recorder):
    name = "mprof"
    variables = {}
    shows = None  # a key of the report's JSON that is there and not zero if the mode is supported

    def __init__(self, build):
        self.shim = build / "preload/libmprof.so"
        self.command = build / "reporter/mprof"

    def missing(self, measurer):
        if not self.shim.exists() or not self.command.exists():
            return f"{self.shim} is not built"
        if not self.shows:
            return None
        figures = self._try(measurer)
        found = figures.get(self.shows) or figures["totals"].get(self.shows)
        return None if found else f"this libmprof.so does not know {' '.join(self.variables)} (no {self.shows} in its report)"

    def _try(self, measurer):
        with measure.scratch() as directory:
            measurer.run(["/bin/ls"], directory, measure.environment(), self.environment(directory))
            return self.figures(directory)[0]

    def environment(self, directory):
        return {"LD_PRELOAD": self.shim, "MPROF_OUT": directory / "%e.%p.mprof", "MPROF_QUIET": 1, **self.variables}

    def outputs(self, directory):
        return sorted(directory.glob("*.mprof"))

    def reports(self, directory, _program):
        report = ["env", f"XDG_CACHE_HOME={directory}/cache", self.command, "report"]
        return {"first": [*report, *self.outputs(directory)[:1]], "again": [*report, *self.outputs(directory)[:1]],
                "replay": [*report, "--replay", *self.outputs(directory)[:1]]}

    def figures(self, directory):
        """The report of each trace, parsed."""
        found = []
        for trace in self.outputs(directory):
            done = subprocess.run([self.command, "report", "--format", "json", trace], capture_output=True, text=True,
                                  env=measure.environment(XDG_CACHE_HOME=directory / "cache"))
            if done.returncode:
                raise measure.Failed(f"mprof report: {done.stderr.strip()}")
            found.append(json.loads(done.stdout))
        return found

    def count_events(self, directory):
        """Allocations and frees in what was recorded."""
        totals = [figures["totals"] for figures in self.figures(directory)]
        return sum(total["allocations"] + total["frees"] for total in totals)


class MprofSampled(Mprof):
    name = "mprof, 512 KiB"
    variables = {"MPROF_SAMPLE": "512KiB"}
    shows = "sample_bytes"


class MprofAggregated(Mprof):
    name = "mprof, aggregate"
    variables = {"MPROF_AGGREGATE": "1"}
    shows = "aggregate"


class Instructions(Recorder):
    """None, but executes instructions at each event: what a recorder of as many must cost."""
    name = "instructions alone"

    def __init__(self, build):
        self.library = build / "tests/bench/instructions.so"

    def missing(self, _measurer):
        return None if self.library.exists() else f"{self.library} is not built"

    def takes(self, workload):
        return workload.threads > 0

    def environment(self, _directory):
        return {"LD_PRELOAD": self.library}


class Heaptrack(Recorder):
    """As the heaptrack command does it, without the command: preload | interpreter | compressor."""
    name = "heaptrack"
    follows = False  # it takes itself out of the environment

    def __init__(self):
        self.library = _library("heaptrack/libheaptrack_preload.so")
        self.interpreter = _library("heaptrack/libexec/heaptrack_interpret")
        self.compressor = "zstd" if shutil.which("zstd") else "gzip"
        self.suffix = {"zstd": "zst", "gzip": "gz"}[self.compressor]

    def missing(self, _measurer):
        return None if self.library and self.interpreter else "heaptrack is not installed"

    def environment(self, directory):
        return {"LD_PRELOAD": self.library, "DUMP_HEAPTRACK_OUTPUT": directory / "fifo"}

    def helpers(self, directory):
        os.mkfifo(directory / "fifo")
        return [f"ulimit -v {INTERPRETER_MEMORY_KIB}; {{ {self.interpreter} < fifo || touch dead; }} | "
                f"{self.compressor} -c > heaptrack.{self.suffix}"]

    def outputs(self, directory):
        return sorted(directory.glob(f"heaptrack.{self.suffix}"))

    def verify(self, directory):
        if (directory / "dead").exists():
            raise measure.Failed("died (its interpreter)")
        super().verify(directory)

    def reports(self, directory, _program):
        return {"first": ["heaptrack_print", directory / f"heaptrack.{self.suffix}"]} if shutil.which("heaptrack_print") else {}


class HeaptrackBuilt(Heaptrack):
    """One that was built: HEAPTRACK is where it was installed."""
    name = "heaptrack, built"

    def __init__(self):
        super().__init__()
        root = os.environ.get("HEAPTRACK")
        self.library = root and next(pathlib.Path(root).rglob("libheaptrack_preload.so"), None)
        self.interpreter = root and next(pathlib.Path(root).rglob("heaptrack_interpret"), None)

    def missing(self, _measurer):
        return None if self.library and self.interpreter else "HEAPTRACK names no installation of it"

    def reports(self, _directory, _program):
        return {}


class HeaptrackRaw(Heaptrack):
    """preload | compressor; somebody has to interpret it later."""
    name = "heaptrack --raw"

    def takes(self, workload):
        return workload.name.startswith("cc1")

    def helpers(self, directory):
        os.mkfifo(directory / "fifo")
        return [f"{self.compressor} -c < fifo > heaptrack.{self.suffix}"]

    def reports(self, _directory, _program):
        return {}


class Jemalloc(Recorder):
    """Every block: a sample per byte."""
    name = "jemalloc prof"
    slow = True
    options = "lg_prof_sample:0,prof_accum:true"

    def __init__(self):
        self.library = _library("libjemalloc.so.2")

    def missing(self, measurer):
        if not self.library:
            return "libjemalloc2 is not installed"
        with measure.scratch() as directory:
            try:
                measurer.run(["/bin/ls"], directory, measure.environment(), self.environment(directory))
            except measure.Failed as reason:
                return str(reason)
            return None if self.outputs(directory) else f"{self.library} writes no profile: built without --enable-prof"

    def environment(self, directory):
        return {"LD_PRELOAD": self.library,
                "MALLOC_CONF": f"prof:true,prof_final:true,{self.options},prof_prefix:{directory}/profile"}

    def outputs(self, directory):
        return sorted(directory.glob("profile.*.heap"))

    def reports(self, directory, program):
        return {"first": ["jeprof", "--text", program, *self.outputs(directory)[:1]]} if shutil.which("jeprof") else {}


class JemallocSampled(Jemalloc):
    name = "jemalloc, 512 KiB"
    slow = False
    options = "lg_prof_sample:19"


class Gperftools(Recorder):
    """One profile, at the end: its default of one per GiB allocated would be counted against it."""
    name = "gperftools"
    slow = True

    def __init__(self):
        self.library = _library("libtcmalloc.so.4")

    def missing(self, _measurer):
        return None if self.library else "libgoogle-perftools4 is not installed"

    def environment(self, directory):
        return {"LD_PRELOAD": self.library, "HEAPPROFILE": directory / "profile", "HEAP_PROFILE_ALLOCATION_INTERVAL": 0,
                "HEAP_PROFILE_INUSE_INTERVAL": 0}

    def outputs(self, directory):
        return sorted(directory.glob("profile*.heap"))

    def reports(self, directory, program):
        pprof = shutil.which("google-pprof")
        return {"first": [pprof, "--text", program, *self.outputs(directory)[-1:]]} if pprof else {}


def all_recorders(build):
    return [Recorder(), Instructions(build), Mprof(build), MprofSampled(build), MprofAggregated(build), Heaptrack(),
            HeaptrackBuilt(), HeaptrackRaw(), Jemalloc(), JemallocSampled(), Gperftools()]
