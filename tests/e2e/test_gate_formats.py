"""`mprof check` of a real program whose names are hostile, in all formats at once."""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "formats"))

from harness import SOURCE, case, check, check_equal, compile, mprof, record, run_cases  # noqa: E402
from readers import (ACTION_BENCHMARK, BENCHER, Rendered, cases_as_gitlab_reads_them, commands,  # noqa: E402
                     faults_of_junit, faults_of_sarif, jsonschema)

FUNCTION = "operator|"
FILE = "src,1%:2/a|b `c` <i>.cpp"
KEY = "k|e`y`, %0A: <script>]]>"

PROGRAM = """
#include <cstdlib>
struct shelf {};
void *volatile kept;
#line 12 "%s/%s"
static void *operator|(const shelf &, size_t size) { return malloc(size); }
int main(int argc, char **) { kept = shelf() | (argc > 1 ? 3 << 20 : 1 << 20); return 0; }
"""
FORMATS = ("text", "json", "markdown", "github", "junit", "sarif", "action-benchmark", "bencher", "html")


def checked(trace, directory, *arguments):
    return mprof("check", str(trace), "--name", KEY, "--baseline", "base.json", *arguments, directory=directory,
                 GITHUB_WORKSPACE=directory, GITHUB_STEP_SUMMARY=directory / "summary.md")


@case
def a_regression_under_hostile_names_is_told_in_every_format(directory):
    (directory / "program.cpp").write_text(PROGRAM % (directory, FILE))
    program = compile(directory / "program.cpp", directory / "program", "-O0")
    before = record([program], directory).trace()
    made = checked(before, directory, "--update-baseline")
    check_equal(made.returncode, 0, made.stderr)
    trace = record([program, "more"], directory).trace()
    done = checked(trace, directory, *(f"--format={name}=out.{name}" for name in FORMATS))
    check_equal(done.returncode, 1, f"a breach; {done.stderr}")
    texts = {name: (directory / f"out.{name}").read_text() for name in FORMATS}

    verdicts = json.loads(texts["json"])["programs"][0]["verdicts"]
    breach = next(v for v in verdicts if v["outcome"] == "failed" and v["figure"] == "peak")
    site = breach["contributors"][0]
    check(FUNCTION in site["function"], f"JSON: {site}")
    check_equal((site["file"], site["line"]), (FILE, 12), "JSON: site")

    check_equal(faults_of_sarif(json.loads(texts["sarif"])), [], "SARIF")
    check_equal(faults_of_junit(texts["junit"]), "", "JUnit")
    check_equal(cases_as_gitlab_reads_them(texts["junit"])[KEY, "peak heap against baseline"][0], "failure", "JUnit")
    files = {properties["file"] for level, properties, _ in commands(texts["github"]) if level == "error"}
    check_equal(files, {FILE}, "GitHub: file")
    check(all(KEY in properties["title"] and FUNCTION in message
              for _, properties, message in commands(texts["github"])), texts["github"])
    check(KEY in Rendered(texts["markdown"]).code, "Markdown: the program's name")
    check_equal((directory / "summary.md").read_text().count(texts["markdown"]), 1, "the job's summary")
    jsonschema().validate(json.loads(texts["action-benchmark"]), ACTION_BENCHMARK)
    jsonschema().validate(json.loads(texts["bencher"]), BENCHER)
    check(KEY in json.loads(texts["bencher"]), "Bencher: the program's name")


@case
def help_manual_and_guide_name_every_format(directory):
    complaint = mprof("check", "--max-peak", "1", "--format", "nonsense", directory=directory).stderr
    check_equal(tuple(re.search("one of: ([^;]*);", complaint)[1].split(", ")), FORMATS, "the table")
    for command in ("check", "run"):
        text = " ".join(mprof(command, "--help").stdout.split())
        check_equal(re.search(r"--format=\S+ One of (.*?) \(default text\);", text)[1], ", ".join(FORMATS), f"{command} --help")
    manual, guide = (SOURCE / "man/mprof-check.1.in").read_text(), (SOURCE / "doc/ci.md").read_text()
    check_equal([name for name in FORMATS if not re.search(rf"^\.Cm {name}\b", manual, re.MULTILINE)], [], "not in the manual")
    check_equal([name for name in FORMATS if not re.search(rf"(?:`|--format ){name}\b", guide)], [], "not in doc/ci.md")


run_cases()
