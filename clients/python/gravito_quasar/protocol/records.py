"""Texts of records. Each takes plain data with the fields in the order in which they are written."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

from .json_text import number_text, to_json
from .limits import MAX_RECORD_CHARS, MAX_RECORDED_QUEUES
from .texts import units

Record = Mapping[str, Any]

_SPARSE = ("errors", "aborted", "failed", "stalled", "wait", "classes", "queue")
# Shorter texts stay readable: there is little to save.
_MIN_PACKED_CHARS = 512


def encode(record: Record, clock_ahead: int | None = None) -> str:
    """A heartbeat, an exception or a queue snapshot. `clock_ahead` in ms; None: the times are by the node's clock."""
    return to_json(_dated(record, clock_ahead))


def encode_rollup(rollup: Record, clock_ahead: int | None = None) -> str:
    """A rollup; its counts of 0 are left out."""
    groups = {group: [_sparse(series) for series in rollup[group]] for group in ("routes", "jobs")}
    return to_json(_dated({**rollup, **groups}, clock_ahead))


def _sparse(series: Record) -> Record:
    return {key: value for key, value in series.items() if key not in _SPARSE or value not in (0, "", None, [])}


def encode_queue_history(history: Record, clock_ahead: int | None = None) -> str:
    """Queues over a minute, without unknown figures, and without the queues that don't fit into a record."""
    queues = history["queues"][:MAX_RECORDED_QUEUES]
    while True:
        text = to_json(_known({**_dated(history, clock_ahead), "queues": queues}))
        if units(text) <= MAX_RECORD_CHARS:
            return text
        queues = queues[: len(queues) // 2]


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _known(item) for key, item in value.items() if item is not None}
    return [_known(item) for item in value] if isinstance(value, list) else value


def encode_finished_jobs(record: Record, clock_ahead: int | None = None) -> str:
    """Finished attempts at jobs: each end in ms after `from`, and the times before it in ms before the next."""
    start = record["from"]
    tuples = [_finished(job, start) for job in record["jobs"]]
    while True:
        left = record["left"] + len(record["jobs"]) - len(tuples)
        head = {key: record[key] for key in ("v", "node", "seq", "from", "to")}
        whole = {**_dated(head, clock_ahead), "queues": record["queues"], "jobs": tuples}
        text = to_json({**whole, "left": left} if left > 0 else whole)
        if units(text) <= MAX_RECORD_CHARS:
            return text
        tuples = tuples[: len(tuples) // 2]


def _finished(job: Record, start: float) -> list[Any]:
    added_at, started_at, finished_at = job["addedAt"], job["startedAt"], job["finishedAt"]
    begun = finished_at if started_at is None else started_at
    added = None if added_at is None else begun - added_at
    started = None if started_at is None else finished_at - started_at
    head = [job[key] for key in ("queue", "id", "name", "outcome", "attempt")]
    return [*head, added, started, finished_at - start, job["waitMs"], job["runMs"], job["error"]]


def encode_slow_entry(entry: Record, clock_ahead: int | None = None) -> list[str]:
    """The flat fields of a slow entry: name, value, name, value … Unknown values are left out."""
    fields: list[str] = []
    for name, value in _dated(entry, clock_ahead).items():
        if value is not None:
            fields += [name, _field_text(value)]
    return fields


def _field_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return number_text(value) if isinstance(value, float) else to_json(value)


def _dated(record: Record, clock_ahead: int | None) -> Record:
    return record if clock_ahead is None else {**record, "clockAhead": clock_ahead}


def pack(text: str) -> tuple[str, str]:
    """The field and the value that store a text in a stream: `data` as it is, or `deflate` if that is shorter."""
    data = text.encode("utf-8", "surrogatepass")
    if units(text) < _MIN_PACKED_CHARS or len(data) > MAX_RECORD_CHARS:
        return "data", text
    packer = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(packer.compress(data) + packer.flush()).decode()
    return ("deflate", packed) if len(packed) < units(text) else ("data", text)
