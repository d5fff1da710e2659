"""Which processes of a run a gate judges: none that mattered goes missing without a word, and none that does not matter fails it."""

import json
import os
import re
import shutil
import xml.etree.ElementTree as ElementTree

from harness import case, check, check_equal, compile, mprof, run_cases

PROGRAM = """#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile char *volatile keep;
static void take(size_t size) { keep = malloc(size); for (size_t i = 0; i < size; i += 4096) keep[i] = 1; }
static void leak(void) { keep = malloc(100); keep[0] = 1; }
static int is(const char *word, char **argv) { return argv[1] && !strcmp(argv[1], word); }
static int crashing_child(void) {
  pid_t child = fork();
  if (child == 0) { take(8 << 20); abort(); }
  waitpid(child, NULL, 0);
  return 0;
}
static int living_child(void) {
  int ends[2];
  char byte;
  if (pipe(ends) != 0) return 1;
  if (fork() == 0) { setsid(); take(8 << 20); close(0); close(1); close(2); if (write(ends[1], "", 1) == 1) sleep(3); _exit(0); }
  return read(ends[0], &byte, 1) != 1;
}
int main(int argc, char **argv) {
  (void)argc;
  if (is("fork-crash", argv)) return crashing_child();
  if (is("fork-live", argv)) return living_child();
  take(2 << 20);
  if (is("leak", argv)) leak();
  if (is("crash", argv)) abort();
  if (is("sleep", argv)) { take(8 << 20); sleep(30); }
  if (is("exec", argv)) { take(8 << 20); execvp(argv[2], argv + 2); return 127; }
  free((void *)keep);
  return 0;
}
"""
FORMATS = ("text", "json", "markdown", "github", "junit", "sarif")


def build(directory, name="app", *flags):
    (directory / "app.c").write_text(PROGRAM)
    return compile(directory / "app.c", directory / name, "-O0", *flags)


def gated(directory, *arguments, status, expected=(), absent=(), **environ):
    """`mprof run` with a gate; what it says on standard error is matched line by line."""
    done = mprof("run", *arguments, directory=directory, TMPDIR=directory, **environ)
    check_equal(done.returncode, status, f"{arguments}: {done.stderr}")
    for pattern in [expected] if isinstance(expected, str) else expected:
        check(re.search(pattern, done.stderr, re.M), f"{arguments}: no {pattern!r} in {done.stderr}")
    for pattern in [absent] if isinstance(absent, str) else absent:
        check(not re.search(pattern, done.stderr, re.M), f"{arguments}: {pattern!r} in {done.stderr}")
    return done.stderr


def programs_of(text):
    return re.findall(r"^(?:passed|FAILED|not judged|ERROR|NEW) +(.*?): (?:peak|could)", text, re.M)


# ---- programs that escape the recording ----------------------------------------------------------

ESCAPES = ("env -i ./app; true", "unset LD_PRELOAD; ./app; true", "LD_PRELOAD= ./app; true", "exec env -i ./app",
           "env -u LD_PRELOAD ./app && true", "for i in 1 2; do env -i ./app; done")


@case
def programs_that_escape_under_a_shell(directory):
    build(directory)
    for script in ESCAPES:
        for shell in ("sh", "bash"):
            if shutil.which(shell):
                gated(directory, "--max-peak", "1MiB", "--", shell, "-c", script, status=2,
                      expected=r"^ERROR .*only tools of the system were recorded: [12] program.*LD_PRELOAD", absent="^passed")
    gated(directory, "--max-peak", "1MiB", "--", "sh", "-c", "./app; true", MPROF_FOLLOW="0", status=2,
          expected=r"^ERROR .*only tools of the system were recorded.*MPROF_FOLLOW")
    gated(directory, "--max-peak", "1MiB", "--", "sh", "-c", "./app; true", status=1, expected="^FAILED  app: ")


@case
def programs_that_start_without_the_recorder(directory):
    """By every function that starts one, and counted once; a program of the project's own beside them is judged, and a note tells."""
    build(directory)
    (directory / "start.c").write_text(STARTER)
    compile(directory / "start.c", directory / "start")
    for how in ("execve", "execvpe", "execle", "fexecve", "posix_spawn", "posix_spawnp", "system", "popen"):
        said = gated(directory, "--max-peak", "1MiB", "--", "./start", how, status=0, expected=f"^passed  start {how}: ")
        check(re.search(rf"^note    start {how}: 1 program that it started was not recorded", said, re.M), f"{how}: {said}")
    gated(directory, "--max-peak", "1MiB", "--", "./start", "failing", status=0, absent="not recorded")
    gated(directory, "--max-peak", "1MiB", "--", "./start", "posix_spawn", status=0, MPROF_FOLLOW="0", absent="not recorded")


