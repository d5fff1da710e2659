#!/usr/bin/env python3
"""faults.py - the model check must see each of these faults.

Each is put into a copy of the source, which is compiled as the sound one is and linked ahead of it; the check must
then fail.  A fault whose text is no longer in the source fails too: it has to follow the code.

Usage: faults.py SOURCE_ROOT WORK_FOLDER LIBRARY... -- COMPILER...   (the compiler's own arguments included)
"""
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

RECORDER, THREAD, QUEUE, DRAINER = "preload/record/recorder.c", "preload/record/thread.c", "reporter/drain/queue.c", "tests/model/drainer.c"
STATE = "preload/record/thread_state.c"
CHUNKS, SIDE, WAIT = "preload/record/thread_chunks.c", "preload/record/thread_side.c", "preload/record/thread_wait.c"
PRODUCERS = "tests/model/producers.c"
ORDINARY, PEEK = "preload/record/ordinary.h", "reporter/drain/queue.h"
# A header is found beside who includes it, by the name that it is included by.
HEADERS = {ORDINARY: ("record/ordinary.h", (RECORDER, PRODUCERS)), PEEK: ("drain/queue.h", (QUEUE, DRAINER))}

ACQUIRE_POP = """		if (atomic_compare_exchange_weak_explicit(stack, &top, next, memory_order_acquire,
							  memory_order_acquire))"""
RELAXED_POP = ACQUIRE_POP.replace("memory_order_acquire", "memory_order_relaxed")
FIND_MAIN = """	uint32_t next = atomic_load_explicit(&chunk->next, memory_order_acquire);
	/* Acquire pairs with the producer's release after each record. */
	uint32_t committed = atomic_load_explicit(&chunk->committed, memory_order_acquire);
"""
UNHOOK = """		atomic_store_explicit(&queue->slot->first_chunk, next, memory_order_release);
		push(&queue->session->free_chunks, &chunk->free_next, first);
"""
FREE_SLOT = """	atomic_store_explicit(&slot->owner, thread_owner(0, thread_owner_hands(owner), THREAD_FREE),
			      memory_order_release);
	push(&queue->session->free_threads, &slot->free_next, queue->slot_index + 1);
"""
COMMIT = "	atomic_store_explicit(&thread->chunk->committed, thread->used, memory_order_release);\n"
NEXT = "		atomic_store_explicit(&closed->next, taken, memory_order_release);\n"


def swapped(text):
    """The last line first."""
    lines = text.splitlines(keepends=True)
    return "".join(lines[-1:] + lines[:-1])


def relaxed(text):
    return text.replace("memory_order_release", "memory_order_relaxed").replace("memory_order_acquire", "memory_order_relaxed")


