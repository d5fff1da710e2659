"""The part of rgc_script.py about weakref's containers and finalize; rgc_script_weak.h describes it."""

import gc
import weakref


class Text(str):
    __slots__ = ("__weakref__",)


def commands(script):
    roots, names, out, value, act = script.roots, script.names, script.out, script.value, script.act

    def made(name, thing):
        script.made(name, thing)
        names[id(thing)] = ""

    def key(w):
        if not isinstance(roots[w[0]], weakref.WeakValueDictionary):
            return value(w[1])
        return value(w[1][1:]) if w[1].startswith("@") else w[1]

    def written(thing):
        if thing is None:
            return "none"
        return str(thing) if isinstance(thing, str) else names[id(thing)]

    def result(verb, w, text):
        out(f"{verb} {w[0]} {w[1]} {text}\n")

    def put(w, _):
        roots[w[0]][key(w)] = value(w[2])

    def delete(w, _):
        try:
            del roots[w[0]][key(w)]
            result("wdel", w, 1)
        except KeyError:
            result("wdel", w, 0)

    def pop(w, _):
        popped = roots[w[0]].pop(key(w), None)
        result("wpop", w, written(popped))

    def take(w, _):
        taken = roots[w[0]].pop() if len(roots[w[0]]) else None
        out(f"wtake {w[0]} {written(taken)}\n")

    def each(w, rest):
        d = roots[w[0]]
        iterator = d.items()
        pair = None
        while True:
            try:
                pair = next(iterator, None)
            except RuntimeError:
                out(f"each {w[0]} changed\n")
                break
            if pair is None:
                break
            out(f"each {w[0]} {written(pair[0])} {written(pair[1])}\n")
            act(rest, pair[1])
        pair = None

    def on_ending(name, rest):
        out(f"atend {name}\n")
        act(rest, None)

    def call(w, _):
        alive = roots[w[0]].alive
        roots[w[0]]()
        out(f"ecall {w[0]} {int(alive)}\n")

    def peek(w, _):
        it = roots[w[0]]
        seen = it.peek()
        out(f"epeek {w[0]} {written(seen and seen[0])} alive {int(it.alive)} atexit {int(it.atexit)}\n")

    def at_exit(w, _):
        roots[w[0]].atexit = w[1] == "1"

    def finalize(w, _):
        weakref.finalize._exitfunc()
        for _i in range(3):
            if not gc.collect():
                break
        weakref.finalize._shutdown = False

    return {
        "text": lambda w, _: script.made(w[0], Text(w[1])),
        "weakvalues": lambda w, _: made(w[0], weakref.WeakValueDictionary()),
        "weakkeys": lambda w, _: made(w[0], weakref.WeakKeyDictionary()),
        "weakset": lambda w, _: made(w[0], weakref.WeakSet()),
        "wput": put, "wdel": delete, "wpop": pop, "wtake": take, "each": each,
        "wdefault": lambda w, _: result("wdefault", w, written(roots[w[0]].setdefault(key(w), value(w[2])))),
        "wget": lambda w, _: result("wget", w, written(roots[w[0]].get(key(w)))),
        "whas": lambda w, _: result("whas", w, int(key(w) in roots[w[0]])),
        "wadd": lambda w, _: roots[w[0]].add(value(w[1])),
        "wdiscard": lambda w, _: roots[w[0]].discard(value(w[1])),
        "wlength": lambda w, _: out(f"wlength {w[0]} {len(roots[w[0]])}\n"),
        "wempty": lambda w, _: roots[w[0]].clear(),
        "wcopy": lambda w, _: made(w[0], roots[w[1]].copy()),
        "wmembers": lambda w, _: out(f"wmembers {' '.join(sorted(names[id(o)] for o in roots[w[0]]))}\n"),
        "atend": lambda w, rest: made(w[0], weakref.finalize(value(w[1]), on_ending, w[0], rest)),
        "ecall": call, "epeek": peek, "eatexit": at_exit, "finalize": finalize,
        "edetach": lambda w, _: out(f"edetach {w[0]} {int(roots[w[0]].detach() is not None)}\n"),
    }
