"""What was measured, and the figures that follow from it.

CPU and resident memory are minima over the rounds (other users of a machine only ever add), wall times are medians.
"""

import dataclasses
import statistics


@dataclasses.dataclass
class Cell:
    """One recorder on one workload; `events` are those of the input that it got."""
    events: int = 0
    runs: list = dataclasses.field(default_factory=list)  # of measure.Usage
    disk: int = 0  # bytes
    reports: dict = dataclasses.field(default_factory=dict)  # "first", "again", "replay" -> measure.Usage
    failure: str = ""

    def least(self, field):
        return min(getattr(run, field) for run in self.runs)

    def wall(self):
        return statistics.median(run.wall for run in self.runs)


class Comparison:
    """A workload's cells; a slow recorder's counterpart is the bare program on the same small input."""

    def __init__(self, workload):
        self.workload = workload
        self.cells = {}  # recorder's name -> Cell
        self.bare = {}  # the same -> Cell

    def has(self, recorder):
        return recorder in self.cells and not self.cells[recorder].failure

    def wall_ratio(self, recorder):
        return self.cells[recorder].wall() / self.bare[recorder].wall()

    def cpu_ratio(self, recorder, field="cpu"):
        return self.cells[recorder].least(field) / self.bare[recorder].least("cpu")

    def added_cpu(self, recorder, field="cpu"):
        """Seconds more than bare; field: "cpu" of the program alone, "all_cpu" with helpers."""
        return self.cells[recorder].least(field) - self.bare[recorder].least("cpu")

    def added_ns(self, recorder, field="cpu"):
        """The same in ns per event."""
        return self.added_cpu(recorder, field) / max(self.cells[recorder].events, 1) * 1e9

    def added_rss(self, recorder):
        return self.cells[recorder].least("rss") - self.bare[recorder].least("rss")

    def bytes_per_event(self, recorder):
        return self.cells[recorder].disk / max(self.cells[recorder].events, 1)

    def reported_per_second(self, recorder, report):
        """Events per CPU second of that report; None if there is none."""
        cell = self.cells[recorder]
        usage = cell.reports.get(report)
        return cell.events / max(usage.all_cpu, 1e-3) if usage else None
