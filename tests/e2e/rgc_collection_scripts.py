"""Scripts for test_rgc_semantics.py about frozensets, deques, counters, defaultdicts, arrays, bytes and constants, as rgc_scripts.py has for
the rest."""

COLLECTIONS = {
    "constants": """
show None; show True; show False; same True 1; same 1.0 True; same False 0; same None 0; same None None; same True 'True'
counter c; tally c True 1; tally c 1 2; tally c None 3; tally c 0 1; tally c False 1; show c
cache t echo 10 typed; call t 1; call t True; call t None; call t None; call t True 0; call t 1 False; call t k=None; call t b:00; call t b:00; info t
cache u echo 10 untyped; call u None; call u None; call u 1 True; call u True 1; call u k=1; call u k=True; info u
""",
    "bytes": """
show b:; show b:616263; show b:00ff7f200a0d0927225c; show b:27; show b:2227; same b:61 'a'; same b:6100 b:6100; same b:61 b:62
counter c; tally c b:61 1; tally c 'a' 1; tally c b:61 1; show c
find b:616263 b:63 0 9; find b:616263 b: 3 9; find b:616263 b: 4 9; find b:616263 b:6263 -2 9; find b:616263 b:6263 0 2; find b:61 b:00 0 1
slice b:616263 1 2; slice b:616263 -2 9; slice b:616263 2 1; concat b:00 b:; concat b:00 b:01
""",
    "frozensets": """
frozenset f 1 2 'a'; frozenset g 'a' True 3; frozen u union f g; members u; frozen i intersection f g; members i; frozen d difference f g; members d
frozen s symmetric_difference f g; members s; subset i f; subset f i; same f f; frozenset h 'a' 2 1; same f h; same f g; hasmember f 1.0; hasmember f 'b'
counter c; tally c f 1; tally c h 2; countof c g; countof c f; frozenset e; tally c e 5; countof c e; frozenset n f e; hasmember n h; hasmember n e; length f
hashset set; add set f; add set h; length set; fin a; frozenset k a; set a.a k; weak w k : say ended; drop a k; quietcollect 2; get w
fin x; fin y; frozenset z x; drop x z; fin v; frozenset q v y; set v.b q; drop y q v; quietcollect 2; say end
""",
    "deques": """
deque d; push d 1; pushleft d 0; push d 'x'; show d; length d; at d 0; at d -1; at d 3; pop d; popleft d; pop d; pop d; popleft d; show d; removeat d 0
extend d 1 2 3 4 5; rotate d 2; show d; rotate d -3; show d; rotate d 13; rotate d -101; show d; extendleft d 'a' 'b'; show d; takeout d 3; takeout d 3
show d; storeat d -2 None; storeat d 9 1; removeat d 2; removeat d -1; removeat d 17; show d; empty d; length d; show d; rotate d 5
deque e; same d e; push e True; same d e; push d 1; same d e; deque b 2; push b 1; same b d
""",
    "bounded deques": """
fin a; fin b; fin c; deque d 2; push d a; push d b; drop a b; say full; push d c; drop c; say right; pushleft d 1; show d; extend d 1 2 3; extendleft d 4 5; show d
deque z 0; fin e; push z e; drop e; say none; pushleft z 1; extend z 1 2; length z; show z; rotate z 3; deque o 1; extend o 1 2 3; show o; same o z
""",
    "deques end from the first": """
fin a; fin b; fin c; deque d; push d b; push d c; pushleft d a; drop a b c; empty d; say empty; fin e; fin f; push d e; push d f; drop e f; drop d
deque g; push g g; fin h; push g h; set h.a g; weak w g : say ended; drop g h; quietcollect 2; get w
fin i : push j 1 ; show j; deque j; push j i; push j 2; drop i; empty j; show j
""",
    "counters": """
counter c; tally c 'a' 3; tally c 'b' 1; tally c 'c' 3; show c; common c 1; common c 2; common c 0; common c 9; total c; length c; countof c 'x'; length c
setcount c 'b' -7; show c; total c; uncount c 'a'; uncount c 'a'; show c; counter d; tally d 'c' 1; setcount d 'z' 0; tally d 'y' -2
combine p c + d; show p; combine m c - d; show m; combine n d - c; show n; combine o c | d; show o; combine a c & d; show a
update c d; show c; subtract c d; subtract c d; show c; same c d; counter e; same e p; setcount e 'q' 0; counter f; same e f; same f e; empty c; show c; total c
fin x; counter g; tally g x 2; set x.a g; weak w g : say ended; drop g x; quietcollect 2; get w
""",
    "ordered dictionaries": """
dict d; pair d 1 'a'; pair d 2 'b'; pair d 3 'c'; movetoend d 1 last; show d; movetoend d 3 first; show d; movetoend d 3 first; movetoend d 9 last; popitem d last
popitem d first; show d; movetoend d 2 last; popitem d last; popitem d last; popitem d first; movetoend d 1 first
fin x; pair d 1 x; pair d 2 2; movetoend d 1 last; refs x; movetoend d 1 first; refs x; movetoend d 2 first; show d; drop x; popitem d last; say end
""",
    "defaultdicts": """
defaultdict d; group d 1 'a'; group d 2 'b'; group d 1.0 'c'; groups d; group d None 1; group d True 2; groups d
fin x; group d 'x' x; refs x; drop x; groups d; drop d; say end
fin y; defaultdict e; group e 1 y; set y.a e; drop e y; quietcollect 2; say end
""",
    "arrays": "\n".join(f"array a{i} {code}; " + "; ".join(f"number a{i} {n}" for n in numbers) + f"; number a{i} 1.5; setnumber a{i} 0 {numbers[0]}; getnumber a{i} -1; "
                        f"getnumber a{i} 99; delnumber a{i} 0; delnumber a{i} 99; show a{i}"
                        for i, (code, numbers) in enumerate({
                            "b": (127, -128, 128, -129), "B": (255, 0, 256, -1), "h": (32767, -32768, 32768), "H": (65535, 65536, -1), "i": (2**31 - 1, -2**31, 2**31),
                            "I": (2**32 - 1, 2**32, -1), "l": (2**63 - 1, -2**63), "L": (2**63 - 1, -1), "q": (2**63 - 1, -2**63), "Q": (2**63 - 1, -1),
                            "f": (1, 0.1, 16777217), "d": (1, 0.1, -2)}.items())) + """
array x i; array y d; same x y; number x 1; same x y; number y 1; same x y; number y 0.5; number x 0; same x y; array z i; show z
""",
}


