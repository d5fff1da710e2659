"""The first commands of the README: they configure on machines that lack something, and harm no build that is there."""
import json
import os
import pathlib
import re
import shutil

from harness import BUILD, SOURCE, case, check, check_equal, needs, run, run_cases

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


PROJECT = """project('probing', 'c', default_options: ['buildtype=release', 'debug=true'])
message('the header:', meson.get_compiler('c').has_header('from_a_package.h'))
"""
LISTING = """#!/bin/sh
cat {directory}/packages
"""


class Project:
    """One that probes for a header of a package, and a list of the packages that are installed."""

    def __init__(self, directory):
        self.directory = directory
        (directory / "meson.build").write_text(PROJECT)
        (directory / "bin").mkdir()
        script(directory / "bin/dpkg-query", LISTING.format(directory=directory))
        self.install("gcc 12")

    def install(self, *packages):
        with open(self.directory / "packages", "a", encoding="utf-8") as listed:
            listed.writelines(f"{package}\n" for package in packages)

    def set_up(self, *options):
        """Returns meson's log of the last setup."""
        done = run(["sh", "-euc", '. "$0" && set_up_build own "$@"', SOURCE / ".ci/builds.sh", *options], self.directory,
                   CPATH=self.directory / "include", PATH=f"{self.directory / 'bin'}:{os.environ['PATH']}")
        check_equal((done.returncode, done.stderr), (0, ""), done.stdout)
        return (self.directory / "own/meson-logs/meson-log.txt").read_text()


@case
def again_is_the_same_build(directory):
    project = Project(directory)
    for _ in range(3):
        project.set_up("--buildtype=release")
        options = options_of(directory / "own")
        check_equal((options["buildtype"], options["debug"]), ("release", True), "kind of build, debug information")
        (directory / "own/kept").touch()
    check((directory / "own/kept").exists(), "nothing is built anew without need")


@case
def a_package_that_came_is_seen(directory):
    project = Project(directory)
    check("the header: false" in project.set_up(), "the header is missing")
    (directory / "include").mkdir()
    (directory / "include/from_a_package.h").touch()
    project.install("from-a-package 1.0")
    check("the header: true" in project.set_up(), "the header is found")


@case
def options_of_another_time_are_forgotten(directory):
    project = Project(directory)
    project.set_up("-Db_sanitize=address", "-Db_lundef=false")
    project.set_up("-Dwerror=true")
    options = options_of(directory / "own")
    check_equal((options["b_sanitize"], options["werror"]), ("none", True), "options")


@case
def demo_says_how_to_have_mprof_at_hand(directory):
    """With a build that is there already, which it leaves as it is."""
    for name in ("samples/demo.sh", ".ci/packages.sh", "samples/my_function.c"):
        (directory / name).parent.mkdir(exist_ok=True)
        shutil.copy(SOURCE / name, directory / name)
    (directory / "build").symlink_to(BUILD)
    (directory / "bin").mkdir()
    for name in ("ninja", "meson", "dpkg-query"):
        script(directory / "bin" / name, "#!/bin/sh\necho install ok installed\n")
    done = run(["samples/demo.sh"], directory, PATH=f"{directory / 'bin'}:{os.environ['PATH']}")
    check_equal(done.returncode, 0, done.stderr)
    check("Filename: " in done.stdout and "152.6 MiB" in done.stdout, f"the table: {done.stdout}")
    tail = done.stdout[done.stdout.rindex("MiB"):]
    check("meson install -C build" in tail, f"how to install is said: {tail!r}")
    found = re.search(r"^ *(PATH=.*)$", tail, re.M)
    check(found, f"a line for the shell is there: {tail!r}")
    asked = run(["sh", "-c", f"{found[1]} && command -v mprof && mprof list"], pathlib.Path("/"))
    check_equal((asked.returncode, asked.stdout.splitlines()[:1]), (0, [str(directory / "build/reporter/mprof")]), asked.stderr)


APT_GET = """#!/bin/sh
# One that knows its packages only after an update.
echo "$1" >>{directory}/asked
[ "$1" != update ] || exec touch {directory}/lists
[ "$1" = download ] && [ -f {directory}/lists ] && touch server.deb
"""


@case
def servers_are_not_installed(directory):
    """Their packages would start them.  A second time nothing is left to do."""
    (directory / "bin").mkdir()
    for name, text in (("apt-get", APT_GET.format(directory=directory)), ("sudo", '#!/bin/sh\nexec "$@"\n'),
                       ("dpkg-query", "#!/bin/sh\nexit 1\n"), ("dpkg-deb", '#!/bin/sh\necho "$@" >program\n')):
        script(directory / "bin" / name, text)
    for _ in range(2):
        done = run(["sh", "-euc", '. "$0" && fetch_programs here/servers $server_packages', SOURCE / ".ci/packages.sh"], directory,
                   PATH=f"{directory / 'bin'}:{os.environ['PATH']}")
        check_equal((done.returncode, done.stderr), (0, ""), done.stdout)
    check_equal((directory / "asked").read_text().split(), ["download", "update", "download"], "what apt-get was asked for")
    check_equal((directory / "here/servers/program").read_text(), "-x server.deb .\n", "what was unpacked")
    check_equal([path.name for path in (directory / "here").iterdir()], ["servers"], "what is left")


run_cases()
