"""Records that wait to be written."""

from __future__ import annotations

from collections import deque
from typing import Any, Literal

from .clock import ServerClock, ahead_by, own_origin

Kind = Literal["slow", "exception", "rollup", "history", "queues"]
_TIMES = ("ts", "from", "to")
#: Records that wait while Redis does not take them; then the oldest are dropped.
MAX_PENDING = 1_000


class Pending:
    """A record, and the machine's clock when its times were read."""

    __slots__ = ("_ahead", "_dated", "is_written", "kind", "origin", "record")

    def __init__(self, kind: Kind, record: dict[str, Any]) -> None:
        self.kind = kind
        self.record = record
        self.origin = own_origin()
        self.is_written = False
        self._dated: dict[str, Any] | None = None
        self._ahead: int | None = None

    def dated(self, clock: ServerClock) -> tuple[dict[str, Any], int | None]:
        """The record by Redis' clock, and `clockAhead`; the same in every try."""
        if self._dated is None:
            shift = clock.shift(self.origin)
            self._ahead = ahead_by(shift)
            moved = {name: max(0, self.record[name] + (shift or 0)) for name in _TIMES if name in self.record}
            self._dated = {**self.record, **moved}
        return self._dated, self._ahead


class Backlog:
    """A bounded list of records, oldest first."""

    def __init__(self) -> None:
        self._records: deque[Pending] = deque()
        #: Records that were lost or left out since the start.
        self.dropped = 0

    def add(self, record: Pending) -> None:
        self._records.append(record)
        while len(self._records) > MAX_PENDING:
            self._records.popleft()
            self.dropped += 1

    def all(self) -> list[Pending]:
        return list(self._records)

    def forget_written(self) -> None:
        self._records = deque(record for record in self._records if not record.is_written)

    def __len__(self) -> int:
        return len(self._records)
