"""The part of rgc_script.py about frozensets, deques, counters, defaultdicts, arrays and bytes."""

import array
import collections


def commands(roots, made, value, argument, out):
    """By verb; words are literals here as well: 1, 2.5, 'text', b:00ff, True, None."""

    def any_value(text):
        literal = text[0] in "0123456789-'" or text.startswith("b:") or text in ("True", "False", "None")
        return argument(text) if literal else value(text)

    def with_result(verb, function):
        """A command that writes what the function returns; done without a value is True."""
        def command(w, _):
            try:
                result = repr(function(*w))
            except (IndexError, KeyError, OverflowError, TypeError, ValueError):
                result = "error"
            out(f"{verb} {' '.join(w)} -> {result}\n")
        return command

    def silent(function):
        return lambda w, _: function(*w)

    def done(function):
        def call(*arguments):
            function(*arguments)
            return True
        return call

    def move(name, key, last):
        """A plain dictionary cannot, and an ordered one is not that of rgc's."""
        pairs = roots[name]
        if any_value(key) not in pairs:
            raise KeyError
        first = [(k, v) for k, v in pairs.items() if k == any_value(key)]
        rest = [(k, v) for k, v in pairs.items() if k != any_value(key)]
        pairs.clear()
        pairs.update(rest + first if last == "last" else first + rest)

    def popitem(name, last):
        pairs = roots[name]
        key = list(pairs)[-1 if last == "last" else 0]
        return key, pairs.pop(key)

    def combined(left, operator, right):
        a, b = roots[left], roots[right]
        return a + b if operator == "+" else a - b if operator == "-" else a | b if operator == "|" else a & b

    def number(text):
        return float(text) if "." in text else int(text)

    results = {
        "show": any_value,
        "same": lambda a, b: any_value(a) == any_value(b),
        "pop": lambda d: roots[d].pop(),
        "popleft": lambda d: roots[d].popleft(),
        "at": lambda d, i: roots[d][int(i)],
        "storeat": done(lambda d, i, x: roots[d].__setitem__(int(i), any_value(x))),
        "removeat": done(lambda d, i: roots[d].__delitem__(int(i))),
        "takeout": done(lambda d, x: roots[d].remove(any_value(x))),
        "subset": lambda a, b: roots[a] <= roots[b],
        "hasmember": lambda f, x: any_value(x) in roots[f],
        "members": lambda f: sorted(map(repr, roots[f])),
        "countof": lambda c, x: roots[c][any_value(x)],
        "total": lambda c: sum(roots[c].values()),
        "common": lambda c, n: roots[c].most_common(int(n)),
        "groups": lambda d: dict(roots[d]),
        "movetoend": done(move),
        "popitem": popitem,
        "number": done(lambda a, n: roots[a].append(number(n))),
        "setnumber": done(lambda a, i, n: roots[a].__setitem__(int(i), int(n))),
        "getnumber": lambda a, i: roots[a][int(i)],
        "delnumber": done(lambda a, i: roots[a].__delitem__(int(i))),
        "slice": lambda b, i, j: any_value(b)[int(i):int(j)],
        "find": lambda b, part, i, j: any_value(b).find(any_value(part), int(i), int(j)),
        "concat": lambda a, b: any_value(a) + any_value(b),
    }
    others = {
        "deque": lambda d, n=None: made(d, collections.deque(maxlen=None if n is None else int(n))),
        "push": lambda d, x: roots[d].append(any_value(x)),
        "pushleft": lambda d, x: roots[d].appendleft(any_value(x)),
        "extend": lambda d, *x: roots[d].extend(list(map(any_value, x))),
        "extendleft": lambda d, *x: roots[d].extendleft(list(map(any_value, x))),
        "rotate": lambda d, n: roots[d].rotate(int(n)),
        "frozenset": lambda f, *x: made(f, frozenset(map(any_value, x))),
        "frozen": lambda f, operation, a, b: made(f, getattr(roots[a], operation)(roots[b])),
        "counter": lambda c: made(c, collections.Counter()),
        "tally": lambda c, x, n: roots[c].update({any_value(x): int(n)}),
        "setcount": lambda c, x, n: roots[c].__setitem__(any_value(x), int(n)),
        "uncount": lambda c, x: roots[c].__delitem__(any_value(x)),
        "update": lambda c, other: roots[c].update(roots[other]),
        "subtract": lambda c, other: roots[c].subtract(roots[other]),
        "combine": lambda c, a, operator, b: made(c, combined(a, operator, b)),
        "defaultdict": lambda d: made(d, collections.defaultdict(list)),
        "group": lambda d, key, x: roots[d][any_value(key)].append(any_value(x)),
        "pair": lambda d, key, x: roots[d].__setitem__(any_value(key), any_value(x)),
        "array": lambda a, code: made(a, array.array(code)),
    }
    return {**{verb: with_result(verb, function) for verb, function in results.items()},
            **{verb: silent(function) for verb, function in others.items()}}