STARTER = """#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static char *nothing[] = {"PATH=/usr/bin:/bin", NULL}, *app[] = {"./app", NULL};
static void start(const char *how) {
  pid_t pid;
  if (!strcmp(how, "system")) { if (system("true")) exit(3); return; }
  if (!strcmp(how, "popen")) { pclose(popen("true", "r")); return; }
  if (!strcmp(how, "posix_spawn")) { if (posix_spawn(&pid, "./app", NULL, NULL, app, nothing)) exit(3); wait(NULL); return; }
  if (!strcmp(how, "posix_spawnp")) { if (posix_spawnp(&pid, "./app", NULL, NULL, app, nothing)) exit(3); wait(NULL); return; }
  if (fork() == 0) {
    if (!strcmp(how, "execve")) execve("./app", app, nothing);
    if (!strcmp(how, "execvpe")) execvpe("./app", app, nothing);
    if (!strcmp(how, "execle")) execle("./app", "./app", NULL, nothing);
    if (!strcmp(how, "fexecve")) fexecve(open("./app", O_RDONLY), app, nothing);
    if (!strcmp(how, "failing")) execve("./absent", app, nothing);
    _exit(127);
  }
  wait(NULL);
}
int main(int argc, char **argv) {
  if (argc > 1 && (!strcmp(argv[1], "system") || !strcmp(argv[1], "popen"))) unsetenv("LD_PRELOAD");
  start(argv[argc - 1]);
  return 0;
}
"""


# ---- exec ----------------------------------------------------------------------------------------

@case
def what_a_program_did_before_exec(directory):
    """Its peak and what it allocated are its own; what it held then is no leak."""
    build(directory)
    build(directory, "static", "-static")
    gated(directory, "--max-peak", "4MiB", "--", "./app", "exec", "./app", status=1,
          expected=(r"^FAILED  app exec ./app: peak 10.0 MiB", r"^passed  app: peak 2.0 MiB", "at take"))
    gated(directory, "--max-leaked", "0", "--max-leaked-blocks", "0", "--max-peak", "64MiB", "--", "./app", "exec", "./app", status=0,
          expected="note: it went on as another program")
    gated(directory, "--limit", "take:leaked<=0", "--", "./app", "exec", "./app", status=0)
    gated(directory, "--max-peak", "1KiB", "--", "./app", "exec", "true", status=1, expected="^FAILED  app exec true: ",
          absent="no program of a project's own|passed  true")
    gated(directory, "--max-allocations", "1", "--", "./app", "exec", "true", status=1)
    gated(directory, "--max-peak", "64MiB", "--", "./app", "exec", "./static", status=2,
          expected=r"^ERROR   app exec ./static: could not be judged: .*not recorded")
    gated(directory, "--max-peak", "64MiB", "--", "./app", "exec", "env", "-i", "./app", status=2, expected="^ERROR  ")
    for script in ("exec ./app", "exec true"):
        said = gated(directory, "--max-peak", "4MiB", "--", "sh", "-c", script, status=0)
        check_equal(programs_of(said), [script.split()[1].removeprefix("./")], said)


@case
def single_recordings_of_a_run(directory):
    """Of one that is asked for by its name it is not said what others of its run were."""
    build(directory)
    mprof("run", "-q", "-o", "%e.%p.mprof", "--", "sh", "-c", "./app exec ./app; true", directory=directory)
    traces = {path.name: mprof("check", "--max-peak", "1G", path, directory=directory) for path in directory.glob("*.mprof")}
    check_equal(len(traces), 3, traces.keys())
    for name, done in traces.items():
        check_equal((name, done.returncode), (name, 0), done.stdout + done.stderr)
        check("no program of a project's own" not in done.stdout and "not recorded" not in done.stdout, done.stdout)
    done = mprof("check", "--max-peak", "1G", ".", directory=directory)
    check_equal((done.returncode, programs_of(done.stdout)), (0, ["app", "app exec ./app"]), done.stdout)


