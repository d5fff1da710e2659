"""What a recording says of traced lines."""

import json
import re

from harness import check_equal, mprof

PYTHON = "/usr/bin/python3"  # whose packages Debian's are


def tags_of(source):
    """By word behind // or #, its line."""
    found = (re.search(r"(?://|#) (\w+)$", line) for line in source.read_text().splitlines())
    return {match.group(1): number for number, match in enumerate(found, 1) if match}


def traced(trace, *arguments):
    """By line: (hits, whether it is traced), of all tables."""
    done = mprof("report", "--format", "json", *arguments, trace)
    check_equal(done.returncode, 0, done.stderr)
    return {line["line"]: line["hits"] for function in json.loads(done.stdout)["functions"] for line in function["lines"] if "hits" in line}
