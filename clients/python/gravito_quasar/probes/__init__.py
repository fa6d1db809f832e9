"""Figures of the process and of what it runs on. What can't be read is None, never 0."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

from ..protocol.limits import MAX_DISKS
from ..protocol.texts import percent, rounded
from .cgroup import Cgroup
from .files import first_number, read_fields, read_text


class Probes:
    """Reads figures over the time since the last reading. Not for several threads."""

    def __init__(self, disks: Sequence[str], proc: str = "/proc", cgroup: str = "/sys/fs/cgroup") -> None:
        self._disks = list(disks)[:MAX_DISKS]
        self._proc = proc
        self._cgroup = Cgroup(proc, cgroup)
        self._last = self._times()

    def read(self) -> dict[str, Any]:
        """`cpu`, `memory` and `disk` of a heartbeat."""
        self._cgroup.refresh()
        return {"cpu": self._cpu(), "memory": self._memory(), "disk": self._disk()}

    def _times(self) -> dict[str, Any]:
        return {
            "at": time.monotonic(),
            "process": time.process_time(),
            "system": self._system_times(),
            "group": self._cgroup.cpu_seconds(),
            "throttled": self._cgroup.throttled_ms(),
        }

    def _system_times(self) -> tuple[float, float] | None:
        """Busy and whole time of the machine's processors, ticks."""
        line = (read_text(f"{self._proc}/stat") or "").split("\n", 1)[0].split()
        if len(line) < 6 or line[0] != "cpu":
            return None
        ticks = [float(tick) for tick in line[1:9]]
        whole = sum(ticks)
        return whole - ticks[3] - ticks[4], whole

    def _cpu(self) -> dict[str, Any]:
        before, now = self._last, self._times()
        self._last = now
        seconds = now["at"] - before["at"]
        cores = self.cores()
        used = (now["process"] - before["process"]) / seconds if seconds > 0 else None
        throttled = None
        if now["throttled"] is not None and before["throttled"] is not None:
            throttled = rounded(max(0.0, now["throttled"] - before["throttled"]))
        return {
            "system": self._system_share(before, now, seconds, cores),
            "process": None if used is None or not cores else percent(used / cores),
            "processCores": rounded(used),
            "cores": rounded(cores),
            "load": _load(),
            "throttled": throttled,
        }

    def _system_share(
        self, before: dict[str, Any], now: dict[str, Any], seconds: float, cores: float | None
    ) -> float | None:
        if self._cgroup.quota is not None and now["group"] is not None and before["group"] is not None:
            return percent((now["group"] - before["group"]) / seconds / cores) if seconds > 0 and cores else None
        if now["system"] is None or before["system"] is None:
            return None
        busy, whole = (now["system"][index] - before["system"][index] for index in (0, 1))
        return percent(busy / whole) if whole > 0 else None

    def cores(self) -> float | None:
        """Usable cores; a container's quota may be a fraction."""
        try:
            allowed: float | None = len(os.sched_getaffinity(0))
        except (AttributeError, OSError):
            allowed = os.cpu_count()
        quota = self._cgroup.quota
        if quota is None:
            return allowed
        return quota if allowed is None else min(quota, allowed)

    def _memory(self) -> dict[str, Any]:
        process = {"rss": self._rss(), "heapUsed": None, "heapTotal": None, "heapLimit": None}
        return {"system": self._system_memory(), "process": {**process, "external": None, "arrayBuffers": None}}

    def _rss(self) -> int | None:
        pages = (read_text(f"{self._proc}/self/statm") or "").split()
        try:
            return int(pages[1]) * os.sysconf("SC_PAGE_SIZE")
        except (IndexError, ValueError, OSError, AttributeError):
            return None

    def _system_memory(self) -> dict[str, Any]:
        fields = read_fields(f"{self._proc}/meminfo")
        total, free = (_bytes(fields.get(name)) for name in ("MemTotal", "MemAvailable"))
        total = total if total is not None else _sysconf_memory("SC_PHYS_PAGES")
        free = free if free is not None else _sysconf_memory("SC_AVPHYS_PAGES")
        limit, group_used = self._cgroup.memory()
        if limit is None or (total is not None and limit >= total):
            used = None if total is None or free is None else total - free
            return {"total": total, "free": free, "used": used, "limit": None}
        rest = None if group_used is None else max(0, limit - group_used)
        if rest is not None and free is not None:
            rest = min(rest, free)
        return {"total": limit, "free": rest, "used": group_used, "limit": limit}

    def _disk(self) -> list[dict[str, Any]] | None:
        found = [figures for figures in map(_disk_of, self._disks) if figures is not None]
        return found or None


def _load() -> list[float] | None:
    try:
        return [round(load, 3) for load in os.getloadavg()]
    except (OSError, AttributeError):
        return None


def _bytes(kilobytes: str | None) -> int | None:
    number = first_number(kilobytes)
    return None if number is None else int(number) * 1024


def _sysconf_memory(pages: str) -> int | None:
    try:
        return os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None


def _disk_of(mount: str) -> dict[str, Any] | None:
    try:
        stats = os.statvfs(mount)
    except (OSError, AttributeError, ValueError):
        return None
    total, free = stats.f_blocks * stats.f_frsize, stats.f_bavail * stats.f_frsize
    used = (stats.f_blocks - stats.f_bfree) * stats.f_frsize
    usable = used + free
    return {"mount": mount, "total": total, "free": free, "usedPct": percent(used / usable) if usable > 0 else None}


def process_age(proc: str = "/proc") -> float | None:
    """Seconds since the process began; None if unknown."""
    stat = (read_text(f"{proc}/self/stat") or "").rpartition(")")[2].split()
    uptime = first_number(read_text(f"{proc}/uptime"))
    try:
        return None if uptime is None else max(0.0, uptime - int(stat[19]) / os.sysconf("SC_CLK_TCK"))
    except (IndexError, ValueError, OSError, AttributeError):
        return None
