"""The middleware for WSGI apps, such as Flask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Callable

from . import trace
from .trace import KEY, RequestTrace

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
_STREAMS = ("text/event-stream", "multipart/x-mixed-replace")


class QuasarWSGI:
    """Follows requests until the last byte of their response.

    >>> app.wsgi_app = QuasarWSGI(app.wsgi_app)
    """

    def __init__(self, app: App, framework: str = "wsgi") -> None:
        self.app = app
        self._framework = framework

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if KEY in environ:
            return self.app(environ, start_response)
        path = _text(environ.get("PATH_INFO", ""))
        method = str(environ.get("REQUEST_METHOD", "GET"))
        followed = trace.begin(method, path, lambda: _url_of(environ), _header_of(environ), self._framework)
        if followed is None:
            return self.app(environ, start_response)
        environ[KEY] = followed
        return self._follow(followed, environ, start_response)

    def _follow(self, followed: RequestTrace, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        def starting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            # Flask takes its request out of the environ before the response ends.
            followed.route = followed.route or _route_of(environ)
            _note_start(followed, status, headers)
            return start_response(status, headers, *rest)

        token = trace.current.set(followed)
        try:
            body = self.app(environ, starting)
        except BaseException as error:
            _fail(followed, environ, error)
            raise
        finally:
            trace.current.reset(token)
        # Servers take the length of a list for the length of the response.
        if isinstance(body, (list, tuple)):
            _end(followed, environ)
            return body
        return _Body(followed, environ, body)


class _Body:
    """The response's body, which tells its end."""

    def __init__(self, followed: RequestTrace, environ: Environ, body: Iterable[bytes]) -> None:
        self._trace = followed
        self._environ = environ
        self._body = body
        self._parts: Iterator[bytes] | None = None
        self._is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            if self._parts is None:
                self._parts = iter(self._body)
            return next(self._parts)
        except StopIteration:
            self._is_whole = True
            raise
        except BaseException as error:
            _fail(self._trace, self._environ, error)
            raise

    def close(self) -> None:
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            if not self._is_whole and self._parts is not None:
                self._trace.is_aborted = True
            _end(self._trace, self._environ)


def _note_start(followed: RequestTrace, status: str, headers: Any) -> None:
    try:
        followed.status = int(str(status)[:3])
        for name, value in headers:
            if name.lower() == "content-type" and value.lower().startswith(_STREAMS):
                followed.turn_into_stream()
    except Exception:
        return


def _fail(followed: RequestTrace, environ: Environ, error: BaseException) -> None:
    if isinstance(error, Exception):
        followed.error = error
    followed.status = 500
    _end(followed, environ)


def _end(followed: RequestTrace, environ: Environ) -> None:
    if followed.route is None:
        followed.route = _route_of(environ)
    followed.end()


def _route_of(environ: Environ) -> str | None:
    """The rule of Werkzeug's request, as in Flask: `/users/<int:id>`."""
    try:
        rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
        return None if rule is None else str(rule.rule)
    except Exception:
        return None


def _text(raw: Any) -> str:
    """PEP 3333 has bytes in texts."""
    return str(raw).encode("latin-1", "replace").decode("utf-8", "replace")


def _url_of(environ: Environ) -> str:
    path, query = (
        _text(environ.get("SCRIPT_NAME", "")) + _text(environ.get("PATH_INFO", "")),
        environ.get("QUERY_STRING"),
    )
    return f"{path}?{query}" if query else path


def _header_of(environ: Environ) -> Callable[[str], str | None]:
    def header(name: str) -> str | None:
        key = name.upper().replace("-", "_")
        value = environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}")
        return str(value) if value else None

    return header
