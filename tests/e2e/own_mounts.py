"""own_mounts.py COMMAND...: runs it where mounts are its own business; exit status 77: that cannot be had here.

In a chroot, too, whose root is no mount that could be made private: there the root is mounted once more, on a mount that is."""

import ctypes
import os
import pathlib
import subprocess
import sys

CLONE_NEWNS = 0x20000
SPARE = "/dev/shm"


def mount(*arguments):
    """Raises OSError."""
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"mount: {done.stderr.strip()}")


def listed():
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        yield line.split()[4].encode().decode("unicode_escape")


def enter():
    """For this process, from now on.  Raises OSError."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise OSError(f"unshare: {os.strerror(ctypes.get_errno())}")
    places = set(listed())
    if "/" not in places and SPARE not in places:
        raise OSError("what is mounted here would be mounted elsewhere, too")
    for place in places:
        mount("--make-private", place)
    if "/" not in places:
        here = os.getcwd()
        mount("--rbind", "/", SPARE)  # with all that is mounted below: what is there now has its place in it, too
        mount("--make-rprivate", SPARE)
        os.chroot(SPARE)
        os.chdir(here)


if __name__ == "__main__":
    try:
        enter()
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(77)
    os.execvp(sys.argv[1], sys.argv[1:])
