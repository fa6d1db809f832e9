"""Which route of Starlette or FastAPI answers a request, with its mounts as the app wrote them."""

from __future__ import annotations

import functools
import sys
from collections.abc import MutableMapping
from typing import Any

from .trace import KEY, RequestTrace

_MARK = "_quasar_follows"


def follow_routes() -> str:
    """Notes the routes and mounts that handle requests. Returns the framework's name; `asgi` without Starlette."""
    if "starlette.routing" not in sys.modules:
        return "asgi"
    from starlette import routing

    for kind, note in (
        (routing.Mount, _note_mount),
        (routing.Route, _note_route),
        (routing.WebSocketRoute, _note_route),
    ):
        _wrap_handle(kind, note)
    return "fastapi" if "fastapi" in sys.modules else "starlette"


def _wrap_handle(kind: Any, note: Any) -> None:
    original = kind.handle
    if getattr(original, _MARK, False):
        return

    @functools.wraps(original)
    async def handle(self: Any, scope: Any, receive: Any, send: Any) -> None:
        followed = scope.get(KEY)
        if followed is not None:
            note(followed, self)
        await original(self, scope, receive, send)

    setattr(handle, _MARK, True)
    kind.handle = handle


def _note_mount(followed: RequestTrace, mount: Any) -> None:
    followed.mounts += str(getattr(mount, "path", ""))


def _note_route(followed: RequestTrace, route: Any) -> None:
    followed.leaf = getattr(route, "path_format", None) or getattr(route, "path", None)


def route_of(scope: MutableMapping[str, Any], followed: RequestTrace) -> str | None:
    """`/t/{tenant}/users/{id}`; the mount alone if none of its routes answered; None without a match."""
    try:
        leaf = _included(scope) or followed.leaf
        if leaf is None and not followed.mounts:
            leaf = getattr(scope.get("route"), "path", None)
        return (followed.mounts + (leaf or "")) or None
    except Exception:
        return None


def _included(scope: MutableMapping[str, Any]) -> str | None:
    """FastAPI's routers that are included by reference know the whole path, with the prefix of the inclusion."""
    context = (scope.get("fastapi") or {}).get("effective_route_context")
    if context is None or getattr(context, "original_route", None) is not scope.get("route"):
        return None
    path = getattr(context, "path_format", None) or getattr(context, "path", None)
    return path if isinstance(path, str) else None
