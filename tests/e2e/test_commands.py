"""The first commands of the README: they configure on machines that lack something."""
import json
import re

from harness import SOURCE, case, check, check_equal, needs, run, run_cases

HIDING = """#!/bin/sh
# pkg-config on a machine without some libraries
case " $* " in *" criterion "*|*" libunwind "*) exit 1 ;; esac
exec {pkg_config} "$@"
"""


def script(path, text):
    path.write_text(text)
    path.chmod(0o755)
    return path


def options_of(build):
    options = json.loads((build / "meson-info/intro-buildoptions.json").read_text())
    return {option["name"]: option["value"] for option in options}


def set_up_mprof(directory, *options, **changes):
    """`meson setup` where neither Criterion nor libunwind nor a C++ compiler is there."""
    hiding = script(directory / "hiding", HIDING.format(pkg_config=needs("pkg-config")))
    # CMake would find what pkg-config hides.
    (directory / "native.ini").write_text("[binaries]\ncmake = 'no-such-cmake'\n")
    return run([needs("meson"), "setup", "--native-file", directory / "native.ini", *options, directory / "build", SOURCE],
               directory, **{"PKG_CONFIG": hiding, "CXX": "no-such-compiler", **changes})


@case
def setup_without_what_only_tests_need(directory):
    done = set_up_mprof(directory)
    check_equal(done.returncode, 0, done.stdout + done.stderr)
    said = [line for line in done.stdout.splitlines() if re.match(r" +tests +:", line)]
    check_equal(len(said), 1, f"lines about the tests in {done.stdout}")
    for word in ("left out", "Criterion", "libcriterion-dev", "libunwind-dev", "g++"):
        check(word in said[0], f"{word!r} in {said[0]!r}")
    tests = json.loads((directory / "build/meson-info/intro-tests.json").read_text())
    check_equal({suite for test in tests for suite in test["suite"]}, {"mprof:man"}, "suites that are left")
    check_equal((options_of(directory / "build")["debug"], options_of(directory / "build")["werror"]), (True, False),
                "debug information, and warnings as errors")


@case
def tests_that_were_asked_for_are_not_left_out(directory):
    done = set_up_mprof(directory, "-Dtests=enabled", CXX=None)
    check(done.returncode != 0, "the setup fails")
    check("criterion" in done.stdout + done.stderr, "it names what is missing")


run_cases()
