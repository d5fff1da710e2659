"""Output of `mprof check` as others read it: schemas, GitHub's runner and renderer, GitLab."""

import html.parser
import json
import re
import subprocess
import xml.etree.ElementTree

from harness import SOURCE, Skip, check, needs

SCHEMAS = SOURCE / "tests/data/schemas"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

# As Bencher publishes it: https://bencher.dev/docs/reference/bencher-metric-format
BENCHER = {"type": "object", "patternProperties": {".+": {"type": "object", "patternProperties": {".+": {
    "type": "object", "properties": {name: {"type": "number"} for name in ("value", "lower_value", "upper_value")},
    "required": ["value"]}}}}}
ACTION_BENCHMARK = {"type": "array", "items": {
    "type": "object", "required": ["name", "unit", "value"], "additionalProperties": False, "properties": {
        "name": {"type": "string"}, "unit": {"type": "string"}, "value": {"type": "number"},
        "range": {"type": "string"}, "extra": {"type": "string"}}}}


def jsonschema():
    try:
        import jsonschema as module
    except ImportError:
        raise Skip("python3-jsonschema is not installed")
    return module


def faults_of_sarif(log):
    schema = json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text())
    validator = jsonschema().validators.validator_for(schema)
    validator.check_schema(schema)
    return [error.message for error in validator(schema).iter_errors(log)]


def faults_of_junit(text):
    """What Jenkins' schema has to say of it; empty when valid."""
    done = subprocess.run([needs("xmllint"), "--noout", "--schema", SCHEMAS / "jenkins-junit.xsd", "-"],
                          capture_output=True, input=text.encode(), timeout=60)
    return done.stderr.decode(errors="replace")[:500] if done.returncode != 0 else ""


def cases_as_gitlab_reads_them(text):
    """{(suite, name): (status, output)}: the suite is classname, and of equal pairs the first is kept."""
    cases = {}
    for element in xml.etree.ElementTree.fromstring(text).iter("testcase"):
        key = element.get("classname"), element.get("name")
        for status in ("failure", "error", "skipped"):
            if element.find(status) is not None:
                cases.setdefault(key, (status, element.findtext(status)))
        cases.setdefault(key, ("success", element.findtext("system-out")))
    return cases


def commands(text):
    """(command, {property: value}, message) as the runner of GitHub Actions parses lines."""
    def decode(value, *rules):
        for code, character in rules:
            value = value.replace(code, character)
        return value
    found = []
    for line in re.split("\r\n|\r|\n", text.rstrip("\n")) if text else []:
        match = re.fullmatch(r"::(\w+)(?: ([^:]*))?::(.*)", line)
        check(match, f"a command: {line!r}")
        basic = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
        properties = dict(part.split("=", 1) for part in match[2].split(","))
        found.append((match[1], {name: decode(value, ("%3A", ":"), ("%2C", ","), *basic)
                                 for name, value in properties.items()}, decode(match[3], *basic)))
    return found


def cleaned(name):
    """What clean_print() promises of a name that JSON already holds as valid Unicode."""
    name = re.sub("[\t-\r\u2028\u2029]", " ", name)
    return re.sub("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", "\ufffd", name)


class Rendered(html.parser.HTMLParser):
    """Tags, cells by row, and the text of code elements, of Markdown as GitHub's own renderer makes it HTML."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.rows, self.code, self._open = set(), [], [], False
        done = subprocess.run([needs("cmark-gfm"), "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough"],
                              input=text.encode(), capture_output=True, check=True, timeout=60)
        self.feed(done.stdout.decode())

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self._open = tag == "code"
        if tag == "code":
            self.code.append("")
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1

    def handle_endtag(self, tag):
        self._open = False

    def handle_data(self, data):
        if self._open:
            self.code[-1] += data
