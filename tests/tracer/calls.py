#!/usr/bin/env python3
"""calls.py - what a hit calls must be compiled without vector registers, so nothing of libc's may be among it.

Usage: calls.py NM ARCHIVE
"""
import re
import subprocess
import sys

OBJECTS = ("activations.c.o", "hit.c.o", "hit_thread.c.o")
OWN = {"activations_grow", "arch_call_out", "confine_word", "epoch_word", "guard", "hit_plans", "hit_thread_more", "lines_ended", "thread_self", "hit_thread_attach", "hit_thread_self", "kernel_call_of_six", "stacks_clear", "stacks_find", "timeless",
       "clock_gettime", "thread_slow_stamp",  # compiled in where a processor's counter is not sure to be there; never called
       "__errno_location", "_GLOBAL_OFFSET_TABLE_", "__tls_get_addr", "tracer_hit"}


def main():
    listed = subprocess.run([sys.argv[1], "-A", sys.argv[2]], stdout=subprocess.PIPE, text=True, check=True).stdout
    seen, strangers = set(), set()
    for place, kind, name in re.findall(r"^(\S+):\s*\S*\s+(\w) (\S+)$", listed, re.M):
        ours = [one for one in OBJECTS if place.endswith("_" + one)]
        seen.update(ours)
        if ours and kind == "U" and name not in OWN:
            strangers.add(f"{ours[0]}: {name}")
    if len(seen) != len(OBJECTS):
        sys.exit(f"objects are missing: only {sorted(seen)} are there")
    sys.exit("\n".join(sorted(strangers)) or 0)


main()
