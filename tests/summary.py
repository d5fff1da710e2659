"""Adds up results, NAME=FILE (JUnit of `meson test`) or NAME:OUTCOME; ends with "N passed, N failed, N skipped"."""

import json
import os
import sys
import xml.etree.ElementTree as ElementTree


def reason(case, suite):
    """Why a case was skipped: meson keeps what TAP says in the case, and what a test printed in the suite."""
    lines = (case.findtext("system-out") or suite.findtext("system-out") or "").splitlines()
    return lines[-1] if lines else ""


def complaint(case, suite):
    """What a failed case printed of itself: TAP comments that name it, or what its whole program printed last."""
    name = (case.get("name") or "").rpartition(" - ")[2]
    lines = f"{suite.findtext('system-out') or ''}\n{suite.findtext('system-err') or ''}".splitlines()
    own = [line for line in lines if line.startswith(f"# {name}:")]
    return " | ".join(own[:1] or [line for line in lines if line.strip()][-5:])[:2000]


def bad_ends(path):
    """{test: how it ended} of those that did not end well.  JUnit's cases do not tell of time-outs, nor of a program that failed after its last."""
    with open(path) as log:
        ends = {test["name"]: test["result"] for test in map(json.loads, log)}
    return {name: end for name, end in ends.items() if end not in ("OK", "SKIP", "EXPECTEDFAIL")}


def results(name, path):
    """(outcome, title, reason) of each case; a file that is missing is a failed case."""
    if not os.path.exists(path):
        yield "failed", f"{name}: it left no results", ""
        return
    bad = bad_ends(path.replace(".junit.xml", ".json"))
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            title = f"{name}: {suite.get('name')}: {case.get('name')}"
            if case.find("skipped") is not None:
                yield "skipped", title, reason(case, suite)
            elif case.find("failure") is not None or case.find("error") is not None:
                for test in (case.get("name"), suite.get("name").partition(".")[2]):
                    bad.pop(test, None)
                yield "failed", title, complaint(case, suite)
            elif case.get("name") not in bad:
                yield "passed", title, ""
    yield from (("failed", f"{name}: {test}", end.lower()) for test, end in bad.items())


def all_results(arguments):
    for argument in arguments:
        if "=" in argument:
            yield from results(*argument.split("=", 1))
        else:
            name, outcome = argument.split(":")
            yield outcome, name, ""


def main(arguments):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for outcome, title, why in all_results(arguments):
        counts[outcome] += 1
        if outcome != "passed":
            print(f"{outcome}: {title}" + (f" ({why})" if why else ""))
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    return 1 if counts["failed"] or not counts["passed"] else 0


sys.exit(main(sys.argv[1:]))
