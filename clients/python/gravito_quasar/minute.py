"""Rollups of intervals, and of minutes with the figures of the process and the machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .pending import Pending
from .protocol.limits import HISTORY_STEP_MS, PROTOCOL_VERSION
from .protocol.texts import rounded
from .series import Series, SeriesTable


class Rollups:
    """Makes one rollup for each interval with requests or jobs, and one for each minute."""

    def __init__(self, node: str, host: str | None) -> None:
        self._node = node
        self._host = host
        self._start_minute()

    def _start_minute(self) -> None:
        self._routes, self._jobs = SeriesTable(), SeriesTable()
        self._figures: list[dict[str, Any]] = []
        self._covered = 0.0

    def take(
        self,
        span: tuple[int, int],
        routes: list[Series],
        jobs: list[Series],
        figures: dict[str, Any] | None,
        is_last: bool,
    ) -> list[Pending]:
        """`span` in Unix ms."""
        start, end = span
        self._routes.absorb(routes)
        self._jobs.absorb(jobs)
        if figures:
            self._figures.append(figures)
        self._covered += end - start
        # Rounds to the nearest interval: half an interval early is nearer to a minute than half an interval late.
        is_full = self._covered + (end - start) / 2 >= HISTORY_STEP_MS
        made = [Pending("rollup", self._make(start, end, routes, jobs))] if routes or jobs else []
        if is_full or is_last:
            made += self._take_minute(end, is_full)
        return made

    def _take_minute(self, end: int, is_full: bool) -> list[Pending]:
        routes, jobs = self._routes.all(), self._jobs.all()
        record = self._make(max(0, int(end - self._covered)), end, routes, jobs)
        figures = self._figures
        self._start_minute()
        if not routes and not jobs and not (is_full and figures):
            return []
        if figures:
            record = {**record, "process": _process(figures), "system": {"host": self._host, **_system(figures)}}
        return [Pending("history", record)]

    def _make(self, start: int, end: int, routes: list[Series], jobs: list[Series]) -> dict[str, Any]:
        return {
            "v": PROTOCOL_VERSION,
            "node": self._node,
            "from": start,
            "to": end,
            "routes": [series.to_route() for series in routes],
            "jobs": [series.to_job() for series in jobs],
        }


def _process(all_figures: list[dict[str, Any]]) -> dict[str, Any]:
    loops = [figures["eventLoop"] or {} for figures in all_figures]
    pauses = [figures["gc"] or {} for figures in all_figures]
    disks = [disk for figures in all_figures for disk in figures["disk"] or []]
    return {
        "cpu": _mean(figures["cpu"]["process"] for figures in all_figures),
        "rss": _most(figures["memory"]["process"]["rss"] for figures in all_figures),
        "heapUsed": None,
        "loopP99": _most(loop.get("p99") for loop in loops),
        "utilization": None,
        "gcMs": rounded(_sum(pause.get("totalMs") for pause in pauses)),
        "gcCount": _sum(pause.get("count") for pause in pauses),
        "diskPct": _most(disk["usedPct"] for disk in disks),
    }


def _system(all_figures: list[dict[str, Any]]) -> dict[str, Any]:
    cpus = [figures["cpu"] for figures in all_figures]
    memories = [figures["memory"]["system"] for figures in all_figures]
    fullest = [
        max(disks, key=lambda disk: disk["usedPct"] or 0) for figures in all_figures if (disks := figures["disk"])
    ]
    return {
        "cpu": _mean(cpu["system"] for cpu in cpus),
        "memory": _most(memory["used"] for memory in memories),
        "memoryLimit": _most(memory["total"] for memory in memories),
        "heapLimit": None,
        "diskFree": min((disk["free"] for disk in fullest), default=None),
        "load": _mean(cpu["load"][0] / cpu["cores"] if cpu["load"] and cpu["cores"] else None for cpu in cpus),
    }


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: Iterable[float | None]) -> float | None:
    known = _known(values)
    return rounded(sum(known) / len(known)) if known else None


def _most(values: Iterable[float | None]) -> float | None:
    return max(_known(values), default=None)


def _sum(values: Iterable[float | None]) -> float | None:
    known = _known(values)
    return sum(known) if known else None
