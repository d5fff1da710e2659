"""Programs of many languages, for tests of functions and lines: how they are built (programs/lines has their sources)."""

import functools
import pathlib
import shutil
import subprocess
import tempfile

from harness import PROGRAMS, Skip, check, needs, run


def build(directory, *argv, needed=()):
    for program in (argv[0], *needed):
        needs(program)
    done = run(argv, directory, CARGO_NET_OFFLINE="true", GOCACHE=str(directory / "cache"), GOFLAGS="-mod=mod")
    check(done.returncode == 0, f"{' '.join(str(a) for a in argv)}\n{done.stderr}")


def copied(directory):
    """The sources, in a folder without symbolic links, so that paths can be compared."""
    return shutil.copytree(PROGRAMS / "lines", directory.resolve() / "sources")


@functools.cache
def folder():
    return tempfile.TemporaryDirectory(prefix="mprof-e2e-lines-")


@functools.cache
def built(*command):
    """The program that the command builds, once for all cases; its sources are beside it."""
    sources = copied(pathlib.Path(tempfile.mkdtemp(dir=folder().name)))
    build(sources, *command, "-o", "program")
    return sources / "program"


def rustc(debug, level, mangling):
    """Both manglings stand behind an option that is not stable in any version."""
    return ("env", "RUSTC_BOOTSTRAP=1", "rustc", "--edition=2021", "-Zunstable-options", f"-Cdebuginfo={debug}",
            f"-Copt-level={level}", f"-Csymbol-mangling-version={mangling}", "demo.rs")


def needs_newer_rustc():
    """One that places what a macro expands to in the macro's file, and names std's functions by their symbols."""
    needs("rustc")
    if line_tables_only() == "1":
        raise Skip("this rustc is older than 1.73")


def line_tables_only():
    """By its name, or in older versions by its number."""
    done = subprocess.run(["rustc", "-Cdebuginfo=line-tables-only", "--print=cfg"], capture_output=True, check=False)
    return "line-tables-only" if done.returncode == 0 else "1"
