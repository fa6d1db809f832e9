"""Redis' clock, by which times of different machines are compared."""

from __future__ import annotations

import re
import time
from typing import Any

_TOLERANCE_MS = 2_000
_ASK_EVERY_S = 60.0
_ID = re.compile(rb"(\d+)-(\d+)\Z")


def wall_ms() -> int:
    """Unix ms by the machine's clock."""
    return int(time.time() * 1_000)


def own_origin() -> float:
    """The machine's clock, extrapolated to the zero of the monotonic one, ms: it changes when the clock is set."""
    return (time.time() - time.monotonic()) * 1_000


class ServerClock:
    """Follows the monotonic clock between two answers."""

    def __init__(self) -> None:
        self._origin: float | None = None
        self._own = own_origin()
        self._learned_at = 0.0
        self._set_at: float | None = None
        self._is_refused = False
        self._is_contradicted = False

    @property
    def is_doubtful(self) -> bool:
        """Whether to ask before the next write: it is unknown, or one of the clocks was set."""
        if self._is_refused:
            return False
        return self._origin is None or self._is_contradicted or abs(own_origin() - self._own) >= _TOLERANCE_MS

    @property
    def is_due(self) -> bool:
        return not self._is_refused and time.monotonic() - self._learned_at >= _ASK_EVERY_S

    def refuse(self) -> None:
        """TIME is denied: ids of entries replace it."""
        self._is_refused = True

    def learn(self, reply: Any, sent_at: float) -> None:
        """`reply` of TIME: seconds and microseconds. `sent_at` by the monotonic clock."""
        try:
            seconds, micros = int(reply[0]), int(reply[1])
        except (TypeError, ValueError, IndexError):
            return
        self._set(seconds * 1_000 + micros / 1_000, sent_at)

    def learn_from_id(self, reply: Any, sent_at: float) -> None:
        """`reply` of XADD: only the first id of a millisecond is a time."""
        found = _ID.match(reply if isinstance(reply, bytes) else str(reply).encode())
        if not found:
            return
        moment, is_first = float(found[1]), int(found[2]) == 0
        if self._is_refused:
            if is_first:
                self._set(moment, sent_at)
        elif self._origin is not None:
            is_behind = moment < self._origin + sent_at * 1_000 - _TOLERANCE_MS
            is_ahead = is_first and moment > self._origin + time.monotonic() * 1_000 + _TOLERANCE_MS
            self._is_contradicted = self._is_contradicted or is_behind or is_ahead

    def _set(self, moment: float, sent_at: float) -> None:
        known, own = self._origin, own_origin()
        earliest, latest = moment - time.monotonic() * 1_000, moment - sent_at * 1_000
        self._origin = min(max(own if known is None else known, earliest), latest)
        self._own = own
        self._learned_at = time.monotonic()
        self._is_contradicted = False
        if known is not None and abs(self._origin - known) >= _TOLERANCE_MS:
            self._set_at = time.monotonic()

    def shift(self, origin: float | None = None) -> int | None:
        """How far the machine's clock is behind Redis', ms; 0 if less than 2 s; None while that is unknown.

        :param origin: :func:`own_origin` when the time in question was read
        """
        if self._origin is None:
            return None
        behind = self._origin - (own_origin() if origin is None else origin)
        return round(behind) if abs(behind) >= _TOLERANCE_MS else 0

    def now(self) -> int:
        return wall_ms() + (self.shift() or 0)

    def oldest(self, life_ms: int) -> int | None:
        """The time before which an entry is too old; None while the age of entries is unknown."""
        was_set = self._set_at is not None and (time.monotonic() - self._set_at) * 1_000 < life_ms
        return None if self._origin is None or was_set else self.now() - life_ms


def ahead_by(shift: int | None) -> int | None:
    """The field `clockAhead`."""
    return None if shift is None else -shift
