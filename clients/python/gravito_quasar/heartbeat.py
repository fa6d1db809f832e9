"""The heartbeat of this process."""

from __future__ import annotations

import os
import platform
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any

from .clock import wall_ms
from .core import Core
from .describe import words_of
from .probes import process_age
from .protocol.json_text import to_json
from .protocol.limits import MAX_META_BYTES, MAX_META_DEPTH, MAX_NAME_CHARS, PROTOCOL_VERSION
from .redaction import mask_message, names_secret

VERSION = "0.1.0"


def host_name() -> str | None:
    try:
        return socket.gethostname()[:MAX_NAME_CHARS] or None
    except OSError:
        return None


def node_id() -> str:
    """Unique in the fleet: of the host, the process and the time."""
    suffix = f"{os.getpid()}-0-{_base36(wall_ms())}"
    return f"{(host_name() or 'host')[: MAX_NAME_CHARS - len(suffix) - 1]}-{suffix}"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


class Heartbeats:
    """Builds heartbeats; what stays the same is read once."""

    def __init__(self, core: Core) -> None:
        options = core.options
        self._core = core
        age = process_age()
        self._born = time.monotonic() - (age or 0.0)
        self._identity = {
            "v": PROTOCOL_VERSION,
            "id": core.node,
            "service": options.service,
            "timestamp": 0,
            "clockAhead": None,
            "interval": options.interval,
            "environment": options.environment,
            "language": "python",
            "version": platform.python_version(),
            "appVersion": options.app_version,
            "sdk": {"name": "quasar-python", "version": VERSION},
            "pid": os.getpid(),
            "hostname": host_name(),
            "platform": sys.platform,
            "arch": platform.machine() or None,
            "instance": None,
            "thread": None,
        }

    def build(
        self, figures: dict[str, Any], requests: dict[str, Any] | None, recorder: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            **self._identity,
            "timestamp": wall_ms(),
            # uWSGI numbers a worker after its fork.
            "instance": _instance(),
            **figures,
            "requests": requests,
            "connections": self._core.connections(),
            "children": None,
            "recorder": recorder,
            "runtime": {"uptime": round(time.monotonic() - self._born, 3), "framework": self._core.framework},
            "ready": self._ready(),
            "setup": None,
            "meta": self._meta(),
        }

    def _ready(self) -> dict[str, Any] | None:
        ready = self._core.options.ready
        if ready is None:
            return None
        try:
            state = ready()
            if isinstance(state, Mapping):
                deps = state.get("deps")
                return {"status": str(state["status"])[:MAX_NAME_CHARS], "deps": None if deps is None else _plain(deps)}
            return {"status": "ready" if state else "not ready", "deps": None}
        except (Exception, SystemExit) as error:
            self._core.note("ready", f'"ready" can\'t be had: {words_of(error)}')
            return {"status": "error", "deps": None}

    def _meta(self) -> dict[str, Any] | None:
        meta = self._core.options.meta
        if meta is None:
            return None
        try:
            return _plain(meta() if callable(meta) else meta)
        except (Exception, SystemExit) as error:
            self._core.note("meta", f'"meta" can\'t be had: {words_of(error)}')
            return None


def _instance() -> str | None:
    """uWSGI's worker number."""
    worker_id = getattr(sys.modules.get("uwsgi"), "worker_id", None)
    try:
        return str(worker_id()) if callable(worker_id) and worker_id() else None
    except (Exception, SystemExit):
        return None


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """A masked copy of data with a JSON form of at most 4 KiB."""
    copied: dict[str, Any] = _masked(dict(value), "", 0)
    if len(to_json(copied).encode("utf-8", "replace")) > MAX_META_BYTES:
        raise ValueError(f"it is longer than {MAX_META_BYTES} bytes as JSON")
    return copied


def _masked(value: Any, name: str, depth: int) -> Any:
    if depth > MAX_META_DEPTH:
        raise ValueError(f"it is nested deeper than {MAX_META_DEPTH} levels")
    if isinstance(value, Mapping):
        return {str(key): _masked(item, str(key), depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(item, name, depth + 1) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if name and names_secret(name):
        return "***"
    return mask_message(value) if isinstance(value, str) else value
