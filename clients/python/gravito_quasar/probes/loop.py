"""Delays of asyncio event loops."""

from __future__ import annotations

import asyncio
import time
import weakref
from typing import Any

from ..protocol.sketch import Sketch
from ..protocol.texts import rounded

#: Time between two looks at a loop, seconds.
TICK_S = 0.05


class LoopDelays:
    """Watches loops by a timer each: how much later it runs than it was due. A timer does not keep a loop running."""

    def __init__(self) -> None:
        self._loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()
        self._delays = Sketch()
        self._sum = self._most = 0.0
        self._is_stopped = False

    def watch(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Call it in the loop's thread; a loop that is watched already is left alone."""
        if loop is None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return
        if loop in self._loops or self._is_stopped:
            return
        self._loops.add(loop)
        self._schedule(weakref.ref(loop))

    def _schedule(self, found: weakref.ref[asyncio.AbstractEventLoop]) -> None:
        loop = found()
        if loop is None or loop.is_closed() or self._is_stopped:
            return
        due = time.perf_counter() + TICK_S

        def turn() -> None:
            self._note(max(0.0, (time.perf_counter() - due) * 1_000))
            self._schedule(found)

        loop.call_later(TICK_S, turn)

    def _note(self, delay: float) -> None:
        self._delays.record(delay)
        self._sum += delay
        self._most = max(self._most, delay)

    def take(self) -> dict[str, Any] | None:
        """`eventLoop` of a heartbeat, since the last call; None without a running loop. Its utilization is unknown."""
        delays, total, most = self._delays, self._sum, self._most
        self._delays, self._sum, self._most = Sketch(), 0.0, 0.0
        if delays.count == 0:
            return None
        return {
            "utilization": None,
            # A bucket's value may be above the largest delay in it.
            "p50": rounded(min(most, delays.quantile(0.5) or 0.0)),
            "p99": rounded(min(most, delays.quantile(0.99) or 0.0)),
            "max": rounded(most),
            "mean": rounded(total / delays.count),
        }

    def stop(self) -> None:
        self._is_stopped = True