class CollectionWriter:
    """A random script, from a random.Random, over one of each."""

    def __init__(self, random):
        self.random = random
        self.script = ["deque d0", f"deque d1 {random.choice((0, 1, 3, 64, 70))}", "counter c0", "counter c1", "frozenset f0", "frozenset f1 1", "dict o", "defaultdict g",
                       f"array a {random.choice('bBhHiIlLqQfd')}"]
        self.made = 0

    def literal(self):
        return self.random.choice(["1", "2", "3", "1.0", "True", "False", "None", "'a'", "'b'", "b:61", "b:6200", "-4", "2.5", "1000"])

    def object(self):
        self.script.append(f"fin x{self.made}")
        if self.random.random() < 0.3:
            self.script.append(f"set x{self.made}.a {self.random.choice(('d0', 'd1', 'c0', 'f0', 'o', 'g'))}")
        self.made += 1

    def deque(self):
        d, n = self.random.choice(("d0", "d1")), self.random.randrange(-12, 12)
        existing = [self.literal() for _ in range(self.random.randrange(8))]
        self.script.append(self.random.choice([
            f"push {d} {self.literal()}", f"pushleft {d} {self.literal()}", f"extend {d} " + " ".join(existing), f"extendleft {d} " + " ".join(existing), f"rotate {d} {n * 9}",
            f"at {d} {n}", f"storeat {d} {n} {self.literal()}", f"removeat {d} {n}", f"takeout {d} {self.literal()}", f"pop {d}", f"popleft {d}", f"show {d}", "same d0 d1", f"length {d}"]))

    def counter(self):
        c, n = self.random.choice(("c0", "c1")), self.random.randrange(-3, 4)
        self.script.append(self.random.choice([
            f"tally {c} {self.literal()} {n}", f"tally {c} {self.literal()} {n}", f"setcount {c} {self.literal()} {n}", f"uncount {c} {self.literal()}", f"countof {c} {self.literal()}",
            f"common {c} {n + 3}", f"total {c}", "update c0 c1", "subtract c1 c0", f"combine {c} c0 {self.random.choice('+-|&')} c1", f"show {c}", "same c0 c1"]))

    def frozenset(self):
        f = self.random.choice(("f0", "f1"))
        items = " ".join(self.literal() for _ in range(self.random.randrange(6)))
        operation = self.random.choice(("union", "intersection", "difference", "symmetric_difference"))
        self.script += self.random.choice([
            [f"frozenset {f} {items}"], [f"frozen f2 {operation} f0 f1", "members f2"], ["subset f0 f1"], ["same f0 f1"], [f"hasmember {f} {self.literal()}"],
            [f"tally c0 {f} 1", f"countof c0 {f}", f"uncount c0 {f}"]])

    def dictionary(self):
        end = self.random.choice(("first", "last"))
        self.script.append(self.random.choice([
            f"pair o {self.literal()} {self.literal()}", f"pair o {self.literal()} {self.literal()}", f"movetoend o {self.literal()} {end}", f"movetoend o {self.literal()} {end}",
            f"popitem o {end}", "show o", f"group g {self.literal()} {self.literal()}", "groups g"]))

    def number(self):
        n = self.random.choice((0, 1, -1, 127, 128, -129, 255, 256, 40000, 2**31, 2**33, -2**40))
        self.script.append(self.random.choice([f"number a {n}", f"number a {n}", f"setnumber a 0 {n}", "getnumber a -1", "delnumber a 1", "show a", "number a 0.25"]))

    def bytes(self):
        b = self.random.choice(("b:", "b:61", "b:616162", "b:00616200"))
        i, j = self.random.randrange(-5, 6), self.random.randrange(-5, 6)
        self.script.append(self.random.choice([f"slice {b} {i} {j}", f"find {b} b:61 {i} {j}", f"find {b} b: {i} {j}", f"concat {b} b:0027"]))

    def store(self):
        """Objects with finalizers, in places that nothing shows in another order."""
        if self.made:
            x = f"x{self.random.randrange(self.made)}"
            self.script += self.random.choice([[f"push d0 {x}"], [f"pushleft d1 {x}"], [f"tally c0 {x} 1"], [f"pair o {x} {x}"], [f"group g {self.literal()} {x}"],
                                               [f"drop {x}", f"fin {x}"], [f"refs {x}"], ["quietcollect 2"], [f"frozenset f0 {x}"]])

    def write(self, length):
        steps = [self.deque] * 6 + [self.counter] * 4 + [self.frozenset, self.dictionary, self.dictionary, self.number, self.bytes, self.object] + [self.store] * 2
        while len(self.script) < length:
            self.random.choice(steps)()
        self.script += ["empty d0", "empty d1", "empty c0", "quietcollect 2", "say end"]
        return self.script
