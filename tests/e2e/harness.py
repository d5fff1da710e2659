"""Records whole programs, reads what mprof reports of them, and speaks TAP to meson.

A test file decorates its cases with @case and ends with run_cases().  A case gets an
empty directory of its own, fails by an exception (check() words it) and is skipped by
raising Skip.  Nothing here knows anything about mprof but its command line.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("MPROF_BUILD", SOURCE / "build")).resolve()
SHIM = BUILD / "preload/libmprof.so"
MPROF = BUILD / "reporter/mprof"
PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"
OWN_MOUNTS = [sys.executable, pathlib.Path(__file__).resolve().parent / "own_mounts.py"]  # a prefix of commands
MESON_ADDS = ("MALLOC_PERTURB_", "LD_LIBRARY_PATH")  # the former makes glibc write to every byte of a block

_cases = []
_cache = None  # what reports keep, for all cases of this run


class Skip(Exception):
    """Why a case cannot run here."""


def case(function):
    _cases.append(function)
    return function


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def check_equal(got, expected, what):
    check(got == expected, f"{what}: got {got!r}, expected {expected!r}")


def needs(program):
    path = shutil.which(program)
    if not path:
        raise Skip(f"{program} is not installed")
    return path


def needs_root():
    if os.geteuid() != 0:
        raise Skip("needs root")


def compile(source, output, *flags, cc="gcc"):
    """Builds a program of programs/ (or a path) with debug information; returns its path."""
    source = PROGRAMS / source
    if cc in ("gcc", "clang") and source.suffix == ".cpp":
        cc = {"gcc": "g++", "clang": "clang++"}[cc]
    needs(cc)
    output = pathlib.Path(output).resolve()
    command = [cc, "-g", "-D_GNU_SOURCE", "-pthread", "-Wall", "-Wextra", "-Werror", f"-I{SOURCE / 'include'}",
               str(source), "-o", str(output), *flags]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    check(done.returncode == 0, f"{' '.join(command)}\n{done.stderr}")
    return output


def open_copy(directory):
    """The shim and mprof where every user may reach them, below `directory`: the build's folder may be closed to others."""
    directory.chmod(0o755)
    shim, program = (directory / "built" / path.relative_to(BUILD) for path in (SHIM, MPROF))
    for path in (SHIM, MPROF, BUILD / "reporter/drain/mprof-drain"):
        to = directory / "built" / path.relative_to(BUILD)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)
    return shim, program


class Run:
    """A finished program: how it ended, what it wrote, where it ran."""

    def __init__(self, process, stdout, stderr, directory):
        self.pid = process.pid
        self.returncode = process.returncode
        self.stdout = stdout
        self.stderr = stderr
        self.directory = pathlib.Path(directory)

    @property
    def outcome(self):
        return self.returncode, self.stdout, self.stderr

    def traces(self):
        return sorted(self.directory.glob("*.mprof"))

    def trace(self, program="*"):
        """The trace of the process itself, not of its children; of the last program of this name that it has been."""
        found = list(self.directory.glob(f"{program}.{self.pid}.mprof"))
        check(len(found) <= 1, f"several programs of pid {self.pid}: {[p.name for p in found]}")
        found += sorted(self.directory.glob(f"{program}.{self.pid}-*.mprof"),
                        key=lambda path: int(path.stem.rpartition("-")[2]))
        check(found, f"no trace of pid {self.pid} among {[p.name for p in self.traces()]}; standard error: {self.stderr!r}")
        return found[-1]


def cache_directory():
    global _cache
    if _cache is None:
        _cache = tempfile.TemporaryDirectory(prefix="mprof-e2e-cache-")
    return _cache.name


