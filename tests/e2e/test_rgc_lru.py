"""rgc_lru_cache does what functools.lru_cache does, call by call.

Random scripts of calls, some of which fail, clear the cache, or call it again, are carried out by both; after each
line the result (results are numbered, so that it shows which was kept) and the cache's figures must agree.
"""

import functools
import random

from harness import BUILD, case, check_equal, run, run_cases

UNBOUNDED = -9
KINDS = {"i": int, "h": lambda text: int(text) + 0.5, "f": float, "s": str, "l": lambda text: []}


class Reference:
    """functools.lru_cache around a function with the rules of programs/rgc_lru.c."""

    def __init__(self):
        self.serial = self.depth = 0

    def new(self, maxsize, typed):
        self.cache = functools.lru_cache(None if maxsize == UNBOUNDED else maxsize, bool(typed))(self.function)

    def function(self, *arguments, **keywords):
        number = int(arguments[0])
        if number % 11 == 5:
            raise ValueError
        if number % 13 == 6:
            self.cache.cache_clear()
        if number % 7 == 3:
            self.cache(number // 2)
        if number % 5 == 4 and self.depth < 2:
            self.depth += 1
            try:
                self.cache(*arguments, **keywords)
            finally:
                self.depth -= 1
        self.serial += 1
        return self.serial

    def call(self, words):
        positional, keywords = [], {}
        for word in words:
            name, _, value = word.rpartition("=")
            argument = KINDS[value[0]](value[1:])
            if name:
                keywords[name] = argument
            else:
                positional.append(argument)
        try:
            return f"{self.cache(*positional, **keywords)} "
        except (ValueError, TypeError):
            return "-1 "

    def line(self, line):
        verb, *words = line.split()
        result = ""
        if verb == "new":
            self.new(*map(int, words))
        elif verb == "clear":
            self.cache.cache_clear()
        else:
            result = self.call(words)
        hits, misses, maxsize, size = self.cache.cache_info()
        return f"{result}{hits} {misses} {UNBOUNDED if maxsize is None else maxsize} {size}"


def random_call(rng, numbers):
    """The first argument is no float with the value of an integer: functools keeps f(3) and f(3.0) apart, though
    not f(3, 3) and f(3, 3.0), and says that callers should not count on either."""
    words = [rng.choice("ihs") + str(rng.randrange(numbers))]
    while rng.random() < 0.3:
        words.append("l" if rng.random() < 0.02 else rng.choice("iifs") + str(rng.randrange(3)))
    for name in rng.sample(["a", "b", "c"], rng.choice([0, 0, 0, 1, 2])):
        words.append(f"{name}={rng.choice('if')}{rng.randrange(2)}")
    return "call " + " ".join(words)


def script(seed):
    rng = random.Random(seed)
    lines = []
    for maxsize in (UNBOUNDED, -1, 0, 1, 2, 3, 5, 16, 128):
        lines.append(f"new {maxsize} {rng.randrange(2)}")
        numbers = rng.choice([4, 12, 40])
        for _ in range(600):
            lines.append("clear" if rng.random() < 0.005 else random_call(rng, numbers))
    return lines


def compare(seed, directory):
    lines = script(seed)
    done = run([BUILD / "tests/e2e/rgc_lru"], directory, input="\n".join(lines) + "\n")
    check_equal((done.returncode, done.stderr), (0, ""), f"seed {seed}: how it ended")
    got = done.stdout.splitlines()
    check_equal(len(got), len(lines), f"seed {seed}: lines")
    reference = Reference()
    for number, (line, answer) in enumerate(zip(lines, got), 1):
        check_equal(answer, reference.line(line), f"seed {seed}, line {number}, {line}")


@case
def random_scripts_give_what_functools_gives(directory):
    for seed in range(10):
        compare(seed, directory)


run_cases()
