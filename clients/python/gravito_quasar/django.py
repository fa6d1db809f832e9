"""Django: requests by the routes of their URL patterns, sync and async."""

from __future__ import annotations

import asyncio
from typing import Any, Callable

from . import trace
from .trace import KEY, RequestTrace
from .wsgi import _STREAMS

_is_connected = False


def QuasarMiddleware(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The first entry of MIDDLEWARE: `gravito_quasar.django.QuasarMiddleware`."""
    _connect()
    from asgiref.sync import iscoroutinefunction

    if iscoroutinefunction(get_response):

        async def follow_async(request: Any) -> Any:
            followed = _begin(request)
            if followed is None:
                return await get_response(request)
            followed.core.loops.watch()
            token = trace.current.set(followed)
            try:
                response = await get_response(request)
            except asyncio.CancelledError:
                followed.is_aborted = True
                _end(followed, request)
                raise
            except Exception as error:
                _fail(followed, request, error)
                raise
            finally:
                trace.current.reset(token)
            return _answered(followed, request, response)

        return follow_async

    def follow(request: Any) -> Any:
        followed = _begin(request)
        if followed is None:
            return get_response(request)
        token = trace.current.set(followed)
        try:
            response = get_response(request)
        except Exception as error:
            _fail(followed, request, error)
            raise
        finally:
            trace.current.reset(token)
        return _answered(followed, request, response)

    return follow


QuasarMiddleware.sync_capable = True  # type: ignore[attr-defined]
QuasarMiddleware.async_capable = True  # type: ignore[attr-defined]


def _connect() -> None:
    """Django answers an exception with a 500 before a middleware sees it."""
    global _is_connected
    if _is_connected:
        return
    _is_connected = True
    from django.core.signals import got_request_exception

    got_request_exception.connect(_note_exception, dispatch_uid=KEY)


def _note_exception(sender: Any, request: Any = None, **_: Any) -> None:
    import sys

    followed = getattr(request, "_quasar", None)
    if followed is not None:
        followed.error = sys.exc_info()[1]


def _begin(request: Any) -> RequestTrace | None:
    if getattr(request, "_quasar", None) is not None or KEY in request.META or KEY in getattr(request, "scope", {}):
        return None
    followed = trace.begin(request.method, request.path, request.get_full_path, request.headers.get, "django")
    if followed is not None:
        request._quasar = followed
    return followed


def _fail(followed: RequestTrace, request: Any, error: BaseException) -> None:
    followed.error = error
    followed.status = 500
    _end(followed, request)


def _answered(followed: RequestTrace, request: Any, response: Any) -> Any:
    """The server closes a response after its last byte."""
    followed.status = response.status_code
    followed.route = followed.route or _route_of(request)
    if str(response.headers.get("Content-Type", "")).lower().startswith(_STREAMS):
        followed.turn_into_stream()
    if not getattr(response, "streaming", False):
        followed.end()
        return response
    close = response.close

    def closing() -> None:
        try:
            close()
        finally:
            followed.end()

    response.close = closing
    return response


def _end(followed: RequestTrace, request: Any) -> None:
    followed.route = followed.route or _route_of(request)
    followed.end()


def _route_of(request: Any) -> str | None:
    route = getattr(getattr(request, "resolver_match", None), "route", None)
    return f"/{route}" if isinstance(route, str) else None
