"""Random C programs whose every statement stands on a line of its own: loops, switches, gotos, calls, and memory.

They end, and print what they reckoned.  No statement is undefined: all is unsigned.
"""

import random


class Generator:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.lines = []
        self.names = 0
        self.functions = []

    def name(self, what):
        self.names += 1
        return f"{what}{self.names}"

    def put(self, depth, text):
        self.lines.append("\t" * depth + text)

    def value(self, variables):
        chance = self.chance
        kind = chance.randrange(4)
        if kind == 0:
            return str(chance.randrange(100))
        if kind == 1 and self.functions:
            return f"{chance.choice(self.functions)}({chance.choice(variables)} % 7u)"
        return f"({chance.choice(variables)} {chance.choice('+-*^|&')} {chance.choice(variables)})"

    def statement(self, depth, variables, inside, left):
        """`inside`: what break and continue are of: "loop", "switch" or None."""
        kinds = ["assign"] * 4 + ["if", "ifelse", "for", "while", "do", "switch", "goto", "memory", "oneline"]
        if left <= 0:
            kinds = ["assign", "memory"]
        if inside == "loop":
            kinds += ["break", "continue"]
        getattr(self, self.chance.choice(["_" + kind for kind in kinds]))(depth, variables, inside, left)

    def block(self, depth, variables, inside, left):
        for _ in range(self.chance.randrange(1, 4)):
            self.statement(depth, variables, inside, left)

    def _assign(self, depth, variables, inside, left):
        self.put(depth, f"{self.chance.choice(variables)} {self.chance.choice(['=', '+=', '^='])} {self.value(variables)};")

    def _memory(self, depth, variables, inside, left):
        self.put(depth, f"keep({self.chance.choice(variables)});")

    def _if(self, depth, variables, inside, left):
        self.put(depth, f"if ({self.value(variables)} % {self.chance.randrange(2, 5)}u == 0) {{")
        self.block(depth + 1, variables, inside, left - 1)
        self.put(depth, "}")

    def _ifelse(self, depth, variables, inside, left):
        self.put(depth, f"if ({self.value(variables)} % 3u == 0) {{")
        self.block(depth + 1, variables, inside, left - 1)
        self.put(depth, "} else {")
        self.block(depth + 1, variables, inside, left - 1)
        self.put(depth, "}")

    def _for(self, depth, variables, inside, left):
        i = self.name("i")
        self.put(depth, f"for (unsigned {i} = 0; {i} < {self.chance.randrange(1, 6)}; {i}++) {{")
        self.block(depth + 1, variables, "loop", left - 1)
        self.put(depth, "}")

    def _while(self, depth, variables, inside, left):
        n = self.name("n")
        self.put(depth, f"unsigned {n} = {self.chance.randrange(0, 5)};")
        self.put(depth, f"while ({n} > 0) {{")
        self.put(depth + 1, f"{n} -= 1;")
        self.block(depth + 1, variables, "loop", left - 1)
        self.put(depth, "}")

    def _do(self, depth, variables, inside, left):
        n = self.name("n")
        self.put(depth, f"unsigned {n} = {self.chance.randrange(1, 5)};")
        self.put(depth, "do {")
        self.put(depth + 1, f"{n} -= 1;")
        self.block(depth + 1, variables, None, left - 1)
        self.put(depth, f"}} while ({n} > 0);")

    def _switch(self, depth, variables, inside, left):
        cases = self.chance.randrange(2, 9)
        self.put(depth, f"switch ({self.chance.choice(variables)} % {cases + 1}u) {{")
        for case in range(cases):
            self.put(depth, f"case {case}:;")
            self.block(depth + 1, variables, None, left - 1)
            if self.chance.random() < 0.7:
                self.put(depth + 1, "break;")
        self.put(depth, "default:")
        self.put(depth + 1, f"{variables[0]} += 1;")
        self.put(depth, "}")

    def _goto(self, depth, variables, inside, left):
        label, n = self.name("label"), self.name("n")
        self.put(depth, f"static unsigned {n};")
        self.put(depth, f"{label}:")
        self.put(depth, f"{n} += 1;")
        self.block(depth, variables, None, left - 1)
        self.put(depth, f"if ({n} % {self.chance.randrange(2, 5)}u != 0)")
        self.put(depth + 1, f"goto {label};")

    def _oneline(self, depth, variables, inside, left):
        self.put(depth, f"for (unsigned j = 0; j < {self.chance.randrange(1, 9)}; j++) {variables[0]} += j;")

    def _break(self, depth, variables, inside, left):
        self.put(depth, f"if ({self.chance.choice(variables)} % 5u == 1)")
        self.put(depth + 1, "break;")

    def _continue(self, depth, variables, inside, left):
        self.put(depth, f"if ({self.chance.choice(variables)} % 4u == 1)")
        self.put(depth + 1, "continue;")

    def function(self):
        name = self.name("traced_")
        self.put(0, f"__attribute__((noinline)) static unsigned {name}(unsigned a)")
        self.put(0, "{")
        self.put(1, "unsigned b = a + 1;")
        self.put(1, "unsigned c = 3;")
        for _ in range(self.chance.randrange(2, 6)):
            self.statement(1, ["a", "b", "c"], None, 3)
        self.put(1, "return a ^ b ^ c;")
        self.put(0, "}")
        self.put(0, "")
        self.functions = self.functions[-1:] + [name]
        return name

    def program(self, functions):
        self.lines = ["#include <stdio.h>", "#include <stdlib.h>", "static void *kept[64];",
                      "static void keep(unsigned i) { free(kept[i % 64]); kept[i % 64] = malloc(i % 1000 + 1); }", ""]
        names = [self.function() for _ in range(functions)]
        self.put(0, "int main(void)")
        self.put(0, "{")
        self.put(1, "unsigned sum = 0;")
        for name in names:
            self.put(1, "for (unsigned i = 0; i < 3; i++)")
            self.put(2, f"sum = sum * 31 + {name}(i);")
        self.put(1, 'printf("%u\\n", sum);')
        self.put(1, "return 0;")
        self.put(0, "}")
        return "\n".join(self.lines) + "\n"