def environment(**changes):
    """This process's environment without what steers mprof or malloc; None removes a variable."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("MPROF_") and name not in ("LD_PRELOAD", "DEBUGINFOD_URLS", *MESON_ADDS)}
    env["XDG_CACHE_HOME"] = cache_directory()
    for name, value in changes.items():
        env.pop(name, None)
        if value is not None:
            env[name] = str(value)
    return env


def run(argv, directory=".", input=None, timeout=120, env=None, binary=False, **changes):
    """Runs a program bare, in `directory`; a timeout kills its process group and fails the case."""
    process = subprocess.Popen([str(a) for a in argv], cwd=directory, env=environment(**changes) if env is None else env,
                               stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=not binary,
                               errors=None if binary else "replace", start_new_session=True)
    try:
        stdout, stderr = process.communicate(input, timeout)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise AssertionError(f"no end after {timeout} s: {' '.join(str(a) for a in argv)}")
    return Run(process, stdout, stderr, directory)


def record(argv, directory=".", **options):
    """Runs a program under the shim, as a user does who sets only LD_PRELOAD (and wants no word about it)."""
    return run(argv, directory, **{"LD_PRELOAD": SHIM, "MPROF_QUIET": "1", **options})


def mprof(*arguments, directory=".", **options):
    return run([MPROF, *arguments], directory, **options)


def report(trace, *arguments, **options):
    """`mprof report --format json` of a trace, parsed."""
    done = mprof("report", "--format", "json", *arguments, str(trace), **options)
    check(done.returncode == 0, f"mprof report {trace}: exit {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def npm_modules(source, name):
    """A folder of the build with what package-lock.json of `source` lists; fetched once for each lock, by who asks first."""
    needs("node")
    needs("npm")
    folder = BUILD / "npm" / name
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        fetch_npm_modules(source, folder)
    return folder


def fetch_npm_modules(source, folder):
    lock = (source / "package-lock.json").read_bytes()
    done = folder / "fetched"
    if done.exists() and done.read_bytes() == lock:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(source / file, folder)
    fetched = run(["npm", "ci", "--no-progress", "--ignore-scripts"], folder, timeout=300)
    if fetched.returncode != 0:
        raise Skip(f"npm cannot fetch the packages of {source.name}: {fetched.stderr}")
    done.write_bytes(lock)


def chromium():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    raise Skip("chromium is not installed")


@contextlib.contextmanager
def browser():
    """The address (ws://) where a browser without a window waits."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        heard = pathlib.Path(folder) / "heard"
        quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0", f"--user-data-dir={folder}/user"]
        with heard.open("w") as output:
            process = subprocess.Popen([chromium(), *quiet, *arguments, "about:blank"], stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        try:
            wait_for(lambda: "listening on ws://" in heard.read_text(), 60, "a browser that listens")
            yield next(line.split()[-1] for line in heard.read_text().splitlines() if "listening on ws://" in line)
        finally:
            end_group(process)


def end_group(leader):
    """Ends a process that leads a group, and what it has started: a browser's children write files for a while longer."""
    leader.terminate()
    leader.wait()
    with contextlib.suppress(ProcessLookupError):
        for _ in range(100):  # where nobody waits for orphans, they stay in the group
            os.killpg(leader.pid, signal.SIGKILL)
            time.sleep(0.02)


def record_and_report(argv, directory=".", arguments=(), **options):
    done = record(argv, directory, **options)
    check(done.returncode == 0, f"{argv}: exit {done.returncode}: {done.stderr}")
    figures = report(done.trace(), *arguments)
    check(figures["complete"], "the trace is complete")
    check_equal(figures["lost_events"], 0, "lost events")
    return done, figures


def lines_of(figures, function):
    """{line number: row} of one function of a report."""
    tables = [f for f in figures["functions"] if f["function"] == function]
    check(len(tables) == 1, f"one table of {function} expected among {[f['function'] for f in figures['functions']]}")
    return {row["line"]: row for row in tables[0]["lines"]}


def wait_for(condition, seconds, what):
    deadline = time.monotonic() + max(seconds, 60)  # a busy machine may take its time
    while not condition():
        check(time.monotonic() < deadline, f"still not: {what}")
        time.sleep(0.02)


def drainers_of(pid):
    """Pids of the mprof-drain processes that serve the recording of this process."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            arguments = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else [b""]
            if arguments[0].endswith(b"mprof-drain") and f".{pid}.".encode() in b" ".join(arguments):
                found.append(int(entry.name))
    return found


def counted(figures, prefix="counted_"):
    """{function: (allocations, bytes)} of the sites in functions of this name."""
    sites = {}
    for site in figures["sites"]:
        if site["function"].startswith(prefix):
            allocations, volume = sites.get(site["function"], (0, 0))
            sites[site["function"]] = allocations + site["allocations"], volume + site["allocated_bytes"]
    return sites


def _one_line(text):
    return " ".join(str(text).split())[:2000]


def _run_case(number, function, kept):
    name = function.__name__
    directory = tempfile.mkdtemp(prefix=f"mprof-e2e-{name}-")
    try:
        function(pathlib.Path(directory))
        print(f"ok {number} - {name}", flush=True)
        return True
    except Skip as reason:
        print(f"ok {number} - {name} # SKIP {_one_line(reason)}", flush=True)
        return True
    except Exception as error:  # a case fails by any exception, whatever it is
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"not ok {number} - {name}", flush=True)
        print(f"# {name}: {type(error).__name__} at {place.filename}:{place.lineno}: {_one_line(error)}", flush=True)
        print(f"# {name}: {type(error).__name__}: {_one_line(error)}", file=sys.stderr, flush=True)
        return False
    finally:
        if not kept:
            shutil.rmtree(directory, ignore_errors=True)


def run_cases():
    """Runs the file's cases, or those that are named on the command line; KEEP=1 keeps their directories."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):  # nohup and & ignore them, and children would inherit that
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    chosen = [c for c in _cases if not sys.argv[1:] or c.__name__ in sys.argv[1:]]
    print(f"1..{len(chosen)}", flush=True)
    results = [_run_case(i + 1, c, os.environ.get("KEEP")) for i, c in enumerate(chosen)]
    sys.exit(0 if all(results) else 1)
