"""Carries out scripts of operations on objects with Python's own gc, weakref and functools.lru_cache.

Reads scripts (rgc_script.c describes the language, and carries the same out with rgc) on standard input and writes what
can be observed.  What the interpreter itself makes is kept out of sight: it is frozen before each script, scripts are
parsed before they run, all objects are of classes whose instances are always tracked and never recycled, and only the
making of these may start an automatic collection.  A full collection empties the interpreter's free lists, so that
filling them again counts as allocation: settle() evens it out.  What survives counts as well, for the choice of a full
collection: so whatever is alive when one may start is frozen or untracked.
"""

import ctypes
import functools
import gc
import sys
import weakref

import rgc_script_collections
import rgc_script_functions
import rgc_script_weak


class Roots(dict):
    """Tracked from the start, and so frozen; a plain one would become tracked among what it holds."""


roots = Roots()  # variable -> object
names = {}       # id -> the name that it was made under
actions = {}     # text after a colon -> its commands
settings = {"phases": None, "enabled": True}
out = sys.stdout.write
untrack = ctypes.PYFUNCTYPE(None, ctypes.py_object)(("PyObject_GC_UnTrack", ctypes.pythonapi))


class Ballast:
    """What is freed to lower the collector's count, which nothing else can do."""
    __slots__ = ()


ballast = []


class Node:
    __slots__ = ("a", "b", "__weakref__")  # without __init__, whose call would allocate

    def __repr__(self):
        return names[id(self)]


class Fin(Node):
    __slots__ = ("do",)

    def __del__(self):
        out(f"finalize {names[id(self)]}\n")
        act(self.do, self)


class Weak(weakref.ref):
    __slots__ = ("do",)


class List(list):
    __slots__ = ("__weakref__",)


class Dict(dict):
    __slots__ = ("__weakref__",)


class Set(set):  # which has room for weak references
    __slots__ = ()


class Tuple(tuple):
    __slots__ = ()


OURS = (Node, Fin, Weak, List, Dict, Set, Tuple)


def on_dead(weak):
    out(f"callback {names[id(weak)]} {'dead' if weak() is None else 'alive'}\n")
    act(weak.do, weak)


def act(text, self):
    if not text:
        return
    before = roots.get("self")
    roots["self"] = self
    for command, words, rest in actions[text]:
        command(words, rest)
    if before is None:
        del roots["self"]
    else:
        roots["self"] = before


def value(text):
    """A variable, its member (x.a), target (w*) or item (l[1]), or none."""
    if text == "none":
        return None
    if text.endswith("*"):
        return roots[text[:-1]]()
    if "." in text:
        return getattr(roots[text[:-2]], text[-1])
    if text.endswith("]"):
        holder, _, index = text[:-1].partition("[")
        return roots[holder][int(index)]
    return roots.get(text)


def named(objects):
    return " ".join(sorted(names[id(o)] for o in objects if type(o) in OURS and id(o) in names))


def made(name, thing):
    names[id(thing)] = name
    roots[name] = thing


def new(kind):
    if settings["enabled"]:
        gc.enable()
    node = kind()
    gc.disable()
    node.a = node.b = None
    return node


def new_weak(arguments):
    untrack(arguments)  # passed on as it is
    if settings["enabled"]:
        gc.enable()
    weak = Weak(*arguments)
    gc.disable()
    return weak


def enable(enabled):
    (gc.enable if enabled else gc.disable)()
    settings["enabled"] = gc.isenabled()
    gc.disable()


def do_node(w, _):
    made(w[0], new(Node))


def do_fin(w, rest):
    made(w[0], new(Fin))
    roots[w[0]].do = rest


def do_weak(w, rest):
    made(w[0], new_weak((value(w[1]),) if rest is None else (value(w[1]), on_dead)))
    roots[w[0]].do = rest


def do_set(w, _):
    setattr(roots[w[0][:-2]], w[0][-1], value(w[1]))