@case
def baselines_know_what_exec_left(directory):
    build(directory)
    command = ("--baseline", "b.json", "--", "./app", "exec", "./app")
    gated(directory, "--update-baseline", *command, status=0)
    programs = json.loads((directory / "b.json").read_text())["programs"]
    check_equal(sorted(programs), ["app", "app exec ./app"], "keys")
    check_equal(programs["app exec ./app"]["totals"]["leaked"], 0, "leaked")
    gated(directory, *command, status=0, expected="^passed  app exec ./app")


# ---- children that did not end by themselves -----------------------------------------------------

@case
def children_that_were_killed_are_told(directory):
    build(directory)
    script = "./app & ./app crash; wait; exit 0"
    gated(directory, "--max-leaked", "0", "--", "sh", "-c", script, status=0,
          expected=("^passed  app: ", r"^note    app crash: a signal ended it \(6\): judged only"), absent="FAILED")
    for name in FORMATS:
        said = gated(directory, "--max-leaked", "0", f"--format={name}", "--", "sh", "-c", script, status=0)
        check("app crash" in said and "signal" in said, f"{name}: {said}")
    said = gated(directory, "--max-leaked", "0", "--", "sh", "-c", "./app; ./app crash; ./app crash; exit 0", status=0)
    check_equal(len(re.findall("^note ", said, re.M)), 1, said)
    check(re.search(r"^note    app crash: a signal ended 2 of its processes \(6\)", said, re.M), said)
    gated(directory, "--max-leaked", "0", "--", "sh", "-c", "sleep 9 & kill $!; ./app; exit 0", status=0, absent="signal")


@case
def what_killed_children_had_over_a_limit(directory):
    """A peak and sums can only grow; leaks and baselines cannot be judged."""
    build(directory)
    gated(directory, "--max-peak", "4MiB", "--", "sh", "-c", "timeout 1 ./app sleep; ./app; true", status=1,
          expected=("^passed  app: ", r"^FAILED  app sleep: peak 10.0 MiB", r"^note    app sleep: a signal ended it \(15\)", "at take"))
    for limit in ("--max-allocated=4MiB", "--max-allocations=1", "--limit=take:peak<=4MiB"):
        gated(directory, limit, "--", "sh", "-c", "timeout 1 ./app sleep; true", status=1, expected="^FAILED  app sleep: ")
    for limit in ("--max-leaked=0", "--max-leaked-blocks=0", "--limit=take:leaked<=0"):
        gated(directory, limit, "--", "sh", "-c", "./app crash; ./app; true", status=0, expected="^passed  app: ", absent="FAILED")
    gated(directory, "--max-peak", "4MiB", "--", "./app", "fork-crash", status=1, expected=r"FAILED: peak heap: 8.0 MiB")
    said = gated(directory, "--max-peak", "16MiB", "--", "./app", "fork-crash", status=0, expected=r"^note    app fork-crash: .*signal")
    check_equal(programs_of(said), ["app fork-crash"], said)
    gated(directory, "--max-peak", "16MiB", "--", "sh", "-c", "./app crash; true", status=2, expected="nothing .*judged|could not be judged")
    gated(directory, "--baseline", "b.json", "--update-baseline", "--", "sh", "-c", "./app crash; true", status=2, absent="has these figures")
    gated(directory, "--baseline", "b.json", "--update-baseline", "--", "sh", "-c", "./app; ./app crash; true", status=0)
    check_equal(list(json.loads((directory / "b.json").read_text())["programs"]), ["app"], "no figures of what was killed")
    gated(directory, "--baseline", "b.json", "--", "sh", "-c", "./app; ./app crash; true", status=0)


@case
def children_that_still_run(directory):
    build(directory)
    gated(directory, "--max-peak", "4MiB", "--", "./app", "fork-live", status=1,
          expected=("FAILED: peak heap: 8.0 MiB", "^note    app fork-live: .*still ran"))
    gated(directory, "--max-peak", "16MiB", "--max-leaked", "0", "--", "./app", "fork-live", status=0,
          expected=("^passed", "^note    app fork-live: .*still ran"))


# ---- programs of the baseline --------------------------------------------------------------------

