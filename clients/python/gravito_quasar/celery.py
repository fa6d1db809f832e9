"""Celery: each attempt at a task, by Celery's signals."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, MutableMapping
from datetime import datetime, timezone
from typing import Any

from . import process, trace
from .core import Outcome, trace_id_of
from .errors import QuasarError
from .jobs import JobRun

#: Header of a message: when it was sent, Unix ms.
_SENT = "quasar_sent"
_OUTCOMES: dict[str, Outcome] = {"SUCCESS": "completed", "RETRY": "retried", "IGNORED": "completed"}
#: Attempts of this process that run, by task id. Bounded: a task that never ends leaves its entry behind.
_MAX_RUNS = 10_000
_runs: dict[str, tuple[JobRun, list[BaseException]]] = {}
_is_connected = False


def monitor(app: Any = None) -> None:
    """Follows the tasks of Celery's apps in this process, and the messages that it sends.

    Call it where the app is made, after :func:`gravito_quasar.start`.

    :raises QuasarError: `missing_package` without Celery
    """
    global _is_connected
    if _is_connected:
        return
    try:
        from celery import signals
    except ImportError:
        raise QuasarError("missing_package", "Quasar: monitoring Celery needs the package celery.") from None
    _is_connected = True
    handlers: dict[str, Callable[..., None]] = {
        "before_task_publish": _sending,
        "task_prerun": _beginning,
        "task_postrun": _ended,
        "task_failure": _failed,
        "task_retry": _retried,
        "task_revoked": _revoked,
        "worker_init": _working,
        "worker_process_init": _working,
        "worker_process_shutdown": _leaving,
        "worker_shutdown": _leaving,
    }
    for name, handler in handlers.items():
        getattr(signals, name).connect(_harmless(handler), weak=False, dispatch_uid=f"gravito_quasar.{name}")


def _harmless(handler: Callable[..., None]) -> Callable[..., None]:
    def handle(sender: Any = None, **given: Any) -> None:
        with contextlib.suppress(Exception):
            handler(sender=sender, **given)

    return handle


def _sending(headers: MutableMapping[str, Any] | None = None, **_: Any) -> None:
    if headers is None or process.core() is None:
        return
    headers.setdefault(_SENT, time.time() * 1_000)
    request = trace.current.get()
    if request is not None and request.traceparent:
        headers.setdefault("traceparent", request.traceparent)


def _beginning(task_id: str = "", task: Any = None, **_: Any) -> None:
    request = task.request
    if len(_runs) >= _MAX_RUNS:
        _runs.clear()
    run = JobRun(
        task.name,
        _queue_of(request),
        wait_ms=_wait_of(request),
        attempt=int(request.retries or 0) + 1,
        job_id=task_id,
        trace_id=trace_id_of(getattr(request, "traceparent", None)),
    )
    _runs[task_id] = (run, [])


def _ended(task_id: str = "", state: str | None = None, **_: Any) -> None:
    run, errors = _runs.pop(task_id, (None, []))
    if run is not None:
        run.end(_OUTCOMES.get(state or "", "failed"), errors[-1] if errors else None)


def _failed(sender: Any = None, task_id: str = "", exception: BaseException | None = None, **_: Any) -> None:
    if task_id in _runs:
        if exception is not None:
            _runs[task_id][1].append(exception)
        return
    # The worker's main process: the one with the task was lost, or killed by a time limit.
    core = process.core()
    if core is not None:
        core.job_ended(sender.name, None, "failed", None, job_id=task_id)
        if exception is not None:
            core.exception(exception, "job", False, route=sender.name)


def _retried(request: Any = None, reason: Any = None, **_: Any) -> None:
    if request.id in _runs:
        error = getattr(reason, "exc", None) or reason
        if isinstance(error, BaseException):
            _runs[request.id][1].append(error)


def _revoked(sender: Any = None, request: Any = None, **_: Any) -> None:
    """A task that was given up has no duration."""
    core = process.core()
    if core is not None:
        name = getattr(sender, "name", None) or getattr(request, "task", None) or "task"
        core.job_ended(str(name), _queue_of(request), "failed", None)


def _working(**_: Any) -> None:
    core = process.core()
    if core is not None:
        core.framework = core.framework or "celery"


def _leaving(**_: Any) -> None:
    """Processes of a pool end by os._exit, which runs no atexit."""
    recorder = process.recorder()
    if recorder is not None:
        recorder.leave()


def _queue_of(request: Any) -> str | None:
    info = getattr(request, "delivery_info", None) or {}
    queue = info.get("routing_key") or info.get("exchange")
    return str(queue) if queue else None


def _wait_of(request: Any) -> float | None:
    """Since the message was sent, or since it was due; None if its sender did not note that."""
    sent = getattr(request, _SENT, None)
    if not isinstance(sent, (int, float)):
        return None
    return max(0.0, time.time() * 1_000 - max(sent, _due(getattr(request, "eta", None))))


def _due(eta: Any) -> float:
    try:
        moment = datetime.fromisoformat(eta.replace("Z", "+00:00")) if isinstance(eta, str) else eta
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        return float(moment.timestamp() * 1_000)
    except (AttributeError, ValueError):
        return 0.0
