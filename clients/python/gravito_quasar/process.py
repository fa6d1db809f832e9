"""The recorder of this process: one, started once, and a new one in each forked child."""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing.util
import os
import sys
import threading
from typing import Any

from .core import Core
from .heartbeat import node_id
from .options import Options, resolve
from .reporter import Reporter

#: How long the end of the process waits for the last report, seconds.
END_WAIT_S = 0.25


class Recorder:
    """What :func:`start` returns. It stays valid in forked children, where it reports as a node of its own."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._begin()

    def _begin(self, reports: bool = True) -> None:
        self.pid = os.getpid()
        self.core = Core(self._options, node_id())
        self.reporter: Reporter | None = None
        if not self._options.enabled:
            return
        self.core.gc.start()
        if reports and self._options.redis:
            self.reporter = Reporter(self.core, self._options.redis)
            self.core.on_activity = self.reporter.resume

    def begin_in_child(self, reports: bool) -> None:
        """The thread of the parent is gone, and what it recorded is the parent's to report."""
        former = self.core
        former.gc.stop()
        had_ended, queues = self.reporter is None and self._options.redis is not None, _chores_of(self.reporter)
        self._begin(reports and not had_ended)
        self.core.framework = former.framework
        if self.reporter and queues:
            self.reporter.chores, self.reporter.farewells = queues

    @property
    def node(self) -> str:
        return self.core.node

    @property
    def is_enabled(self) -> bool:
        return self._options.enabled

    def status(self) -> dict[str, Any]:
        """Node, service, whether it reports, the last report (Unix ms), and records that wait or were lost."""
        reporter = self.reporter
        return {
            "node": self.core.node,
            "service": self._options.service,
            "enabled": self._options.enabled,
            "reporting": reporter is not None and not reporter.has_left,
            "reportedAt": reporter.reported_at if reporter else None,
            "lastError": reporter.last_error if reporter else None,
            "waiting": len(self.core.pending()),
            "dropped": self.core.backlog.dropped,
        }

    def flush(self, timeout: float = 2.0) -> bool:
        """Reports now, and waits for it up to `timeout` seconds. True if Redis took the report."""
        return self.reporter.flush(timeout) if self.reporter else False

    def stop(self, timeout: float = 2.0) -> None:
        """Sends the last report, removes the node and ends the thread."""
        if self.reporter:
            self.reporter.close(timeout)
            self.reporter = None
        self.core.gc.stop()
        self.core.loops.stop()
        self.core.on_activity = lambda: None

    def leave(self, timeout: float = END_WAIT_S) -> None:
        """Sends the last report and removes the node; it comes back when something is recorded."""
        if self.reporter:
            self.reporter.leave(timeout)

    def __repr__(self) -> str:
        return f"<Recorder of {self._options.service!r}, node {self.core.node!r}>"


def _chores_of(reporter: Reporter | None) -> Any:
    return (reporter.chores, reporter.farewells) if reporter else None


class _Slot:
    def __init__(self) -> None:
        self.recorder: Recorder | None = None
        #: Whether the next forked child has a parent that reports for it.
        self.is_child_silent = False
        self.lock = threading.Lock()
        self.hooks: list[Any] = []


_slot = _Slot()


def start(**given: Any) -> Recorder:
    with _slot.lock:
        if _slot.recorder is not None:
            return _slot.recorder
        options = resolve(given)
        recorder = Recorder(options)
        if options.enabled and options.redis is None:
            recorder.core.log("there is no Redis to report to: set QUASAR_REDIS_URL, REDIS_URL or the option redis.")
        _slot.recorder = recorder
        if options.enabled:
            _install_hooks()
        return recorder


def stop(timeout: float = 2.0) -> None:
    with _slot.lock:
        recorder, _slot.recorder = _slot.recorder, None
    if recorder:
        recorder.stop(timeout)


def recorder() -> Recorder | None:
    return _slot.recorder


def core() -> Core | None:
    """Where to record; None while nothing is recorded."""
    current = _slot.recorder
    return current.core if current is not None and current.is_enabled else None


def _end() -> None:
    """A process that ends has no time for a Redis that hangs."""
    current = _slot.recorder
    if current is not None:
        with contextlib.suppress(Exception):
            current.leave(END_WAIT_S)


@contextlib.contextmanager
def silent_child() -> Any:
    """A child that is forked meanwhile records without reporting: its parent takes over what it recorded."""
    _slot.is_child_silent = True
    try:
        yield
    finally:
        _slot.is_child_silent = False


def _after_fork_in_child() -> None:
    _slot.lock = threading.Lock()
    is_silent, _slot.is_child_silent = _slot.is_child_silent, False
    if _slot.recorder is None:
        return
    try:
        _slot.recorder.begin_in_child(not is_silent)
    except Exception:
        _slot.recorder = None


def _after_multiprocessing_fork(_slot_of_parent: Any) -> None:
    """Children of multiprocessing end by os._exit, which runs no atexit."""
    multiprocessing.util.Finalize(None, _end, exitpriority=0)


def _uwsgi() -> Any:
    """uWSGI's own module, which there is only inside it."""
    try:
        import uwsgi
    except ImportError:
        return None
    return uwsgi


def _hook_uwsgi(uwsgi: Any) -> None:
    """uWSGI forks its workers without Python's hooks, and has one of its own."""
    if uwsgi is None:
        return
    former = getattr(uwsgi, "post_fork_hook", None)

    def forked() -> None:
        current = _slot.recorder
        if current is not None and current.pid != os.getpid():
            _after_fork_in_child()
        if callable(former):
            former()

    uwsgi.post_fork_hook = forked


_has_hooks = False


def _install_hooks() -> None:
    """Once in the life of the process: they can't be taken away, and do nothing after :func:`stop`."""
    global _has_hooks
    if _has_hooks:
        return
    _has_hooks = True
    atexit.register(_end)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork_in_child)
    multiprocessing.util.register_after_fork(_slot, _after_multiprocessing_fork)
    _hook_uwsgi(_uwsgi())
    _chain_excepthooks()


def _chain_excepthooks() -> None:
    former, former_of_threads = sys.excepthook, threading.excepthook

    def excepthook(kind: Any, error: Any, traceback: Any) -> None:
        if not isinstance(error, (KeyboardInterrupt, SystemExit)):
            _record_uncaught(error)
        former(kind, error, traceback)

    def thread_excepthook(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            _record_uncaught(args.exc_value)
        former_of_threads(args)

    sys.excepthook = excepthook
    threading.excepthook = thread_excepthook


def _record_uncaught(error: BaseException) -> None:
    with contextlib.suppress(Exception):
        current = core()
        if current is not None:
            current.exception(error, "uncaught", False)
