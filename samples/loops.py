# loops.py - what loops.c does, line by line: python3 -m memory_profiler loops.py (Debian: python3-memory-profiler).
rows = [None] * 1000


@profile  # noqa: F821 - memory_profiler puts it there
def fill_and_empty(n):
    kept = 0
    for i in range(n):
        if i % 10 == 0:
            rows[kept] = bytearray(1000000)
            kept += 1
    emptied = 0
    while kept > 0:
        kept -= 1
        rows[kept] = None
        emptied += 1
    return emptied


print(fill_and_empty(200), "rows came and went")
