"""The middleware for FastAPI, Starlette and any other ASGI app."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, MutableMapping
from typing import Any, Callable

from . import process, trace
from .starlette_routes import follow_routes, route_of
from .trace import KEY, RequestTrace

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_STREAMS = (b"text/event-stream", b"multipart/x-mixed-replace")
#: A client is hardly gone before, and looking costs a turn of the loop.
_LOOK_AFTER_MS = 100


class QuasarMiddleware:
    """Follows requests, and counts WebSockets and event streams as connections.

    >>> app.add_middleware(QuasarMiddleware)
    """

    def __init__(self, app: App, framework: str | None = None) -> None:
        self.app = app
        self._framework = framework or follow_routes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan":
            await self.app(scope, receive, _leaving(send))
        elif kind not in ("http", "websocket") or KEY in scope:
            await self.app(scope, receive, send)
        else:
            followed = self._begin(scope)
            if followed is None:
                await self.app(scope, receive, send)
            else:
                exchange = _Exchange if kind == "http" else _Socket
                await self._follow(followed, scope, exchange(followed, receive, send))

    def _begin(self, scope: Scope) -> RequestTrace | None:
        path = scope.get("path", "")
        # A WebSocket has no method: it begins as a GET.
        method = scope.get("method", "GET")
        followed = trace.begin(method, path, lambda: _url_of(scope), _header_of(scope), self._framework)
        if followed is not None:
            followed.core.loops.watch()
            scope[KEY] = followed
        return followed

    async def _follow(self, followed: RequestTrace, scope: Scope, exchange: _Exchange) -> None:
        token = trace.current.set(followed)
        try:
            await self.app(scope, exchange.receive, exchange.send)
        except asyncio.CancelledError:
            followed.is_aborted = not exchange.is_complete
            raise
        except Exception as error:
            followed.error = error
            if not exchange.is_complete:
                followed.status = 500
            raise
        finally:
            with contextlib.suppress(ValueError):
                trace.current.reset(token)
            if followed.route is None:
                followed.route = route_of(scope, followed)
            exchange.end()


class _Exchange:
    """Watches the messages of a request."""

    def __init__(self, followed: RequestTrace, receive: Receive, send: Send) -> None:
        self._trace = followed
        self._receive = receive
        self._send = send
        self._buffer: list[Message] = []
        self.is_complete = False

    async def receive(self) -> Message:
        message = self._buffer.pop(0) if self._buffer else await self._receive()
        if message["type"] == "http.disconnect" and not self.is_complete:
            self._trace.is_aborted = True
        return message

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self._trace.status = message["status"]
            if _is_stream(message):
                self._trace.turn_into_stream()
            elif self._trace.age_ms > _LOOK_AFTER_MS and not self._buffer and not self._trace.is_aborted:
                await self._look()
        try:
            await self._send(message)
        except OSError:
            self._trace.is_aborted = not self.is_complete
            raise
        if (kind == "http.response.body" and not message.get("more_body")) or kind == "http.response.pathsend":
            self.is_complete = True

    async def _look(self) -> None:
        """Whether the client is gone already. A message that belongs to the app is kept for it."""
        try:
            asking = asyncio.ensure_future(self._receive())
        except Exception:
            return
        try:
            await asyncio.sleep(0)
        finally:
            if not asking.done():
                asking.cancel()
                await asyncio.wait([asking])
        if asking.cancelled() or asking.exception() is not None:
            return
        message = asking.result()
        self._buffer.append(message)
        self._trace.is_aborted = message["type"] == "http.disconnect"

    def end(self) -> None:
        self._trace.end()


class _Socket(_Exchange):
    """Watches a WebSocket: a connection once it is accepted, a request if it is rejected."""

    async def receive(self) -> Message:
        return await self._receive()

    async def send(self, message: Message) -> None:
        kind = message["type"]
        await self._send(message)
        if kind == "websocket.accept":
            self._trace.turn_into_stream()
        elif kind == "websocket.http.response.start":
            self._trace.status = message["status"]
        elif kind == "websocket.close" and not self._trace.is_stream:
            self._trace.status = 403

    def end(self) -> None:
        if not self._trace.is_stream:
            self._trace.end()
        else:
            self._trace.end_connection()


def _leaving(send: Send) -> Send:
    """Servers may end the process by a signal right after the shutdown, which runs no atexit."""

    async def leaving(message: Message) -> None:
        recorder = process.recorder()
        if recorder is not None:
            with contextlib.suppress(Exception):
                if message["type"] == "lifespan.startup.complete":
                    recorder.core.loops.watch()
                elif message["type"] in ("lifespan.shutdown.complete", "lifespan.shutdown.failed"):
                    await asyncio.get_running_loop().run_in_executor(None, recorder.leave)
        await send(message)

    return leaving


def _is_stream(message: Message) -> bool:
    for name, value in message.get("headers") or ():
        if name.lower() == b"content-type":
            return bytes(value).lower().startswith(_STREAMS)
    return False


def _url_of(scope: Scope) -> str:
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{scope.get('path', '')}?{query}" if query else str(scope.get("path", ""))


def _header_of(scope: Scope) -> Callable[[str], str | None]:
    def header(name: str) -> str | None:
        wanted = name.encode()
        for given, value in scope.get("headers") or ():
            if given.lower() == wanted:
                return bytes(value).decode("latin-1")
        return None

    return header
