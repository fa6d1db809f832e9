"""RQ: each attempt at a job, by a worker class.

A job runs in a forked process, the work horse. What it records goes to the worker, which reports it: a node for each
job would only come and go.
"""

from __future__ import annotations

import contextlib
import os
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from . import process
from .core import Core, Outcome
from .errors import QuasarError
from .handover import read_handover, write_handover
from .jobs import JobRun

if TYPE_CHECKING:
    QuasarWorker: Any
    QuasarSimpleWorker: Any

_AGAIN = ("queued", "scheduled", "deferred")
_made: dict[str, Any] = {}


class WorkHorseLostError(Exception):
    """The process of a job ended without a word: it was killed, or crashed."""


class Monitored:
    """Mix it into a worker class of your own: `class MyWorker(Monitored, Worker)`."""

    _quasar_pipe: tuple[int, int] | None = None
    _quasar_parent: int | None = None
    _quasar_error: BaseException | None = None

    def fork_work_horse(self, job: Any, queue: Any) -> Any:
        _begin()
        self._quasar_parent = os.getpid()
        self._quasar_pipe = reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        with process.silent_child():
            forked = super().fork_work_horse(job, queue)  # type: ignore[misc]
        os.close(writing)
        return forked

    def monitor_work_horse(self, job: Any, *rest: Any) -> Any:
        try:
            return super().monitor_work_horse(job, *rest)  # type: ignore[misc]
        finally:
            pipe, self._quasar_pipe = self._quasar_pipe, None
            if pipe is not None:
                with contextlib.suppress(Exception):
                    _take_over(pipe[0], job)
                os.close(pipe[0])

    def perform_job(self, job: Any, queue: Any, *rest: Any) -> Any:
        _begin()
        self._quasar_error = None
        run = _run_of(job, queue)
        done = super().perform_job(job, queue, *rest)  # type: ignore[misc]
        with contextlib.suppress(Exception):
            run.end(_outcome_of(job, bool(done)), self._quasar_error)
            self._hand_over()
        return done

    def handle_exception(self, job: Any, *exc_info: Any) -> Any:
        self._quasar_error = exc_info[1] if len(exc_info) > 1 else None
        return super().handle_exception(job, *exc_info)  # type: ignore[misc]

    def _hand_over(self) -> None:
        core = process.core()
        if core is not None and self._quasar_pipe is not None and self._quasar_parent != os.getpid():
            write_handover(self._quasar_pipe[1], core)


def __getattr__(name: str) -> Any:
    """`QuasarWorker` and `QuasarSimpleWorker`, made when RQ is there."""
    bases = {"QuasarWorker": "Worker", "QuasarSimpleWorker": "SimpleWorker"}
    if name not in bases:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name not in _made:
        try:
            import rq
        except ImportError:
            raise QuasarError("missing_package", "Quasar: monitoring RQ needs the package rq.") from None
        _made[name] = type(name, (Monitored, getattr(rq, bases[name])), {"__module__": __name__})
    return _made[name]


def _begin() -> None:
    """`rq worker -w` starts nothing else: the options come from the environment then."""
    if process.recorder() is None:
        with contextlib.suppress(Exception):
            process.start()
    core = process.core()
    if core is not None:
        core.framework = core.framework or "rq"


def _run_of(job: Any, queue: Any) -> JobRun:
    retries = getattr(job, "number_of_retries", None)
    attempt = None if retries is None and getattr(job, "retries_left", None) is not None else (retries or 0) + 1
    return JobRun(
        _name_of(job),
        str(getattr(queue, "name", "")) or None,
        wait_ms=_wait_of(job),
        attempt=attempt,
        job_id=str(job.id),
    )


def _name_of(job: Any) -> str:
    try:
        return str(job.func_name)
    except Exception:
        return "job"


def _wait_of(job: Any) -> float | None:
    enqueued: datetime | None = getattr(job, "enqueued_at", None)
    if enqueued is None:
        return None
    moment = enqueued if enqueued.tzinfo else enqueued.replace(tzinfo=timezone.utc)
    return max(0.0, (time.time() - moment.timestamp()) * 1_000)


def _outcome_of(job: Any, is_done: bool) -> Outcome:
    status = job.get_status(refresh=False)
    if str(getattr(status, "value", status)) in _AGAIN:
        return "retried"
    return "completed" if is_done else "failed"


def _take_over(reading: int, job: Any) -> None:
    core = process.core()
    if core is None:
        return
    if not read_handover(reading, core):
        _note_lost(core, job)


def _note_lost(core: Core, job: Any) -> None:
    queue, name = str(getattr(job, "origin", "")) or None, _name_of(job)
    core.job_ended(name, queue, "failed", None, job_id=str(job.id))
    error = WorkHorseLostError("The work horse ended without a word")
    core.exception(error, "job", False, route=name, queue=queue)