def do_let(w, _):
    thing = value(w[1])
    if thing is None:
        roots.pop(w[0], None)
    else:
        roots[w[0]] = thing


def do_drop(w, _):
    for name in w:
        if name in roots:
            del roots[name]


def do_get(w, _):
    thing = roots[w[0]]()
    out(f"get {w[0]} {'dead' if thing is None else names[id(thing)]}\n")


def do_collect(w, _):
    out(f"collect {w[0]} = {gc.collect(int(w[0]))}\n")


def do_quietcollect(w, _):
    gc.collect(int(w[0]))


def do_count(w, _):
    a, b, c = gc.get_count()
    out(f"count {a} {b} {c}\n")


def do_thresholds(w, _):
    a, b, c = gc.get_threshold()
    out(f"thresholds {a} {b} {c}\n")


def do_threshold(w, _):
    gc.set_threshold(int(w[0]), int(w[1]), int(w[2]))


def do_pairs(w, _):
    for _i in range(int(w[0])):
        a = new(Node)
        b = new(Node)
        names[id(a)] = names[id(b)] = "pair"
        a.a = b
        b.a = a
        a = b = None


def on_phase(phase, info):
    if phase == "start":
        out(f"start {info['generation']}\n")
    else:
        out(f"stop {info['generation']} collected {info['collected']} uncollectable {info['uncollectable']}\n")
    act(settings["phases"], None)


def do_phases(w, rest):
    settings["phases"] = rest
    gc.callbacks.append(on_phase)


def do_nophases(w, _):
    gc.callbacks.remove(on_phase)


def do_debug(w, _):
    gc.set_debug(gc.DEBUG_SAVEALL if w[0] == "saveall" else 0)
    out(f"debug {gc.get_debug()}\n")


def do_garbage(w, _):
    out(f"garbage {named(gc.garbage)}\n")


def do_garbageclear(w, _):
    # One by one: rgc lets go of each before the next, in this order.
    while gc.garbage:
        del gc.garbage[0]


def do_stats(w, _):
    for generation, (new, old) in enumerate(zip(gc.get_stats(), settings["stats"])):
        out(f"stats {generation}: " + " ".join(
            f"{key} {new[key] - old[key]}" for key in ("collections", "collected", "uncollectable")) + "\n")


def do_objects(w, _):
    generation = int(w[0])
    out(f"objects {named(gc.get_objects(None if generation < 0 else generation))}\n")


def do_cache(w, _):
    """cache C FUNCTION MAXSIZE TYPED"""
    size = None if w[2] == "unbounded" else int(w[2])

    def function(*arguments, **keywords):
        return FUNCTIONS[w[1]](w[0], cache, arguments, keywords)

    cache = functools.lru_cache(size, w[3] == "typed")(function)
    roots[w[0]] = cache


def printed(arguments, keywords):
    return " ".join([f"{a!r}" for a in arguments] + [f"{k}={v!r}" for k, v in keywords.items()])


def echo(name, cache, arguments, keywords):
    out(f"compute {printed(arguments, keywords)}\n")
    return len(arguments) + 2 * len(keywords)


def fib(name, cache, arguments, keywords):
    n = arguments[0]
    return n if n < 2 else cache(n - 1) + cache(n - 2)


def fail(name, cache, arguments, keywords):
    out(f"compute {arguments[0]!r}\n")
    if arguments[0] % 2:
        raise ValueError
    return arguments[0]


def clearing(name, cache, arguments, keywords):
    """Fills the cache with a smaller argument, and clears it if the argument is even."""
    n = arguments[0]
    if n:
        cache(n - 1)
    if n % 2 == 0:
        cache.cache_clear()
    return n


def same(name, cache, arguments, keywords):
    """Calls itself with the same argument, once."""
    settings["depth"] = not settings.get("depth")
    return cache(arguments[0]) + 1 if settings["depth"] else 0


