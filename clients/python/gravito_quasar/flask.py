"""Flask: requests by their URL rules, and the exceptions of its views."""

from __future__ import annotations

from typing import Any

from .trace import KEY
from .wsgi import QuasarWSGI


def monitor(app: Any) -> None:
    """Follows the requests of a Flask app; once, however often it is called.

    >>> quasar.flask.monitor(app)
    """
    if isinstance(app.wsgi_app, QuasarWSGI):
        return
    from flask import got_request_exception

    app.wsgi_app = QuasarWSGI(app.wsgi_app, "flask")
    got_request_exception.connect(_note_exception, app)


def _note_exception(_app: Any, exception: BaseException, **_: Any) -> None:
    """Flask answers an exception with a 500, so that the middleware does not see it."""
    from flask import request

    followed = request.environ.get(KEY)
    if followed is not None:
        followed.error = exception