# what: file, configuration that shows it, (old, new)...
FAULTS = {
    "commits without release": (ORDINARY, "one thread", (COMMIT, relaxed(COMMIT))),
    "commits ahead of the record": (ORDINARY, "one thread", (
        "	put(thread, w0, w1);\n	/* Release: pairs with the drainer's acquire of `committed`",
        "	atomic_store_explicit(&thread->chunk->committed, thread->used + 1, memory_order_release);\n"
        "	put(thread, w0, w1);\n	/* Release: pairs with the drainer's acquire of `committed`")),
    "goes beyond the chunk's end": (ORDINARY, "one thread", ("thread->used < SESSION_CHUNK_RECORDS && ", "")),
    "goes beyond it with a shown stamp": (ORDINARY, "clock", ("!LIKELY(thread->used < thread->coarse_until)", "false")),
    "does not raise the guard": (ORDINARY, "signals", ("	guard_raise();\n", "")),
    "takes a shown stamp of any age": (ORDINARY, "clock", (
        "	thread->coarse_least = stamp - ", "	thread->coarse_least = 0 * ")),
    "goes back to an older shown stamp": (ORDINARY, "clock", (
        "	*stamp = coarse > thread->last_stamp ? coarse : thread->last_stamp;", "	*stamp = coarse;")),
    "goes on with shown stamps": (STATE, "clock, more events", (
        "atomic_load_explicit(&process->own_clocks, memory_order_relaxed)", "0")),
    "does not see a pause": (STATE, "clock, two threads", (
        "atomic_load_explicit(&process->paused, memory_order_relaxed)", "0")),
    "does not see that the epoch is over": (ORDINARY, "clock, two threads", ("LIKELY(thread->epoch == epoch_now())", "true")),
    "takes a look back for one ahead": (STATE, "clock, more events", (
        "	thread->epoch = ordinary ? now : 0;", "	thread->epoch = ordinary ? epoch_now() : 0;")),
    "leaves no room for prefixes": (RECORDER, "one thread", (
        "!make_room(thread, 1 + PREFIXES_MAX))\n		return;\n	thread_review",
        "!make_room(thread, 1))\n		return;\n	thread_review")),
    "closes without release": (CHUNKS, "one thread", (NEXT, relaxed(NEXT))),
    "closes before the next is open": (CHUNKS, "one thread", (
        "		thread->chunk = thread_open_chunk(thread, taken, closed->first_record + thread->used);\n",
        NEXT + "		thread->chunk = thread_open_chunk(thread, taken, closed->first_record + thread->used);\n")),
    "opens with the old successor": (CHUNKS, "three threads", (
        "	atomic_store_explicit(&chunk->next, 0, memory_order_relaxed);\n", "")),
    "opens with the old count": (CHUNKS, "one thread", (
        "	atomic_store_explicit(&chunk->committed, 0, memory_order_relaxed);\n", "")),
    "pops without acquire": (CHUNKS, "one thread", (
        "	uint64_t top = atomic_load_explicit(stack, memory_order_acquire);",
        "	uint64_t top = atomic_load_explicit(stack, memory_order_relaxed);"),
        (ACQUIRE_POP, RELAXED_POP)),
    "claims without release": (THREAD, "one thread", (
        "thread_owner(tid, hands + 1, THREAD_OWNED), memory_order_release);",
        "thread_owner(tid, hands + 1, THREAD_OWNED), memory_order_relaxed);")),
    "leaves without release": (THREAD, "left", (
        "THREAD_VACANT),\n			      memory_order_release);", "THREAD_VACANT),\n			      memory_order_relaxed);")),
    "leaves before it is done": (THREAD, "left by two", (
        "&process->vacant, &top, pushed, memory_order_release,", "&process->vacant, &top, pushed, memory_order_relaxed,")),
    "does not say whose the queue is": (THREAD, "left", (
        "		took_over(thread,\n", "		(void)took_over, (void)(\n")),
    "waits for what nobody has": (WAIT, "left, kill", (" && !gives_nothing(pulse, last)", "")),
    "gives back a slot that was left": (DRAINER, "left by two", (
        "thread_owner_state(owner) != THREAD_OWNED || ", "(uint32_t)(owner >> 32) == 0 || "), (
        " || !queue_begin_retiring(queue, owner)", "")),
    "does not tell of a second thread": (THREAD, "clock, two threads", ("	if (slot > 1)\n", "	if (0)\n")),
    "does not tell of a handler": (SIDE, "clock, signals", (
        "	thread_want_own_clocks(thread->process);\n", "")),
    "does not count owners": (THREAD, "reuse, kill", (
        "	atomic_fetch_add_explicit(&slot->incarnation, 1, memory_order_relaxed);\n", "")),
    "waits for a dead drainer": (WAIT, "kill, nobody there", (
        "	return moment_ns() - pulse->since_ns >= patience_ns;", "	return (void)patience_ns, false;")),
    "does not go past the cap": (CHUNKS, "one thread", (
        "		taken = fresh_chunk(arena, hard_cap(session));", "		taken = 0;")),
    "puts aside without release": (SIDE, "signals", (
        "	atomic_store_explicit(&slot->side[at].w0, w0, memory_order_release);",
        "	atomic_store_explicit(&slot->side[at].w0, w0, memory_order_relaxed);")),
    "fills the side ring beyond its end": (SIDE, "side ring", (
        "memory_order_acquire) < SESSION_SIDE_RECORDS;", "memory_order_acquire) <= SESSION_SIDE_RECORDS;")),
    "reads without acquire": (QUEUE, "one thread", (FIND_MAIN, relaxed(FIND_MAIN))),
    "looks at the count before the end": (QUEUE, "one thread", (FIND_MAIN, swapped(FIND_MAIN))),
    "pushes without release": (QUEUE, "one thread", (
        "&top, pushed, memory_order_release,", "&top, pushed, memory_order_relaxed,")),
    "gives away before it unhooks": (QUEUE, "kill", (UNHOOK, swapped(UNHOOK))),
    "gives away a slot before it is free": (QUEUE, "reuse", (FREE_SLOT, swapped(FREE_SLOT))),
    "reads side records without acquire": (QUEUE, "signals", (
        "	uint64_t w0 = atomic_load_explicit(&queue->slot->side[at].w0, memory_order_acquire);",
        "	uint64_t w0 = atomic_load_explicit(&queue->slot->side[at].w0, memory_order_relaxed);")),
    "puts a handler's event first": (PEEK, "clock, signals", ("queue->head && queue->has_main ?", "queue->head ?")),
    "recycles before it commits": (DRAINER, "kill", (
        "	committed = drainer.figures;\n",
        "	for (uint32_t i = 0; i < PRODUCERS_MAX; i++)\n		if (drainer.open[i])\n"
        "			queue_release(&drainer.queues[i]);\n	committed = drainer.figures;\n")),
    "forgets how far it was": (DRAINER, "kill", ("	queue->taken = queue->released = kept->taken;\n", "")),
    "does not look again at who has ended": (DRAINER, "one thread", (
        "!queue_is_idle(queue) || !queue_begin_retiring(queue, owner)", "!queue_begin_retiring(queue, owner)")),
    "reuses free chunks without a tag": (CHUNKS, "three threads", (
        "		uint64_t next = ((top >> 32) + 1) << 32 |", "		uint64_t next = (top >> 32) << 32 |")),
}
# The tag has two halves, and either does: what pops, and what pushes.
SECOND_FILE = {"reuses free chunks without a tag": (QUEUE, (
    "		pushed = ((top >> 32) + 1) << 32 | thing;", "		pushed = (top >> 32) << 32 | thing;"))}


