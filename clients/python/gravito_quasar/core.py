"""What one process records between two reports."""

from __future__ import annotations

import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal

from .clock import wall_ms
from .describe import describe, words_of
from .options import Options
from .pending import Backlog, Pending
from .probes.gc_pauses import GcPauses
from .probes.loop import LoopDelays
from .protocol.limits import (
    MAX_EXCEPTIONS_PER_INTERVAL,
    MAX_NAME_CHARS,
    MAX_SLOW_PER_INTERVAL,
    PROTOCOL_VERSION,
    UNMATCHED,
)
from .protocol.texts import cut, rounded
from .redaction import mask, mask_message
from .series import Series, SeriesTable, count_job, count_request

ExceptionKind = Literal["request", "job", "custom", "uncaught"]
Outcome = Literal["completed", "failed", "retried"]
_FIXED = ("v", "id", "service", "node", "ts")
_MAX_NOTED = 64


@lru_cache(maxsize=4_096)
def safe_name(name: str) -> str:
    """A name of a route, a job or a queue, as it may be kept."""
    return cut(mask(name), MAX_NAME_CHARS)


def safe_id(text: str | None) -> str | None:
    """An id from outside."""
    return cut(mask(text), 128) if text else None


class Core:
    """Counts, slow entries and exceptions. For any thread; replaced in a forked child, as its locks may be held."""

    def __init__(self, options: Options, node: str) -> None:
        self.options = options
        self.node = node
        self.gc = GcPauses()
        self.loops = LoopDelays()
        self.backlog = Backlog()
        self.framework: str | None = None
        #: Called when something is recorded while the node has left.
        self.on_activity: Callable[[], None] = lambda: None
        # Reentrant: a signal handler or a finalizer of the app may record while its thread holds the lock.
        self._lock = threading.RLock()
        self._routes, self._jobs = SeriesTable(), SeriesTable()
        self._in_flight: dict[int, float] = {}
        self._slow = self._exceptions = 0
        self._connections: list[int] | None = None
        self._noted: set[str] = set()

    # Requests

    def request_began(self, token: object) -> None:
        with self._lock:
            self._in_flight[id(token)] = time.monotonic()

    def request_left(self, token: object) -> None:
        with self._lock:
            self._in_flight.pop(id(token), None)

    def count_request(self, name: str, status: int, duration_ms: float | None, aborted: bool) -> None:
        self.on_activity()
        with self._lock:
            count_request(self._routes, safe_name(name), status, duration_ms, aborted)

    def connection_opened(self) -> None:
        self.on_activity()
        with self._lock:
            self._connections = self._connections or [0, 0]
            self._connections[0] += 1
            self._connections[1] += 1

    def connection_closed(self) -> None:
        with self._lock:
            if self._connections and self._connections[0] > 0:
                self._connections[0] -= 1

    def slow_request(
        self, name: str, status: int, duration_ms: float, aborted: bool, gc_before: float, details: Mapping[str, Any]
    ) -> None:
        """`details`: method, url (redacted), headers, requestId, traceId."""
        threshold = self.options.slow_request(name)
        if duration_ms < threshold or not self._takes_slow():
            return
        meta = {name: details.get(name) for name in ("method", "url", "headers")}
        self._keep_slow(
            {**self._slow_base("request", name, duration_ms, threshold, str(status)), **_ids(details)},
            {**meta, **_no_job(), "aborted": aborted},
            gc_before,
        )

    # Jobs

    def job_ended(
        self,
        name: str,
        queue: str | None,
        outcome: Outcome,
        duration_ms: float | None,
        *,
        wait_ms: float | None = None,
        attempt: int | None = None,
        job_id: str | None = None,
        trace_id: str | None = None,
        gc_before: float | None = None,
    ) -> None:
        self.on_activity()
        first_wait = wait_ms if attempt in (None, 1) else None
        with self._lock:
            group = safe_name(queue) if queue else None
            count_job(self._jobs, safe_name(name), group, outcome, duration_ms, first_wait)
        threshold = self.options.slow_job(name)
        if duration_ms is None or duration_ms < threshold or not self._takes_slow():
            return
        status = "completed" if outcome == "completed" else "failed"
        job = {"queue": group, "jobId": safe_id(job_id), "attempt": attempt, "waitMs": rounded(first_wait)}
        self._keep_slow(
            {**self._slow_base("job", name, duration_ms, threshold, status), **_ids({"traceId": trace_id})},
            {"method": None, "url": None, "headers": None, **job, "aborted": False},
            gc_before,
        )

    # Records

    def exception(
        self,
        error: BaseException,
        kind: ExceptionKind,
        handled: bool,
        *,
        route: str | None = None,
        queue: str | None = None,
        request_id: str | None = None,
        trace_id: str | None = None,
    ) -> None:
        """Records an exception; the same object only once."""
        if self._is_known(error) or not self._is_sampled():
            return
        self.on_activity()
        with self._lock:
            self._exceptions += 1
            if self._exceptions > MAX_EXCEPTIONS_PER_INTERVAL:
                self.backlog.dropped += 1
                return
        name, message, stack, fingerprint = describe(error)
        record = {
            "v": PROTOCOL_VERSION,
            "id": str(uuid.uuid4()),
            "kind": kind,
            "name": name,
            "message": message,
            "stack": stack,
            "fingerprint": fingerprint,
            "handled": handled,
            "service": self.options.service,
            "node": self.node,
            "route": safe_name(route) if route else None,
            "queue": safe_name(queue) if queue else None,
            "path": None,
            "requestId": safe_id(request_id),
            "traceId": safe_id(trace_id),
            "ts": wall_ms(),
        }
        self._keep("exception", record)

    def absorb(self, routes: list[Series], jobs: list[Series], kept: list[Pending]) -> None:
        """Takes over what another process recorded."""
        self.on_activity()
        with self._lock:
            self._routes.absorb(routes)
            self._jobs.absorb(jobs)
            for record in kept:
                self.backlog.add(record)

    # Reports

    def take(self) -> tuple[list[Series], list[Series]]:
        """The routes and jobs since the last call, and the start of a new interval."""
        with self._lock:
            routes, jobs = self._routes.all(), self._jobs.all()
            self._routes, self._jobs = SeriesTable(), SeriesTable()
            self._slow = self._exceptions = 0
            return routes, jobs

    def flights(self) -> dict[str, Any]:
        with self._lock:
            oldest = min(self._in_flight.values(), default=None)
            age = None if oldest is None else rounded((time.monotonic() - oldest) * 1_000)
            return {"inFlight": len(self._in_flight), "oldestMs": age}

    def connections(self) -> dict[str, int] | None:
        with self._lock:
            if self._connections is None:
                return None
            figures = {"open": self._connections[0], "opened": self._connections[1]}
            self._connections[1] = 0
            return figures

    def pending(self) -> list[Pending]:
        with self._lock:
            return self.backlog.all()

    def add_pending(self, *records: Pending) -> None:
        with self._lock:
            for record in records:
                self.backlog.add(record)

    def forget_written(self) -> None:
        with self._lock:
            self.backlog.forget_written()

    def note(self, topic: str, text: str) -> None:
        """Logs a problem once."""
        if topic not in self._noted and len(self._noted) < _MAX_NOTED:
            self._noted.add(topic)
            self.log(text)

    def log(self, text: str) -> None:
        try:
            if self.options.logger:
                self.options.logger.warning("Quasar: %s", text)
        except (Exception, SystemExit):
            return

    def _is_sampled(self) -> bool:
        share = self.options.sample
        return share >= 1 or random.random() < share

    def _is_known(self, error: BaseException) -> bool:
        try:
            if getattr(error, "_quasar_node", None) == self.node:
                return True
            error._quasar_node = self.node  # type: ignore[attr-defined]
        except (Exception, SystemExit):
            return False
        return False

    def _takes_slow(self) -> bool:
        if not self._is_sampled():
            return False
        with self._lock:
            self._slow += 1
            if self._slow <= MAX_SLOW_PER_INTERVAL:
                return True
            self.backlog.dropped += 1
            return False

    def _slow_base(self, kind: str, name: str, duration_ms: float, threshold: float, status: str) -> dict[str, Any]:
        return {
            "v": PROTOCOL_VERSION,
            "kind": kind,
            "name": safe_name(name),
            "durationMs": rounded(duration_ms),
            "thresholdMs": threshold,
            "status": status,
            "service": self.options.service,
            "node": self.node,
        }

    def _keep_slow(self, record: dict[str, Any], meta: dict[str, Any], gc_before: float | None) -> None:
        paused = None if gc_before is None else rounded(max(0.0, self.gc.total_ms - gc_before))
        with self._lock:
            others = len(self._in_flight)
        meanwhile = {"loopBlockedMs": None, "gcMs": paused, "cpuThrottledMs": None, "inFlight": others}
        self._keep("slow", {**record, "ts": wall_ms(), "meta": {**meta, **meanwhile}})

    def _keep(self, kind: Literal["slow", "exception"], record: dict[str, Any]) -> None:
        kept = self._redacted(record)
        with self._lock:
            if kept is None:
                self.backlog.dropped += 1
            else:
                self.backlog.add(Pending(kind, kept))

    def _redacted(self, record: dict[str, Any]) -> dict[str, Any] | None:
        """What the app's `redact` leaves of it. What it raises for is dropped: it may have a secret."""
        redact = self.options.redact
        if redact is None:
            return record
        try:
            given = {**record, "meta": dict(record["meta"])} if "meta" in record else dict(record)
            returned = redact(given)
            return None if returned is None else _narrowed(record, returned)
        except (Exception, SystemExit) as error:
            self.note("redact", f'"redact" raised, and the record was dropped: {words_of(error)}')
            return None


