"""Jobs: any piece of work with a name, a duration and an outcome."""

from __future__ import annotations

import contextlib
import functools
import inspect
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar, overload

from . import process
from .core import Core, Outcome
from .trace import active_trace_id

Function = TypeVar("Function", bound=Callable[..., Any])


class JobRun:
    """One attempt at a job. Never raises."""

    def __init__(
        self,
        name: str,
        queue: str | None = None,
        *,
        wait_ms: float | None = None,
        attempt: int | None = None,
        job_id: str | None = None,
        trace_id: str | None = None,
    ) -> None:
        self._core: Core | None = process.core()
        self.name = name
        self._queue = queue
        self._further = {"wait_ms": wait_ms, "attempt": attempt, "job_id": job_id}
        self._trace_id = trace_id
        self._gc_before = self._core.gc.total_ms if self._core else None
        self._started = time.perf_counter()
        self._is_over = False

    def end(self, outcome: Outcome, error: BaseException | None = None) -> None:
        """Counts the attempt; once. An error of an attempt that is `retried` is handled."""
        core = self._core
        if core is None or self._is_over or process.core() is not core:
            return
        self._is_over = True
        duration = (time.perf_counter() - self._started) * 1_000
        with contextlib.suppress(Exception):
            trace_id = active_trace_id() or self._trace_id
            further: Any = {**self._further, "trace_id": trace_id, "gc_before": self._gc_before}
            core.job_ended(self.name, self._queue, outcome, duration, **further)
            if error is not None and outcome != "completed":
                handled = outcome == "retried"
                core.exception(error, "job", handled, route=self.name, queue=self._queue, trace_id=trace_id)


class Job:
    """A decorator of functions, sync and async, and a context manager."""

    def __init__(self, name: str | None, queue: str | None, wait_ms: float | None, attempt: int | None) -> None:
        self._name = name
        self._queue = queue
        self._given: Any = {"wait_ms": wait_ms, "attempt": attempt}
        self._runs: list[JobRun] = []

    def _run(self, name: str) -> JobRun:
        return JobRun(self._name or name, self._queue, **self._given)

    def __enter__(self) -> Job:
        self._runs.append(self._run("job"))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._runs:
            _end(self._runs.pop(), error)

    async def __aenter__(self) -> Job:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: Function) -> Function:
        name = getattr(function, "__qualname__", "job")
        call: Any = function

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run_async(*args: Any, **kwargs: Any) -> Any:
                with _following(self._run(name)):
                    return await call(*args, **kwargs)

            return run_async  # type: ignore[return-value]

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            with _following(self._run(name)):
                return call(*args, **kwargs)

        return run  # type: ignore[return-value]


@contextlib.contextmanager
def _following(run: JobRun) -> Any:
    try:
        yield
    except BaseException as error:
        _end(run, error)
        raise
    _end(run, None)


def _end(run: JobRun, error: BaseException | None) -> None:
    """A generator that is closed, and a process that exits well, have not failed."""
    is_good = error is None or isinstance(error, GeneratorExit) or (isinstance(error, SystemExit) and not error.code)
    run.end("completed" if is_good else "failed", error)


@overload
def job(name: Function) -> Function: ...
@overload
def job(
    name: str | None = None,
    *,
    queue: str | None = None,
    wait_ms: float | None = None,
    attempt: int | None = None,
) -> Job: ...
def job(
    name: str | Function | None = None,
    *,
    queue: str | None = None,
    wait_ms: float | None = None,
    attempt: int | None = None,
) -> Job | Function:
    """Follows a job.

    :param name: default: the function's name
    :param queue: the queue that it comes from
    :param wait_ms: how long it waited before its first attempt, ms
    :param attempt: from 1

    >>> @quasar.job(queue="mail")
    ... def send_invoice(number): ...
    >>> with quasar.job("nightly-import"):
    ...     run_import()
    """
    if callable(name):
        return Job(None, queue, wait_ms, attempt)(name)
    return Job(name, queue, wait_ms, attempt)
