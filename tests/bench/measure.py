"""Runs one program (and a recorder's helpers) and says what it took.

The kernel's account of each process, through `usage` (usage.c); nothing here knows recorders or workloads.
"""

import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import tempfile

STEERING = ("LD_PRELOAD", "MALLOC_CONF", "HEAPPROFILE", "DEBUGINFOD_URLS", "XDG_CACHE_HOME")


@dataclasses.dataclass
class Usage:
    """Seconds and MiB; `helpers` are all processes but the program and the children that it waited for."""
    wall: float = 0
    cpu: float = 0
    rss: float = 0
    helpers_cpu: float = 0
    helpers_rss: float = 0

    @property
    def all_cpu(self):
        return self.cpu + self.helpers_cpu


class Failed(Exception):
    """The program, or what recorded it, did not do its work; says why in a few words."""


def environment(**changes):
    """This process's environment without what steers a recorder."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("MPROF_") and name not in STEERING}
    return env | {name: str(value) for name, value in changes.items()}


@contextlib.contextmanager
def scratch():
    """A directory that does not outlive its block."""
    with tempfile.TemporaryDirectory(prefix="mprof-bench-") as directory:
        yield pathlib.Path(directory)


class Measurer:
    def __init__(self, usage_program, timeout):
        self.usage_program = usage_program
        self.timeout = timeout

    def run(self, argv, directory, env, only_program=None, helpers=(), drive=None, stdout=subprocess.DEVNULL):
        """The Usage of argv, run in `directory`; `only_program` are variables that its helpers do not see.

        `drive(directory)` is called while it runs.  Raises Failed."""
        account = pathlib.Path(directory) / "usage"
        command = [str(self.usage_program)]
        command += [word for name, value in (only_program or {}).items() for word in ("-e", f"{name}={value}")]
        command += [word for line in helpers for word in ("-b", line)]
        command += [str(account), *map(str, argv)]
        process = subprocess.Popen(command, cwd=directory, env=env, stdin=subprocess.DEVNULL, stdout=stdout,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            if drive:
                drive(pathlib.Path(directory))
            process.wait(self.timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"no end after {self.timeout:.0f} s") from None
        except OSError as error:
            raise Failed(f"died ({error.strerror or error})") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return _read(account)


def _read(account):
    usage = Usage()
    for line in account.read_text().splitlines():
        kind, ended, cpu, rss, status = line.split()
        if kind == "program":
            if int(status):
                raise Failed(f"died ({_ending(int(status))})")
            usage.wall, usage.cpu, usage.rss = float(ended), float(cpu), int(rss) / 1024
        else:
            usage.helpers_cpu += float(cpu)
            usage.helpers_rss = max(usage.helpers_rss, int(rss) / 1024)
    if not usage.wall:
        raise Failed("did not start")
    return usage


def _ending(status):
    code = os.waitstatus_to_exitcode(status)
    return f"exit status {code}" if code >= 0 else signal.Signals(-code).name