def _narrowed(record: Mapping[str, Any], returned: Mapping[str, Any]) -> dict[str, Any]:
    """The record with what was removed or replaced. Nothing can be added to it."""
    narrow: dict[str, Any] = {}
    for name, value in record.items():
        new = returned.get(name)
        if name in _FIXED or type(new) is type(value):
            kept = value if name in _FIXED else new
            is_nested = isinstance(value, dict) and isinstance(kept, dict)
            narrow[name] = _narrowed(value, kept or {}) if is_nested else _bounded(kept, value)
        else:
            narrow[name] = (
                value if isinstance(value, (bool, int, float)) or name in ("kind", "name", "fingerprint") else None
            )
    if narrow.get("message", "") is None:
        narrow["message"] = ""
    return narrow


def _bounded(new: Any, old: Any) -> Any:
    return cut(mask_message(new), max(len(old), 20)) if isinstance(new, str) and new != old else new


def _ids(details: Mapping[str, Any]) -> dict[str, Any]:
    return {"requestId": safe_id(details.get("requestId")), "traceId": safe_id(details.get("traceId"))}


def _no_job() -> dict[str, Any]:
    return {"queue": None, "jobId": None, "attempt": None, "waitMs": None}


_TRACEPARENT = re.compile(r"\s*[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}", re.ASCII)


def trace_id_of(traceparent: str | None) -> str | None:
    """The trace id of a W3C `traceparent`; None for an invalid one."""
    found = _TRACEPARENT.match(traceparent or "")
    return None if found is None or set(found[1]) == {"0"} else found[1]


def request_name(method: str, route: str | None) -> str:
    """`GET /users/{id}`; `(unmatched)` without a route."""
    return f"{method} {route}" if route else UNMATCHED
