"""What is recorded: programs of this folder, and real ones.  Each has a full size and a small one, for slow recorders."""

import dataclasses
import functools
import pathlib
import shutil
import subprocess
import typing

import inputs

SQL = """create table t(a integer primary key, b text);
with recursive c(n) as (select 1 union all select n + 1 from c where n < {}000)
    insert into t select n, printf('%d-%x', n * 7919 % 1000003, n) from c;
create index i on t(b); select count(*), max(b) from t;"""
PYTHON = ("import json\nfor i in range({}):\n    d = {{str(k): [k, str(k) * 3] for k in range(20000)}}\n"
          "    json.loads(json.dumps(d))")
NODE = """let total = 0;
for (let i = 0; i < {}; i++) {{
  const text = JSON.stringify(Array.from({{length: 2000}}, (_, k) => ({{name: 'item ' + k, place: [i, k], data: Buffer.from('b' + k)}})));
  total += JSON.parse(text).length + require('zlib').deflateSync(text).length;
}}
console.log(total);"""
JAVA = """public class Words {{
    public static void main(String[] arguments) throws Exception {{
        long total = 0;
        for (int i = 0; i < {}; i++) {{
            var out = new java.io.ByteArrayOutputStream();
            try (var zip = new java.util.zip.GZIPOutputStream(out)) {{
                zip.write(("a text that is number " + i).repeat(50).getBytes());
            }}
            total += out.size();
        }}
        System.out.println(total);
    }}
}}"""
SLOTS_IN_CACHE = 1000
SHELL_LOOP = 'i=0; while [ "$i" -lt {} ]; do /bin/true; i=$((i + 1)); done'


@dataclasses.dataclass
class Workload:
    name: str
    full: int  # sizes, in the workload's own unit
    small: int
    command: typing.Callable  # size -> argv
    env: dict = dataclasses.field(default_factory=dict)
    drive: typing.Callable = None  # (directory, size), while it runs
    start_up: bool = False  # has no events to speak of
    children: bool = False  # does its work in child processes
    repeats: int = 1  # runs per round
    threads: int = 0  # of a program whose number of them is chosen
    prepare: typing.Callable = None  # size -> None: makes what the command reads

    def missing(self):
        program = self.command(self.small)[0]
        return None if shutil.which(str(program)) else f"{pathlib.Path(program).name} is not installed"


@functools.lru_cache
def _cc1():
    if not shutil.which("gcc"):
        return "cc1"
    done = subprocess.run(["gcc", "-print-prog-name=cc1"], capture_output=True, text=True)
    return done.stdout.strip() or "cc1"


def path_of(program):
    """The file that is run, as a report wants it."""
    return pathlib.Path(shutil.which(str(program))).resolve()


def _once(make, path, size):
    if not path.exists():
        make(path, size)


def _named(what, threads):
    return f"{what}, {threads} thread{'s' * (threads > 1)}"


def _threaded(name, threads, program, *more, thousands=3000):
    return Workload(name, thousands, thousands // 20, lambda size: [program, size, threads, *more], threads=threads)


def _own_programs(bench):
    pairs = [Workload(f"pairs, depth {depth}", 10000, 500, lambda size, depth=depth: [bench / "pairs", size, depth])
             for depth in (1, 10, 40)]
    live = [_threaded(name, threads, bench / "live_set")
            for threads, name in ((1, "random live set"), (2, "live sets, 2 threads"), (4, "live sets, 4 threads"), (64, "live sets, 64 threads"))]
    own = [_threaded(_named("own frees", threads), threads, bench / "live_set", SLOTS_IN_CACHE, thousands=10000)
           for threads in (1, 2, 4)]
    handed = [_threaded(_named("handed over", threads), threads, bench / "handover") for threads in (1, 2, 4)]
    return [*pairs, *live, *own, *handed,
            Workload("C++ maps", 60, 3, lambda size: [bench / "maps", size]),
            Workload("C++ server", 1500, 75, lambda size: [bench / "server", size]),
            Workload("recursive descent", 200000, 10000, lambda size: [bench / "descent", size]),
            Workload("Rust words", 60, 3, lambda size: [bench / "words", size])]


def _git(directory):
    def repository(size):
        return directory / f"repository-{size}"

    def git(*arguments):
        return lambda size: ["git", "-C", repository(size), "--no-pager", "-c", "pack.threads=1", *arguments]

    common = {"env": {"GIT_CONFIG_NOSYSTEM": "1", "HOME": str(directory)},
              "prepare": lambda size: _once(inputs.make_repository, repository(size), size)}
    return [Workload("git log -p", 3000, 300, git("log", "-p", "--stat"), **common),
            Workload("git pack-objects", 3000, 300, git("pack-objects", "--all", "--no-reuse-delta", "-q", "--stdout"), **common)]


def _real_programs(directory):
    def unit(size):
        return directory / f"unit-{size}.c"

    redis = ["redis-server", "--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "no"]
    return [
        Workload("sqlite3", 1000, 50, lambda size: ["sqlite3", ":memory:", SQL.format(size)]),
        Workload("redis", 80, 5, lambda size: redis, drive=inputs.drive_redis),
        Workload("python3", 40, 2, lambda size: ["/usr/bin/python3", "-S", "-c", PYTHON.format(size)],
                 env={"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"}),
        Workload("jq", 100, 5, lambda size: ["jq", "-c", "map(.place[0] += 1)", directory / f"records-{size}.json"],
                 prepare=lambda size: _once(inputs.make_records, directory / f"records-{size}.json", size)),
        Workload("node", 300, 15, lambda size: ["node", "-e", NODE.format(size)]),
        Workload("java", 20000, 1000, lambda size: ["java", "-XX:+UseSerialGC", directory / f"java-{size}" / "Words.java"],
                 prepare=lambda size: _once(inputs.make_java, directory / f"java-{size}" / "Words.java", JAVA.format(size))),
        *_git(directory),
        Workload("cc1 -O2", 150, 15, lambda size: [_cc1(), "-quiet", "-O2", unit(size), "-o", "/dev/null"],
                 prepare=lambda size: _once(inputs.make_translation_unit, unit(size), size))]


def all_workloads(bench, directory):
    """Those of the build's tests/bench folder and those of the system; inputs are made in `directory`."""
    return [*_own_programs(bench), *_real_programs(directory),
            Workload("true", 1, 1, lambda size: ["/bin/true"], start_up=True, repeats=10),
            Workload("1,000 x true", 1000, 100, lambda size: ["/bin/sh", "-c", SHELL_LOOP.format(size)],
                     start_up=True, children=True)]
