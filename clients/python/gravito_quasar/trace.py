"""One request from its first byte to its last."""

from __future__ import annotations

import contextvars
import os
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

from . import process
from .core import Core, request_name, trace_id_of
from .protocol.texts import cut
from .redaction import mask, redact_url

#: Where a request is kept in an ASGI scope or a WSGI environ.
KEY = "gravito_quasar.request"
CLIENT_CLOSED = 499
_METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"])
_HEADERS = ("accept", "content-length", "content-type", "user-agent")

current: contextvars.ContextVar[RequestTrace | None] = contextvars.ContextVar("quasar_request", default=None)


class RequestTrace:
    """Never raises: what goes wrong in it costs its own record."""

    def __init__(self, core: Core, method: str, url: Callable[[], str], header: Callable[[str], str | None]) -> None:
        self.core = core
        # Clients choose methods: unknown ones would make series without end.
        self.method = method if method in _METHODS else "(other)"
        self._url = url
        self._header = header
        self._started = time.perf_counter()
        self._gc_before = core.gc.total_ms
        #: The pattern of the route that answers; None while it is unknown.
        self.route: str | None = None
        #: The mounts and the route that handled it so far.
        self.mounts = ""
        self.leaf: str | None = None
        self.error: BaseException | None = None
        self.status: int | None = None
        self.is_aborted = False
        #: The client listens as long as it likes: it has no duration.
        self.is_stream = False
        self.is_over = False
        self._request_id: str | None = None
        core.request_began(self)

    @property
    def age_ms(self) -> float:
        return (time.perf_counter() - self._started) * 1_000

    @property
    def name(self) -> str:
        return request_name(self.method, self.route)

    @property
    def traceparent(self) -> str | None:
        return self._header("traceparent")

    @property
    def trace_id(self) -> str | None:
        return active_trace_id() or trace_id_of(self._header("traceparent"))

    @property
    def request_id(self) -> str:
        if self._request_id is None:
            self._request_id = self._header("x-request-id") or str(uuid.uuid4())
        return self._request_id

    def turn_into_stream(self) -> None:
        """An event stream is a connection."""
        if not self.is_stream:
            self.is_stream = True
            self.core.request_left(self)
            self.core.connection_opened()

    def end(self) -> None:
        """Counts the request; once."""
        if self.is_over:
            return
        self.is_over = True
        try:
            self._end()
        except Exception as error:
            self.core.note("request", f"a request could not be recorded: {type(error).__name__}")

    def end_connection(self) -> None:
        """A WebSocket is over: it was no request."""
        if self.is_over:
            return
        self.is_over = True
        self.core.connection_closed()
        if self.error is not None:
            self.capture(self.error, False)

    def _end(self) -> None:
        duration = self.age_ms
        # A child that was forked within the request counts nothing: the parent does.
        if process.core() is not self.core:
            return
        if self.is_stream:
            self.core.connection_closed()
        else:
            self.core.request_left(self)
        aborted = self.is_aborted and not self.is_stream
        status = CLIENT_CLOSED if aborted else self.status or 500
        timed = None if self.is_stream else duration
        self.core.count_request(self.name, status, timed, aborted)
        if timed is not None and duration >= self.core.options.slow_request(self.name):
            self.core.slow_request(self.name, status, duration, aborted, self._gc_before, self._details())
        if status >= 500 and self.error is not None:
            self.capture(self.error, False)

    def capture(self, error: BaseException, handled: bool) -> None:
        self.core.exception(
            error, "request", handled, route=self.name, request_id=self.request_id, trace_id=self.trace_id
        )

    def _details(self) -> dict[str, Any]:
        found = {name: value for name in _HEADERS if (value := self._header(name))}
        headers = {name: cut(mask(value), 200) for name, value in found.items()}
        return {
            "method": self.method,
            "url": redact_url(self._url()),
            "headers": headers or None,
            "requestId": self.request_id,
            "traceId": self.trace_id,
        }


def begin(
    method: str, path: str, url: Callable[[], str], header: Callable[[str], str | None], framework: str
) -> RequestTrace | None:
    """None if the request is not recorded: nothing was started, or its path is ignored."""
    try:
        core = process.core()
        if core is None or core.options.is_ignored(path):
            return None
        core.framework = framework if core.framework in (None, "asgi", "wsgi") else core.framework
        return RequestTrace(core, method, url, header)
    except Exception:
        return None


def active_trace_id() -> str | None:
    """The trace id of OpenTelemetry's active span, if the app has it."""
    api = sys.modules.get("opentelemetry.trace")
    if api is None or os.environ.get("OTEL_SDK_DISABLED") == "true":
        return None
    try:
        context = api.get_current_span().get_span_context()
        return f"{context.trace_id:032x}" if context.is_valid else None
    except Exception:
        return None
