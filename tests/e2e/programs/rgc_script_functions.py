"""The functions that scripts call with values, in Python; rgc_script_functions.h says how, and does the same with rgc."""

import ast
import bisect
import heapq
import itertools

END = object()


def given(word, variables):
    """A variable, or a literal."""
    return ast.literal_eval(word) if word[0] in "'[({-0123456789" else variables[word]


def countdown(start):
    for left in range(start, 0, -1):
        if left == 13:
            raise ZeroDivisionError
        yield left


def setitem(container, key, value):
    container[key] = value


def delitem(container, key):
    del container[key]


def toward_zero(a, b):
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


ITERATORS = {
    "iter": iter, "next": lambda iterator: next(iterator, END), "list": list,
    "extend": lambda items, more: items.extend(more), "keys": lambda table: iter(table.keys()),
    "values": lambda table: iter(table.values()), "items": lambda table: iter(table.items()),
    "range": lambda start, stop, step: iter(range(start, stop, step)), "countdown": countdown,
    "pairs": lambda items, one: map(lambda item: (one, item), items),
    "quotients": lambda items, one: map(lambda item: toward_zero(one, item), items),
    "below": lambda items, limit: filter(lambda item: item < limit, items), "chain": itertools.chain,
    "chainfrom": itertools.chain.from_iterable,
    "islice": lambda items, start, stop, step: itertools.islice(items, start, None if stop < 0 else stop, step),
    "enumerate": enumerate, "zip": zip,
}

ORDER = {
    "compare": lambda a, b: (a > b) - (a < b), "sort": lambda items: items.sort(), "heapify": heapq.heapify, "heappush": heapq.heappush,
    "heappop": heapq.heappop, "heapreplace": heapq.heapreplace, "heappushpop": heapq.heappushpop, "nsmallest": heapq.nsmallest,
    "nlargest": heapq.nlargest, "bisectleft": bisect.bisect_left, "bisectright": bisect.bisect_right, "insortleft": bisect.insort_left,
    "insortright": bisect.insort_right,
}

TEXT = {
    "spaced": lambda text: text.replace("_", " "), "built": lambda *parts: "".join(f"{i}:{part!r}" for i, part in enumerate(parts)),
    "join": str.join, "split": str.split, "words": lambda text, most: text.split(None, most), "strip": str.strip, "lstrip": str.lstrip,
    "rstrip": str.rstrip, "slice": lambda text, start, stop: text[start:stop],
    "startswith": lambda text, part: int(text.startswith(part)), "endswith": lambda text, part: int(text.endswith(part)), "find": str.find,
    "replace": str.replace,
}

ITEMS = {
    "listremove": list.remove, "index": list.index, "count": list.count, "reverse": list.reverse, "tuple": tuple, "set": set,
    "setupdate": set.update, "union": set.union, "intersection": set.intersection, "difference": set.difference,
    "symmetric": set.symmetric_difference, "issubset": lambda a, b: int(a.issubset(b)), "issuperset": lambda a, b: int(a.issuperset(b)),
    "isdisjoint": lambda a, b: int(a.isdisjoint(b)), "setdefault": dict.setdefault, "pop": lambda items, key: items.pop(key), "update": dict.update,
}

FUNCTIONS = {
    "value": lambda value: value, "sorted": sorted, "append": lambda items, item: items.append(item), "setitem": setitem,
    "delitem": delitem, **ITERATORS, **ORDER, **TEXT, **ITEMS,
}

ERRORS = (TypeError, ValueError, RuntimeError, IndexError, KeyError, ZeroDivisionError)


def call(name, words, variables):
    """The result, and the name of the error."""
    try:
        return FUNCTIONS[name](*[given(word, variables) for word in words]), None
    except ERRORS as error:
        return None, type(error).__name__


def shown(result, error):
    if error or result is END or result is None:
        return error or "None"
    if isinstance(result, set):  # the order of rgc's is another
        return f"set of {sorted(result)}"
    return "iterator" if hasattr(result, "__next__") else repr(result)
