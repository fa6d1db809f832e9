"""Hands what a short-lived child recorded to its parent, through a pipe that neither ever waits for."""

from __future__ import annotations

import json
import os
from typing import Any

from .core import Core
from .pending import Pending
from .protocol.sketch import Sketch, parse_sketch
from .series import Series

#: A pipe takes 64 KiB without a reader.
_MAX_BYTES = 60_000
_COUNTS = ("count", "errors", "aborted", "failed", "stalled")


def write_handover(descriptor: int, core: Core) -> None:
    """Records that don't fit are left out, oldest first."""
    routes, jobs = core.take()
    kept = [[record.kind, record.record] for record in core.pending()]
    series = {"routes": [_plain(one) for one in routes], "jobs": [_plain(one) for one in jobs]}
    while True:
        data = json.dumps({**series, "kept": kept}).encode()
        if len(data) <= _MAX_BYTES or not kept:
            break
        kept = kept[len(kept) // 2 + 1 :]
    if len(data) <= _MAX_BYTES:
        os.write(descriptor, data)


def read_handover(descriptor: int, core: Core) -> bool:
    """False if there is nothing, or nothing whole."""
    data = b""
    try:
        while part := os.read(descriptor, 65_536):
            data += part
    except BlockingIOError:
        pass
    try:
        given = json.loads(data)
        routes, jobs = ([_series(one) for one in given[group]] for group in ("routes", "jobs"))
        kept = [Pending(kind, {**record, "node": core.node}) for kind, record in given["kept"]]
    except (ValueError, KeyError, TypeError):
        return False
    core.absorb(routes, jobs, kept)
    return True


def _plain(series: Series) -> dict[str, Any]:
    counts = {name: getattr(series, name) for name in _COUNTS}
    texts = {"sketch": series.durations.encode(), "wait": series.waits.encode()}
    return {"key": series.key, "group": series.group, **counts, "classes": series.classes, **texts}


def _series(given: dict[str, Any]) -> Series:
    series = Series(given["key"], given["group"])
    for name in _COUNTS:
        setattr(series, name, given[name])
    series.classes = given["classes"]
    series.durations = parse_sketch(given["sketch"]) or Sketch()
    series.waits = parse_sketch(given["wait"]) or Sketch()
    return series