@case
def programs_of_the_baseline_that_did_not_run(directory):
    build(directory)
    traces = directory / "t"
    traces.mkdir()
    for word in ("a", "b", "c", "d", "e", "f"):
        mprof("run", "-q", "-o", f"t/{word}.mprof", "--", "./app", word, directory=directory)
    def judged(*arguments, expected=None, status=0):
        done = mprof("check", "--baseline", "b.json", *arguments, directory=directory)
        check_equal(done.returncode, status, done.stdout + done.stderr)
        if expected:
            check(re.search(expected, done.stdout, re.M), f"no {expected!r} in {done.stdout}")
        return done.stdout
    judged("--update-baseline", "t")
    check("not recorded" not in judged("t"), "all are there")
    (traces / "f.mprof").unlink()
    judged("t", expected=r"^note    b.json: of 1 of its programs there is no recording here: 'app f'$")
    check("not recorded" not in judged("t/a.mprof"), "one that was asked for by name")
    for word in "bcde":
        (traces / f"{word}.mprof").unlink()
    judged("t", expected=r"^note    b.json: of 5 of its programs there is no recording here: 'app b', 'app c', 'app d' and 2 more$")
    gated(directory, "--baseline", "b.json", "--", "./app", "a", status=0, absent="no recording")
    said = gated(directory, "--baseline", "b.json", "--", "sh", "-c", "./app a; ./app b; true", status=0,
                 expected="of 4 of its programs there is no recording here: 'app c', 'app d', 'app e' and 1 more")
    check_equal(len(re.findall("^note ", said, re.M)), 1, said)
    check("entries of a baseline" not in mprof("check", "--help").stdout, "what --allow-idle says")


# ---- nothing judged ------------------------------------------------------------------------------

def junit_of(text):
    """{case: element that says what became of it}, and what the file counts."""
    root = ElementTree.fromstring(text)
    cases = {(c.get("classname"), c.get("name")): [e.tag for e in c if e.tag in ("failure", "error", "skipped")] for c in root.iter("testcase")}
    for suite in root.iter("testsuite"):
        check_equal(int(suite.get("skipped")), len(list(suite.iter("skipped"))), f"skipped of {suite.get('name')}")
        check_equal(int(suite.get("tests")), len(list(suite.iter("testcase"))), f"tests of {suite.get('name')}")
    return cases


@case
def programs_of_which_no_bound_was_judged(directory):
    build(directory)
    (directory / "p.gate").write_text('programs = ( { program = "nonex*"; optional = true; limits = { peak = "2 MiB"; }; } );')
    command = ("--gate", "p.gate", "--", "./app")
    gated(directory, *command, status=0, expected="^not judged  app: peak 2.0 MiB", absent="passed")
    cases = junit_of(gated(directory, "--format=junit", *command, status=0))
    check_equal(set(map(tuple, cases.values())), {("skipped",)}, cases)
    markdown = gated(directory, "--format=markdown", *command, status=0)
    check("passed" not in markdown and "`app`, **not judged**" in markdown, markdown)
    told = json.loads(gated(directory, "--format=json", *command, status=0))
    check_equal([p["judged"] for p in told["programs"]], [False], told)


@case
def limits_that_judged_nothing_are_green_nowhere(directory):
    build(directory)
    for arguments, status in ((("--allow-idle",), 0), ((), 2)):
        command = (*arguments, "--limit", "foo:leaked<=0", "--", "./app")
        cases = junit_of(gated(directory, "--format=junit", *command, status=status))
        check_equal(cases["app", "leaked of foo against limit"], ["skipped"], cases)
        check_equal(cases["gate", "--limit foo:leaked<=0"], ["skipped" if status == 0 else "error"], cases)
        check("1 passed" not in gated(directory, "--format=markdown", *command, status=status), "Markdown")
        told = json.loads(gated(directory, "--format=json", *command, status=status))
        check_equal((told["outcomes"]["passed"], told["outcomes"]["not_judged"]), (0, 1), told["outcomes"])
        check_equal([v["outcome"] for p in told["programs"] for v in p["verdicts"]], ["not_judged"], "JSON")
        check(re.search("^not judged  app: ", gated(directory, *command, status=status), re.M), "text")
    cases = junit_of(gated(directory, "--format=junit", "--allow-idle", "--max-peak=4M", "--limit", "foo:leaked<=0", "--", "./app", status=0))
    check_equal(cases["app", "peak heap against limit"], [], cases)
    gated(directory, "--allow-idle", "--max-peak=4M", "--limit", "foo:leaked<=0", "--", "./app", status=0, expected="^passed  app")


