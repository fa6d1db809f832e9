"""Reports in a thread of its own, so that Redis never makes the app wait."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from .clock import wall_ms
from .core import Core
from .describe import words_of
from .heartbeat import Heartbeats, host_name
from .minute import Rollups
from .probes import Probes
from .protocol.texts import rounded
from .series import Series, totals_of
from .store import Store, may_pass, text_size

_FIRST_REPORT_S = 0.8
#: Of the last report, whose records no later one can write. The pause doubles after each try.
_LAST_TRIES = 5
_LAST_PAUSE_S = 0.05


class Reporter:
    """One thread. :meth:`leave` ends its reports until something is recorded again."""

    def __init__(self, core: Core, url: str) -> None:
        options = core.options
        self._core = core
        self._interval_s = options.interval / 1_000
        self._store = Store(url, options.prefix, options.service, core.node, options.token)
        self._heartbeats = Heartbeats(core)
        self._probes = Probes(options.disks)
        self._rollups = Rollups(core.node, host_name())
        self._since = time.monotonic()
        self._collect_ms: float | None = None
        self._flush_ms: float | None = None
        self._has_failed = False
        #: Further work of the thread at each report, such as reading queues.
        self.chores: list[Callable[[Store], None]] = []
        self.farewells: list[Callable[[Store], None]] = []
        self.has_left = False
        self._wake = threading.Event()
        self._is_closing = False
        self._asked: list[tuple[str, threading.Event, float]] = []
        self._lock = threading.Lock()
        self.last_error: str | None = None
        self.reported_at: int | None = None
        self._thread = threading.Thread(target=self._run, name="quasar", daemon=True)
        self._thread.start()

    # From other threads

    def flush(self, timeout: float) -> bool:
        """Reports now. False if that took longer than `timeout` seconds, or Redis did not take it."""
        return self._ask("flush", timeout) and self.last_error is None

    def leave(self, timeout: float) -> bool:
        """The last report, and the node's farewell; reporting goes on when something is recorded."""
        return self._ask("leave", timeout)

    def close(self, timeout: float) -> bool:
        """Like :meth:`leave`, and ends the thread."""
        return self._ask("close", timeout)

    def resume(self) -> None:
        if self.has_left:
            self.has_left = False
            self._wake.set()

    def _ask(self, what: str, timeout: float) -> bool:
        if not self._thread.is_alive() or threading.current_thread() is self._thread:
            return False
        done = threading.Event()
        with self._lock:
            self._asked.append((what, done, time.monotonic() + timeout))
        self._wake.set()
        return done.wait(timeout)

    # The thread

    def _run(self) -> None:
        delay = min(_FIRST_REPORT_S, self._interval_s)
        try:
            while not self._is_closing:
                self._wake.wait(None if self.has_left else delay)
                self._wake.clear()
                self._serve()
                delay = self._interval_s * random.uniform(0.9, 1.1)
        finally:
            self._store.close()

    def _serve(self) -> None:
        with self._lock:
            asked, self._asked = self._asked, []
        wanted = {what for what, _, _ in asked}
        try:
            if wanted & {"leave", "close"}:
                self._end(max(until for _, _, until in asked))
                self._is_closing = "close" in wanted
            elif wanted or not self.has_left:
                self._report()
        # Also what an app's function raises to end its thread, such as SystemExit: this thread is not the app's.
        except BaseException as error:
            self._core.note("report", f"a report failed: {words_of(error)}")
        for _, done, _ in asked:
            done.set()

    def _end(self, until: float) -> None:
        if self.has_left:
            return
        self.has_left = True
        self._collect(is_last=True)
        # A process that ends before its first heartbeat gets none: it would be lost as soon as it appeared.
        _insist(lambda: self._write(None), until)
        for farewell in self.farewells:
            farewell(self._store)
        _insist(self._store.leave, until)

    def _report(self) -> None:
        began = time.perf_counter()
        heartbeat = self._collect(is_last=False)
        self._collect_ms = rounded((time.perf_counter() - began) * 1_000)
        self._write(heartbeat)
        for chore in self.chores:
            chore(self._store)

    def _write(self, heartbeat: dict[str, Any] | None) -> Exception | None:
        pending = self._core.pending()
        if heartbeat is None and not pending:
            return None
        began = time.perf_counter()
        error = self._store.write(heartbeat, pending)
        self._note(error)
        self._core.forget_written()
        self._flush_ms = rounded((time.perf_counter() - began) * 1_000)
        return error

    def _collect(self, is_last: bool) -> dict[str, Any]:
        now, core = time.monotonic(), self._core
        length = (now - self._since) * 1_000
        self._since = now
        routes, jobs = core.take()
        figures = {**self._probes.read(), "eventLoop": core.loops.take(), "gc": core.gc.take()}
        end = wall_ms()
        span = (max(0, end - round(length)), end)
        core.add_pending(*self._rollups.take(span, routes, jobs, figures, is_last))
        return self._heartbeats.build(figures, self._requests(routes, length), self._recorder())

    def _requests(self, routes: list[Series], length: float) -> dict[str, Any] | None:
        flights = self._core.flights()
        if not routes and not flights["inFlight"] and self._core.framework in (None, "celery", "rq"):
            return None
        return {**totals_of(routes, length), **flights}

    def _recorder(self) -> dict[str, Any]:
        waiting = sum(text_size(record.record) for record in self._core.pending())
        figures = {"collectMs": self._collect_ms, "flushMs": self._flush_ms}
        return {**figures, "dropped": self._core.backlog.dropped, "bufferedBytes": waiting}

    def _note(self, error: Exception | None) -> None:
        if error is None:
            if self._has_failed:
                self._core.log("Redis takes reports again.")
            self._has_failed, self.last_error, self.reported_at = False, None, wall_ms()
            return
        self.last_error = words_of(error)
        if not self._has_failed:
            self._has_failed = True
            self._core.log(f"Redis does not take reports, and the app runs on without them: {self.last_error}")


def _insist(write: Callable[[], Exception | None], until: float) -> None:
    """Tries again while Redis can't be reached: on a busy machine one write may time out."""
    pause = _LAST_PAUSE_S
    for _ in range(_LAST_TRIES):
        if not may_pass(write()) or time.monotonic() + pause >= until:
            return
        time.sleep(pause)
        pause *= 2
