"""Counts of routes and jobs, by name and group, up to a limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .protocol.limits import MAX_SERIES, OTHER
from .protocol.sketch import Sketch
from .protocol.texts import rounded


class Series:
    """The counts of one route or job since the last report."""

    __slots__ = ("aborted", "classes", "count", "durations", "errors", "failed", "group", "key", "stalled", "waits")

    def __init__(self, key: str, group: str | None = None) -> None:
        self.key = key
        #: A job's queue.
        self.group = group
        self.count = self.errors = self.aborted = self.failed = self.stalled = 0
        self.classes = [0, 0, 0, 0, 0]
        self.durations = Sketch()
        self.waits = Sketch()

    def absorb(self, other: Series) -> None:
        """Adds the counts of another series of the same name."""
        for name in ("count", "errors", "aborted", "failed", "stalled"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.classes = [one + two for one, two in zip(self.classes, other.classes)]
        self.durations.merge(other.durations)
        self.waits.merge(other.waits)

    def to_route(self) -> dict[str, Any]:
        classes = list(self.classes)
        while classes and classes[-1] == 0:
            classes.pop()
        counts = {"key": self.key, "count": self.count, "errors": self.errors, "aborted": self.aborted}
        return {**counts, "classes": classes, "sketch": self.durations.encode()}

    def to_job(self) -> dict[str, Any]:
        further = {"queue": self.group, "failed": self.failed, "stalled": self.stalled, "wait": self.waits.encode()}
        return {**self.to_route(), **further}


class SeriesTable:
    """Series of one interval. Names beyond the limit count in one that is called `(other)`."""

    def __init__(self, most: int = MAX_SERIES) -> None:
        self._most = most
        self._series: dict[tuple[str, str | None], Series] = {}
        self._other: Series | None = None

    def find(self, key: str, group: str | None = None) -> Series:
        found = self._series.get((key, group))
        if found is None:
            if len(self._series) >= self._most:
                self._other = self._other or Series(OTHER)
                return self._other
            found = self._series[(key, group)] = Series(key, group)
        return found

    def absorb(self, all_series: Iterable[Series]) -> None:
        for series in all_series:
            self.find(series.key, series.group).absorb(series)

    def all(self) -> list[Series]:
        return [*self._series.values(), *([self._other] if self._other else [])]


def count_request(table: SeriesTable, key: str, status: int, duration_ms: float | None, aborted: bool) -> None:
    """Counts a request that is over. Without a duration it lasted as long as its client listened."""
    series = table.find(key)
    series.count += 1
    series.errors += status >= 500
    series.aborted += aborted
    if 100 <= status < 600:
        series.classes[status // 100 - 1] += 1
    if duration_ms is not None:
        series.durations.record(duration_ms)


def count_job(
    table: SeriesTable,
    key: str,
    queue: str | None,
    outcome: str,
    duration_ms: float | None,
    wait_ms: float | None,
) -> None:
    """Counts an attempt whose outcome is `completed`, `failed` or `retried`."""
    series = table.find(key, queue)
    series.count += 1
    series.errors += outcome != "completed"
    series.failed += outcome == "failed"
    if duration_ms is not None:
        series.durations.record(duration_ms)
    if wait_ms is not None:
        series.waits.record(wait_ms)


def totals_of(all_series: Iterable[Series], interval_ms: float) -> dict[str, Any]:
    """The figures of these series together, as in a heartbeat."""
    together = Sketch()
    requests = errors = 0
    for series in all_series:
        together.merge(series.durations)
        requests += series.count
        errors += series.errors
    quantiles = {f"p{share}": rounded(together.quantile(share / 100)) for share in (50, 95, 99)}
    return {
        "rate": rounded(requests / (interval_ms / 1_000)) if interval_ms > 0 else None,
        "errorRate": rounded(100 * errors / requests) if requests else None,
        **quantiles,
    }