def holder(name, cache, arguments, keywords):
    """An object that refers to the cache that it is kept in."""
    node = new(Fin)
    node.do = None
    names[id(node)] = f"{name}-{arguments[0]}"
    node.a = cache
    return node


FUNCTIONS = {"echo": echo, "fib": fib, "fail": fail, "clearing": clearing, "same": same, "holder": holder}


LITERALS = {"None": None, "True": True, "False": False}


def argument(text):
    if text.startswith("'"):
        return text[1:-1]
    if text.startswith("b:"):
        return bytes.fromhex(text[2:])
    if text in LITERALS:
        return LITERALS[text]
    return float(text) if "." in text else int(text)


def do_call(w, _):
    positional = [argument(a) for a in w[1:] if "=" not in a]
    keywords = dict((a.partition("=")[0], argument(a.partition("=")[2])) for a in w[1:] if "=" in a)
    try:
        result = roots[w[0]](*positional, **keywords)
    except ValueError:
        result = "error"
    out(f"call {' '.join(w)} -> {names[id(result)] if type(result) is Fin else result}\n")


def do_info(w, _):
    info = roots[w[0]].cache_info()
    size = "unbounded" if info.maxsize is None else info.maxsize
    out(f"info {w[0]} hits {info.hits} misses {info.misses} maxsize {size} currsize {info.currsize}\n")


def do_parameters(w, _):
    parameters = roots[w[0]].cache_parameters()
    size = "unbounded" if parameters["maxsize"] is None else parameters["maxsize"]
    out(f"parameters {w[0]} {size} {'typed' if parameters['typed'] else 'untyped'}\n")


def do_make(w, _):
    result, error = rgc_script_functions.call(w[1], w[2:], roots)
    if error:
        roots.pop(w[0], None)
        out(f"{w[1]} = {error}\n")
    else:
        roots[w[0]] = result


def do_ask(w, _):
    result, error = rgc_script_functions.call(w[0], w[1:], roots)
    name = names.get(id(result)) if isinstance(result, Node) else None
    out(f"{w[0]} = {name or rgc_script_functions.shown(result, error)}\n")


