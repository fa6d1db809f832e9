"""Pauses of the garbage collection."""

from __future__ import annotations

import gc
import time
from typing import Any

from ..protocol.texts import rounded


class GcPauses:
    """Takes no lock: a collection may begin anywhere, also while a lock is held."""

    def __init__(self) -> None:
        self._started = 0.0
        self._count = 0
        self._total = self._most = 0.0
        #: Sum of all pauses since the start, ms.
        self.total_ms = 0.0

    def start(self) -> None:
        gc.callbacks.append(self._note)

    def stop(self) -> None:
        if self._note in gc.callbacks:
            gc.callbacks.remove(self._note)

    def _note(self, phase: str, _info: Any) -> None:
        if phase == "start":
            self._started = time.perf_counter()
        elif self._started:
            pause = (time.perf_counter() - self._started) * 1_000
            self._started = 0.0
            self._count += 1
            self._total += pause
            self.total_ms += pause
            self._most = max(self._most, pause)

    def take(self) -> dict[str, Any] | None:
        """`gc` of a heartbeat, since the last call."""
        figures = {"count": self._count, "totalMs": rounded(self._total), "maxMs": rounded(self._most)}
        self._count, self._total, self._most = 0, 0.0, 0.0
        return figures
