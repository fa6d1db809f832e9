"""Limits and usage of the container, by control groups of version 2 and 1."""

from __future__ import annotations

import os
import time

from .files import first_number, read_fields, read_text

_RELOCATE_S = 60.0
# Version 1 has the largest number of whole pages for "no limit".
_NO_LIMIT = 2**62


class Cgroup:
    """The tightest limits of the process's groups and their ancestors. Limits are read again once a minute."""

    def __init__(self, proc: str, root: str) -> None:
        self._proc = proc
        self._root = root
        self._located_at = -_RELOCATE_S
        #: Cores, so it may be a fraction; None without a quota.
        self.quota: float | None = None
        self._cpu: str | None = None
        self._memory: tuple[str, int] | None = None
        self._version = 2
        self.refresh()

    def refresh(self) -> None:
        if time.monotonic() - self._located_at < _RELOCATE_S:
            return
        self._located_at = time.monotonic()
        self._version = 2 if os.path.exists(f"{self._root}/cgroup.controllers") else 1
        quotas = [(quota, folder) for folder in self._folders("cpu") if (quota := self._quota(folder)) is not None]
        self.quota, self._cpu = min(quotas, default=(None, None), key=lambda found: found[0] or 0)
        limits = [(folder, limit) for folder in self._folders("memory") if (limit := self._limit(folder)) is not None]
        self._memory = min(limits, default=None, key=lambda found: found[1])

    def cpu_seconds(self) -> float | None:
        """CPU time of the group with the quota; None without a quota."""
        if self._cpu is None:
            return None
        if self._version == 2:
            micros = first_number(read_fields(f"{self._cpu}/cpu.stat").get("usage_usec"))
            return None if micros is None else micros / 1e6
        nanos = first_number(read_text(f"{self._cpu}/cpuacct.usage"))
        return None if nanos is None else nanos / 1e9

    def throttled_ms(self) -> float | None:
        """Time in which the quota throttled the group since its creation; None without a quota."""
        if self._cpu is None:
            return None
        stat = read_fields(f"{self._cpu}/cpu.stat")
        micros, nanos = first_number(stat.get("throttled_usec")), first_number(stat.get("throttled_time"))
        if micros is not None:
            return micros / 1e3
        return None if nanos is None else nanos / 1e6

    def memory(self) -> tuple[int | None, int | None]:
        """Limit and usage in bytes; the usage without the file cache that was not used recently."""
        if self._memory is None:
            return None, None
        folder, limit = self._memory
        name, inactive = (
            ("memory.current", "inactive_file")
            if self._version == 2
            else ("memory.usage_in_bytes", "total_inactive_file")
        )
        used = first_number(read_text(f"{folder}/{name}"))
        cache = first_number(read_fields(f"{folder}/memory.stat").get(inactive)) or 0
        return limit, None if used is None else max(0, int(used - cache))

    def _folders(self, controller: str) -> list[str]:
        """The folder of the process's group and those around it. A container may see its own group as the root."""
        own = self._group_path(controller)
        base = self._root if self._version == 2 else f"{self._root}/{controller}"
        parts = [part for part in own.split("/") if part and part != ".."]
        return [os.path.join(base, *parts[:count]) for count in range(len(parts), -1, -1)]

    def _group_path(self, controller: str) -> str:
        for line in (read_text(f"{self._proc}/self/cgroup") or "").splitlines():
            _, _, rest = line.partition(":")
            controllers, _, path = rest.partition(":")
            if controllers == "" if self._version == 2 else controller in controllers.split(","):
                return path
        return ""

    def _quota(self, folder: str) -> float | None:
        if self._version == 2:
            parts = (read_text(f"{folder}/cpu.max") or "").split()
            quota, period = (parts[0], parts[1]) if len(parts) == 2 else ("max", "")
        else:
            quota = (read_text(f"{folder}/cpu.cfs_quota_us") or "").strip()
            period = (read_text(f"{folder}/cpu.cfs_period_us") or "").strip()
        time_in, every = first_number(quota), first_number(period)
        return time_in / every if time_in and every and time_in > 0 else None

    def _limit(self, folder: str) -> int | None:
        name = "memory.max" if self._version == 2 else "memory.limit_in_bytes"
        limit = first_number(read_text(f"{folder}/{name}"))
        return int(limit) if limit is not None and 0 < limit < _NO_LIMIT else None