# ---- tools ----------------------------------------------------------------------------------------

@case
def addresses_have_their_module(directory):
    shell = os.path.basename(os.path.realpath(shutil.which("sh")))
    said = gated(directory, "--max-allocations", "0", "--", "sh", "-c", "true", status=1, expected="a tool of the system.*to leave it out")
    if "0x" in said:  # it has no symbols
        check(re.search(rf"^ +at 0x[0-9a-f]+ \({shell}\): [0-9]+$", said, re.M), said)
    check(not re.search(r"(at|called from) 0x[0-9a-f]+(:|$)", said, re.M), said)
    build(directory, "stripped", "-s")
    for name in FORMATS:
        said = gated(directory, "--max-peak", "1", f"--format={name}", "--", "./stripped", status=1)
        check(re.search(r"0x[0-9a-f]+ \(stripped\)|\"module\": \"stripped\"", said), f"{name}: {said}")


def installed(directory, program, place):
    """A copy of a program of the system where another tool would lie."""
    path = directory / place
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(shutil.which(program), path)
    return str(path)


@case
def tools_that_drive_tests(directory):
    build(directory)
    for place in ("home/.cargo/bin/cargo-nextest", "home/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/bin/cargo", "rustup/toolchains/1/bin/cargo",
                  "home/.local/bin/ninja", "home/.pyenv/versions/3.12/bin/python3.12", "opt/.venv/bin/meson"):
        tool = installed(directory, "dash" if shutil.which("dash") else "bash", place)
        said = gated(directory, "--max-leaked", "0", "--", tool, "-c", "./app; true", status=0, expected="^passed  app: ")
        check_equal(programs_of(said), ["app"], f"{place}: {said}")
        gated(directory, "--max-leaked", "0", "--", tool, "-c", "env -i ./app; true", status=2, expected="only tools")
    own = installed(directory, "dash" if shutil.which("dash") else "bash", "build/mine")
    check_equal(len(programs_of(gated(directory, "--max-peak", "1G", "--", own, "-c", "./app; true", status=0))), 2, "a program of the project's own")


@case
def tools_that_a_gate_names(directory):
    """Beside programs of the project's own a tool is judged by what is said of it by name, and by nothing else."""
    build(directory)
    gate = directory / "mprof.gate"
    gate.write_text('limits = { leaked = 0; }; programs = ( { program = "sh"; limits = { peak = %s; }; } );' % '"1G"')
    gated(directory, "--gate", "mprof.gate", "--", "sh", "-c", "./app; true", status=0, expected=("^passed  app: ", "^passed  sh -c ./app; true"))
    gate.write_text('limits = { leaked = 0; }; programs = ( { program = "sh"; limits = { peak = 1; }; } );')
    gated(directory, "--gate", "mprof.gate", "--", "sh", "-c", "./app; true", status=1, expected=("^passed  app: ", "^FAILED  sh -c ./app; true"),
          absent="FAILED: leaked")


# ---- names ----------------------------------------------------------------------------------------

@case
def a_name_among_several_programs(directory):
    build(directory)
    build(directory, "other")
    name = ("--max-peak", "1G", "--name", "suite")
    said = gated(directory, *name, "--", "./app", status=0, absent="note")
    check_equal(programs_of(said), ["suite"], said)
    said = gated(directory, *name, "--", "sh", "-c", "./app; ./other; true", status=0,
                 expected="^note    --name suite: names none of the programs that were judged")
    check_equal(programs_of(said), ["app", "other"], said)
    said = gated(directory, *name, "--", "./app", "exec", "./other", status=0,
                 expected="^note    --name suite: names one of 2 programs: the one that was started")
    said = gated(directory, *name, "--", "sh", "-c", "./app; true", status=0, absent="note")
    check_equal(programs_of(said), ["suite"], said)
    for program in ("app", "other"):
        mprof("run", "-q", "-o", f"{program}.mprof", "--", f"./{program}", directory=directory)
    done = mprof("check", *name, "app.mprof", "other.mprof", directory=directory)
    check(re.search("^note    --name suite: names 2 programs as one: 'app', 'other'", done.stdout, re.M), done.outcome)


run_cases()
