"""The comparison as a table: columns are data, text and Markdown share them."""

FOOTNOTES = """Added to bare: CPU of the program alone, with helper processes (drainer, interpreter, compressor), peak RSS of
the program.  An event is one block that came into being or ended.  CPU and RSS are minima over the rounds, wall times are
medians; "wall x" is until the program ended.  bare is absolute, in seconds, ns and MiB.  "report" is the text report's wall
time and peak RSS: mprof report, heaptrack_print, jeprof or google-pprof --text; "again" a second one of the same recording.
jemalloc and gperftools bring an allocator of their own: their figures contain its difference to the program's.
heaptrack's interpreter may use 4 GiB of memory; on cc1 it dies of one huge request, with 14 GiB too.
Where threads contend for malloc's locks ("handed over"), a recorder that keeps them apart can save CPU.
"instructions alone" records nothing and executes as many instructions an event as mprof does at a shallow stack: what it
adds is the workload's, which can no longer overlap its own cache misses.
Recorders marked * got a smaller input, and are compared with a bare run of it."""
HEADER = ("recorder", "wall x", "CPU x", "+ns/event", "with helpers", "+RSS MiB", "B/event", "report s", "again s", "report MiB")
START_UP_HEADER = ("recorder", "wall ms", "+wall ms", "+CPU ms", "with helpers", "+RSS MiB")


def _report_columns(cell):
    first, again = cell.reports.get("first"), cell.reports.get("again")
    return [f"{first.wall:.2f}" if first else "-", f"{again.wall:.2f}" if again else "-", f"{first.rss:.0f}" if first else "-"]


def _row(comparison, recorder):
    cell = comparison.cells[recorder]
    if recorder == "bare":
        ns = f"{cell.least('cpu') / max(cell.events, 1) * 1e9:.1f}"
        return [f"{cell.wall():.2f} s", f"{cell.least('cpu'):.2f} s", ns, ns, f"{cell.least('rss'):.1f}", *"----"]
    return [f"{comparison.wall_ratio(recorder):.2f}", f"{comparison.cpu_ratio(recorder):.2f}",
            f"{comparison.added_ns(recorder):+.1f}", f"{comparison.added_ns(recorder, 'all_cpu'):+.1f}",
            f"{comparison.added_rss(recorder):+.1f}", f"{comparison.bytes_per_event(recorder):.3f}", *_report_columns(cell)]


def _start_up_row(comparison, recorder):
    cell, bare = comparison.cells[recorder], comparison.bare[recorder]
    return [f"{cell.wall() * 1e3:.2f}", f"{(cell.wall() - bare.wall()) * 1e3:+.2f}", f"{comparison.added_cpu(recorder) * 1e3:+.2f}",
            f"{comparison.added_cpu(recorder, 'all_cpu') * 1e3:+.2f}", f"{comparison.added_rss(recorder):+.1f}"]


def _rows(comparison, slow):
    make = _start_up_row if comparison.workload.start_up else _row
    for recorder, cell in comparison.cells.items():
        name = recorder + " *" * (recorder in slow)
        yield [name, cell.failure] if cell.failure else [name, *make(comparison, recorder)]


def _title(comparison):
    name = comparison.workload.name
    events = comparison.cells["bare"].events
    return name if comparison.workload.start_up else f"{name}: {events / 1e6:.2f} M events"


def render(comparison, slow, markdown, header):
    """One workload's rows; with the column heads if `header`.  `slow` are the recorders that got the small input."""
    head = START_UP_HEADER if comparison.workload.start_up else HEADER
    rows = list(_rows(comparison, slow))
    if markdown:
        lines = ["", f"| workload | {' | '.join(head)} |", "|---|---|" + "---:|" * (len(head) - 1)] if header else []
        first = _title(comparison)
        for row in rows:
            row += [""] * (len(head) - len(row))
            lines.append(f"| {first} | {' | '.join(row)} |")
            first = ""
        return "\n".join(lines)
    lines = ["", " " * 18 + "".join(f"{column:>13}" for column in head[1:])] if header else []
    lines += [_title(comparison)]
    lines += [f"  {row[0]:18}" + (row[1] if len(row) == 2 else f"{row[1]:>11}" + "".join(f"{value:>13}" for value in row[2:]))
              for row in rows]
    return "\n".join(lines)
