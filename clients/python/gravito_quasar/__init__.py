"""Reports this process to Zenith through Redis.

>>> import gravito_quasar as quasar
>>> quasar.start(service="billing")
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from typing import Any, Literal

from . import celery, django, flask, process, rq
from .asgi import QuasarMiddleware
from .errors import QuasarError
from .heartbeat import VERSION as __version__
from .jobs import job
from .options import Meta, Ready, Redact
from .process import Recorder
from .rules import Ignore, SlowRules
from .trace import current as _current_request
from .wsgi import QuasarWSGI

__all__ = [
    "QuasarError",
    "QuasarMiddleware",
    "QuasarWSGI",
    "Recorder",
    "__version__",
    "capture_exception",
    "celery",
    "django",
    "flask",
    "flush",
    "job",
    "name_route",
    "rq",
    "start",
    "status",
    "stop",
    "watch_loop",
]


def start(
    *,
    service: str | None = None,
    environment: str | None = None,
    redis: str | Literal[False] | None = None,
    prefix: str | None = None,
    interval: float | None = None,
    slow: SlowRules | dict[str, SlowRules] | None = None,
    ignore: Ignore | Sequence[Ignore] | None = None,
    sample: float | None = None,
    redact: Redact | None = None,
    logger: logging.Logger | Literal[False] | None = None,
    meta: Meta | None = None,
    ready: Ready | None = None,
    disks: Sequence[str] | None = None,
    token: str | Sequence[str] | None = None,
    enabled: bool | None = None,
    app_version: str | None = None,
) -> Recorder:
    """Starts to report, in a thread of its own. A second call returns the same recorder.

    :param service: the app's name in Zenith; default: QUASAR_SERVICE, else the name of the working directory
    :param environment: `production` …; default: QUASAR_ENVIRONMENT
    :param redis: a URL, or False; default: QUASAR_REDIS_URL, else REDIS_URL. Without one nothing is reported
    :param prefix: of all keys; ends with a colon; default: `gravito:quasar:` (QUASAR_PREFIX)
    :param interval: between two reports, ms, 100 to 3600000; varies by up to 10 %; default: 10000 (QUASAR_INTERVAL)
    :param slow: threshold of slow requests and jobs, ms; False; rules `[[pattern, ms], …, ms]`; or these in
        `{"requests": …, "jobs": …}`; default: 1000
    :param ignore: paths of requests that are not recorded: texts with `*`, patterns, functions, or a list of them
    :param sample: share of slow entries and exceptions to record, 0 to 1; counts are always complete; default: 1
    :param redact: gets each slow entry and exception, and returns it with less; None drops it
    :param logger: for the few log lines; False: none; default: the logger `gravito_quasar`
    :param meta: shown with the node, at most 4 KiB as JSON; or a function that returns it, called in the thread
    :param ready: returns True, False, or `{"status": …, "deps": {…}}`; called in the thread at every report
    :param disks: mount points; default: `["/"]`
    :param token: signs records; 16 to 256 ASCII characters; two during a rotation; default: QUASAR_TOKEN
    :param enabled: False turns everything into no-ops, as QUASAR_DISABLED=1 does
    :param app_version: default: QUASAR_APP_VERSION
    :raises QuasarError: `invalid_option`, which names the option; nothing raises after that
    """
    return process.start(
        service=service,
        environment=environment,
        redis=redis,
        prefix=prefix,
        interval=interval,
        slow=slow,
        ignore=ignore,
        sample=sample,
        redact=redact,
        logger=logger,
        meta=meta,
        ready=ready,
        disks=disks,
        token=token,
        enabled=enabled,
        app_version=app_version,
    )


def capture_exception(error: BaseException, *, handled: bool = True) -> None:
    """Records an exception that the app caught; the same object only once. Within a request it gets its route."""
    with contextlib.suppress(Exception):
        request = _current_request.get()
        core = process.core()
        if core is None:
            return
        if request is not None and request.core is core:
            request.capture(error, handled)
        else:
            core.exception(error, "custom", handled)


def name_route(route: str) -> None:
    """Names the route of the current request, for frameworks that no integration knows: `/users/{id}`."""
    request = _current_request.get()
    if request is not None and isinstance(route, str):
        request.route = route


def watch_loop() -> None:
    """Measures the delays of the running asyncio loop. The ASGI middleware does that on its own."""
    core = process.core()
    if core is not None:
        with contextlib.suppress(Exception):
            core.loops.watch()


def status() -> dict[str, Any]:
    """What the recorder does; `{"enabled": False}` before :func:`start`."""
    recorder = process.recorder()
    return recorder.status() if recorder else {"enabled": False}


def flush(timeout: float = 2.0) -> bool:
    """Reports now, and waits for it up to `timeout` seconds. True if Redis took the report."""
    recorder = process.recorder()
    return recorder.flush(timeout) if recorder else False


def stop(timeout: float = 2.0) -> None:
    """Sends the last report and removes the node. :func:`start` starts anew after it."""
    process.stop(timeout)