def faulty(root, work, name, path, changes):
    text = (root / path).read_text()
    for old, new in changes:
        if text.count(old) != 1:
            raise ValueError(f"{path} has changed: it does not have once\n{old}")
        text = text.replace(old, new)
    if path in HEADERS:
        return beside_its_users(root, work / name.replace(" ", "-with-"), *HEADERS[path], text)
    copy = work / f"{name.replace(' ', '-')}-{pathlib.Path(path).name}"
    copy.write_text(text)
    return [copy]


def beside_its_users(root, folder, header, users, text):
    (folder / header).parent.mkdir(parents=True, exist_ok=True)
    (folder / header).write_text(text)
    copies = [folder / f"{folder.name}-{pathlib.Path(user).name}" for user in users]
    for user, copy in zip(users, copies):
        copy.write_text((root / user).read_text())
    return copies


def is_seen(root, work, libraries, compiler, name):
    path, configuration, *changes = FAULTS[name]
    copies = faulty(root, work, name, path, changes)
    if name in SECOND_FILE:
        other, *more = SECOND_FILE[name]
        copies += faulty(root, work, name, other, more)
    program = work / name.replace(" ", "-")
    subprocess.run([*compiler, "-w", "-c", *map(str, copies)], cwd=work, check=True)
    objects = [str(work / copy.with_suffix(".o").name) for copy in copies]
    subprocess.run([compiler[0], "-o", str(program), *objects, "-Wl,--start-group", *libraries, "-Wl,--end-group"], check=True)
    done = subprocess.run([str(program), configuration, "1"], capture_output=True, text=True, timeout=60)
    program.unlink()
    last = done.stderr.strip().splitlines()[-1:] or ["nothing"]
    print(f"{name}: {last[0]}", flush=True)
    return done.returncode == 1 and "model: " in last[0]


def main():
    split = sys.argv.index("--")
    root, work, libraries, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:split], sys.argv[split + 1:]
    work.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        seen = dict(zip(FAULTS, pool.map(lambda name: is_seen(root, work, libraries, compiler, name), FAULTS)))
    for name in [name for name, was in seen.items() if not was]:
        print(f"NOT SEEN: {name}")
    sys.exit(not all(seen.values()))


if __name__ == "__main__":
    main()