COMMANDS = {
    "make": do_make, "ask": do_ask,
    "node": do_node, "fin": do_fin, "weak": do_weak, "set": do_set, "let": do_let, "drop": do_drop, "get": do_get,
    "collect": do_collect, "quietcollect": do_quietcollect, "count": do_count, "threshold": do_threshold,
    "thresholds": do_thresholds, "pairs": do_pairs, "phases": do_phases, "nophases": do_nophases, "debug": do_debug,
    "garbage": do_garbage, "garbageclear": do_garbageclear, "stats": do_stats, "objects": do_objects, "cache": do_cache,
    "call": do_call, "info": do_info, "parameters": do_parameters,
    "say": lambda w, _: out(f"say {w[0]}\n"),
    "weakcount": lambda w, _: out(f"weakcount {w[0]} {weakref.getweakrefcount(roots[w[0]])}\n"),
    # Besides the variable itself, the call has one.
    "refs": lambda w, _: out(f"refs {w[0]} {sys.getrefcount(roots[w[0]]) - 1}\n"),
    "tracked": lambda w, _: out(f"tracked {w[0]} {int(gc.is_tracked(value(w[0])))}\n"),
    "finalized": lambda w, _: out(f"finalized {w[0]} {int(gc.is_finalized(value(w[0])))}\n"),
    "referrers": lambda w, _: out(f"referrers {named(gc.get_referrers(*[value(x) for x in w]))}\n"),
    "referents": lambda w, _: out(f"referents {named(gc.get_referents(value(w[0])))}\n"),
    "enable": lambda w, _: enable(True),
    "disable": lambda w, _: enable(False),
    "isenabled": lambda w, _: out(f"isenabled {int(settings['enabled'])}\n"),
    "freeze": lambda w, _: gc.freeze(),
    "unfreeze": lambda w, _: gc.unfreeze(),
    "list": lambda w, _: made(w[0], List()),
    "dict": lambda w, _: made(w[0], Dict()),
    "plaindict": lambda w, _: made(w[0], {}),
    "hashset": lambda w, _: made(w[0], Set()),
    "tuple": lambda w, _: made(w[0], Tuple(value(x) for x in w[1:])),
    "append": lambda w, _: roots[w[0]].append(value(w[1])),
    "insert": lambda w, _: roots[w[0]].insert(int(w[1]), value(w[2])),
    "store": lambda w, _: roots[w[0]].__setitem__(int(w[1]), value(w[2])),
    "remove": lambda w, _: roots[w[0]].__delitem__(int(w[1])),
    "put": lambda w, _: roots[w[0]].__setitem__(w[1], value(w[2])),
    "putint": lambda w, _: roots[w[0]].__setitem__(w[1], 1000),
    "unput": lambda w, _: out(f"unput {w[1]} {int(roots[w[0]].pop(w[1], None) is not None)}\n"),
    "add": lambda w, _: roots[w[0]].add(value(w[1])),
    "discard": lambda w, _: roots[w[0]].discard(value(w[1])),
    "empty": lambda w, _: roots[w[0]].clear(),
    "length": lambda w, _: out(f"length {w[0]} {len(roots[w[0]])}\n"),
    "items": lambda w, _: out(f"items {w[0]} {' '.join(names[id(o)] for o in roots[w[0]])}\n"),
    "keys": lambda w, _: out(f"keys {w[0]} {' '.join(roots[w[0]])}\n"),
    "forget": lambda w, _: roots[w[0]].cache_clear(),
}

COMMANDS.update(rgc_script_weak.commands(sys.modules[__name__]))


COMMANDS.update(rgc_script_collections.commands(roots, made, value, argument, out))


def parse(line):
    text, colon, rest = line.partition(" :")
    words = text.split()
    rest = rest.strip() if colon else None
    if rest and rest not in actions:
        actions[rest] = tuple(parse(one) for one in rest.split(";"))
    return COMMANDS[words[0]], tuple(words[1:]), rest


def fill_free_lists():
    # Tuples up to the length that has a list: a drop with several weak callbacks takes a long one.
    spare = [({}, [], [tuple([i] * length) for length in range(1, 20)], (i, i, i)) for i in range(12)]
    del spare


def settle(phase, info):
    """The first of the callbacks; `info` itself has just been allocated."""
    if phase == "start" or info["generation"] < 2:
        return
    count = gc.get_count()[0] - 1
    fill_free_lists()
    while gc.get_count()[0] > count:
        ballast.pop()


def forget():
    gc.callbacks[:] = []
    gc.set_debug(0)
    gc.set_threshold(0, 10, 10)
    enable(True)
    gc.unfreeze()
    settings["phases"] = None
    do_garbageclear(None, None)
    while roots:  # again, after resurrections
        for name in list(roots):
            roots.pop(name, None)
        gc.collect()
    gc.collect()
    ballast.extend(Ballast() for _ in range(16000 - len(ballast)))
    names.clear()


def begin():
    """Hides all that the interpreter has."""
    gc.freeze()
    gc.collect()  # of nothing: as if there had never been old objects
    fill_free_lists()
    gc.callbacks.append(settle)
    settings["stats"] = gc.get_stats()
    gc.freeze()


def main():
    forget()
    for text in sys.stdin.read().split("script ")[1:]:
        name, *lines = text.splitlines()
        steps = iter([(line, *parse(line)) for line in lines if line.strip()])
        begin()
        out(f"script {name}\n")
        for line, command, words, rest in steps:
            out("> ")
            out(line)
            out("\n")
            command(words, rest)
        out("> end\n")
        forget()


main()
