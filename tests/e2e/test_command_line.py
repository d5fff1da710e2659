"""What commands show of recordings, apart from reports: lists, colours, warnings, completions."""

import json
import re
import shutil

from harness import case, check, check_equal, compile, mprof, needs, run, run_cases

PROGRAM = """#include <stdlib.h>
int main(void) { volatile char *p = malloc(3000); p[0] = 1; free((void *)p); return 0; }
"""


def recorded(directory, *flags, source=PROGRAM):
    (directory / "program.c").write_text(source)
    compile(directory / "program.c", directory / "program", *flags)
    done = mprof("run", "-q", "-o", "one.mprof", "--", "./program", directory=directory)
    check_equal(done.returncode, 0, done.stderr)


@case
def list_shows_peak_duration_and_size(directory):
    recorded(directory)
    row = json.loads(mprof("list", "--format", "json", directory=directory).stdout)[0]
    check_equal((row["peak_bytes"], row["file_bytes"]), (3000, (directory / "one.mprof").stat().st_size), f"figures of {row}")
    check(0 < row["duration_ns"] < 60e9, f"duration of {row}")
    text = mprof("list", directory=directory).stdout.splitlines()
    check_equal(text[0].split(), ["Index", "Trace", "Started", "State", "Peak", "Duration", "Size", "Command"], "headings")
    check("2.9 KiB" in text[1], text[1])


@case
def colour_when_it_is_asked_for(directory):
    recorded(directory)
    for command in (("report", "one.mprof"), ("check", "--max-peak", "1", "one.mprof")):
        for when, colored in (("always", True), ("never", False), ("auto", False)):
            done = mprof(command[0], f"--color={when}", *command[1:], directory=directory, NO_COLOR="1")
            check_equal("\033[" in done.stdout, colored, f"{command[0]} --color={when}: colour")
    done = mprof("report", "--color=sometimes", directory=directory)
    check_equal((done.returncode, done.stderr.count("always, never or auto")), (2, 1), done.stderr)


@case
def many_warnings_are_one(directory):
    names = [f"l{i}" for i in range(6)]
    for name in names:
        (directory / f"{name}.c").write_text(f"#include <stdlib.h>\nvoid *{name}(void) {{ return malloc(10); }}\n")
        compile(directory / f"{name}.c", directory / f"lib{name}.so", "-g0", "-shared", "-fPIC")
    calls = " ".join(f"void *{name}(void); free({name}());" for name in names)
    recorded(directory, f"-L{directory}", f"-Wl,-rpath,{directory}", *(f"-l{name}" for name in names),
             source=f"#include <stdlib.h>\nint main(void) {{ {calls} return 0; }}\n")
    text = mprof("report", "one.mprof", directory=directory).stdout
    check_equal(re.findall("warning: (.*)", text), ["6 modules lack lines or names of functions; --warnings says which, and why"], "few")
    check_equal(len(re.findall("warning: .*-g", mprof("report", "--warnings", "one.mprof", directory=directory).stdout)), 6, "all")
    done = mprof("report", "--format", "json", "one.mprof", directory=directory)
    check_equal(done.stderr.count("warning:"), 1, f"beside data: {done.stderr}")


def completed(directory, *words):
    """What bash would offer for the last word."""
    script = (directory / "mprof.bash").absolute()
    words_text = " ".join(f"'{word}'" for word in ("mprof", *words))
    done = run(["bash", "-c", f"compopt() {{ :; }}; . {script}; COMP_WORDS=({words_text}); COMP_CWORD={len(words)}; _mprof; "
                              'printf "%s\\n" "${COMPREPLY[@]}"'], directory)
    check_equal((done.returncode, done.stderr), (0, ""), done.stdout)
    return done.stdout.split()


@case
def completions(directory):
    """Of the option tables: what help shows is what shells offer."""
    needs("bash")
    (directory / "mprof.bash").write_text(mprof("help", "--completion", "bash").stdout)
    commands = re.findall(r"^  (\w+) ", mprof("help").stdout, re.M)
    check_equal(completed(directory, ""), commands, "commands")
    check_equal(completed(directory, "re"), ["report"], "a beginning")
    for command in commands[:-1]:
        options = set(re.findall(r"^ +(?:-\w, +)?(--[a-z-]+)", mprof("help", command).stdout, re.M))
        check_equal({option.rstrip("=") for option in completed(directory, command, "--")}, options, f"options of {command}")
    check_equal(completed(directory, "report", "--wa"), ["--warnings"], "an option without a value")
    check_equal(completed(directory, "run", "./mprof"), ["./mprof.bash"], "files")
    for shell in ("zsh", "fish"):
        text = mprof("help", "--completion", shell).stdout
        for option in ("--allow-idle", "--warnings") if shell == "zsh" else ("-l allow-idle", "-l warnings"):
            check(option in text, f"{shell}: {option}")
        if shutil.which(shell):
            (directory / shell).write_text(text)
            check_equal(run([shell, "-n", directory / shell], directory).outcome, (0, "", ""), f"syntax of {shell}")
    done = mprof("help", "--completion", "tcsh")
    check_equal((done.returncode, done.stderr), (2, "mprof: no completion for 'tcsh'; there is one for bash, zsh, fish\n"), "another shell")


run_cases()
