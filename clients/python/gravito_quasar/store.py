"""Writes reports to Redis: one pipeline each, on a connection of its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from .clock import ServerClock, ahead_by
from .pending import Pending
from .protocol import records
from .protocol.json_text import to_json
from .protocol.keys import Keys, node_member, segment
from .protocol.limits import (
    EXCEPTION_LIFE_MS,
    HISTORY_LIFE_MS,
    INDEX_LIFE_MS,
    MAX_EXCEPTIONS,
    MAX_SLOW_ENTRIES,
    ROLLUP_LIFE_MS,
    SERVICE_INDEX_LIFE_MS,
    life_of,
)
from .protocol.signature import Signer

_TIMEOUT_S = 2.0
_TIDY_EVERY_S = 60.0
Command = Sequence[Any]


class Step:
    """A command, the records that are lost if it fails, and what its reply tells."""

    def __init__(
        self, *command: Any, records: Sequence[Pending] = (), done: Callable[[Any, float], None] | None = None
    ) -> None:
        self.command = command
        self.records = records
        self.done = done


def connect(url: str) -> Any:
    """A lazy client with short time-outs and without retries. No command of it runs in the app's threads."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=_TIMEOUT_S,
        socket_timeout=_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        client_name="quasar",
        health_check_interval=0,
        max_connections=2,
    )


@lru_cache(maxsize=1)
def import_all() -> None:
    """Imports what a connection imports late: a child that is forked meanwhile would wait for ever for the lock."""
    import encodings.idna  # noqa: F401 - looking a host up imports it

    with contextlib.suppress(Exception):
        redis.Connection()  # type: ignore[no-untyped-call]


class Store:
    """Used by one thread, the reporter's."""

    def __init__(self, url: str, prefix: str, service: str, node: str, token: str | None) -> None:
        import_all()
        self._redis = connect(url)
        self.keys = Keys(service, prefix)
        self.clock = ServerClock()
        self._node = node
        self._signer = Signer(token)
        self._tidied_at: float | None = None
        self._is_indexed = False
        #: Whether a heartbeat was sent that has to be removed at the end.
        self.has_beaten = False

    def write(self, heartbeat: dict[str, Any] | None, pending: Sequence[Pending]) -> Exception | None:
        """Writes a report, and marks the records that were written. Returns the first error; never raises one."""
        try:
            if self.clock.is_doubtful:
                self._ask_time()
            steps = [
                *(self._heartbeat(heartbeat) if heartbeat else []),
                *self._slow(pending),
                *self._exceptions(pending),
                *self._spans(pending),
                *self._tidy(),
            ]
            return self._send(steps)
        except Exception as error:
            return error

    def leave(self) -> Exception | None:
        """Removes the node: it ended in good order. Returns the first error; never raises one."""
        if not self.has_beaten:
            return None
        try:
            keys = self.keys
            member = node_member(keys.service, self._node)
            error = self._send([Step("DEL", keys.node(self._node)), Step("ZREM", keys.node_index, member)])
        except Exception as raised:
            return raised
        self.has_beaten = error is not None
        return error

    def close(self) -> None:
        try:
            self._redis.close()
        except Exception:
            return

    def run(self, *commands: Command) -> list[Any]:
        """Replies of other commands; an error is a reply, too."""
        pipeline = self._redis.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        return list(pipeline.execute(raise_on_error=False))

    def sign(self, key: str, text: str) -> str:
        return self._signer.json(key, text)

    def _send(self, steps: Sequence[Step]) -> Exception | None:
        if not steps:
            return None
        sent_at = time.monotonic()
        first: Exception | None = None
        for step, reply in zip(steps, self.run(*(step.command for step in steps))):
            if isinstance(reply, Exception):
                if step.command[0] == "TIME" and _is_refusal(reply):
                    self.clock.refuse()
                else:
                    first = first or reply
                continue
            for record in step.records:
                record.is_written = True
            if step.done:
                step.done(reply, sent_at)
        return first

    def _ask_time(self) -> None:
        sent_at = time.monotonic()
        (reply,) = self.run(["TIME"])
        if isinstance(reply, Exception):
            if not _is_refusal(reply):
                raise reply
            self.clock.refuse()
        else:
            self.clock.learn(reply, sent_at)

    def _heartbeat(self, heartbeat: dict[str, Any]) -> list[Step]:
        shift = self.clock.shift()
        timestamp = max(0, heartbeat["timestamp"] + (shift or 0))
        key = self.keys.node(self._node)
        text = records.encode({**heartbeat, "timestamp": timestamp, "clockAhead": ahead_by(shift)})
        member = node_member(self.keys.service, self._node)
        # Also if the reply gets lost: Redis may have it.
        self.has_beaten = True
        return [
            Step("SET", key, self.sign(key, text), "PX", life_of(heartbeat["interval"])),
            Step("ZADD", self.keys.node_index, timestamp, member, done=self._note_indexed),
        ]

    def _note_indexed(self, reply: Any, _sent_at: float) -> None:
        """A node that is added again was lost with all else that is written seldom."""
        if self._is_indexed and reply == 1:
            self._tidied_at = None
        self._is_indexed = True

    def _slow(self, pending: Sequence[Pending]) -> list[Step]:
        key = self.keys.slow
        return [
            Step("XADD", key, "MAXLEN", "~", MAX_SLOW_ENTRIES, "*", *self._slow_fields(key, entry), records=[entry])
            for entry in pending
            if entry.kind == "slow"
        ]

    def _slow_fields(self, key: str, entry: Pending) -> list[str]:
        record, ahead = entry.dated(self.clock)
        return self._signer.fields(key, records.encode_slow_entry(record, ahead))

    def _exceptions(self, pending: Sequence[Pending]) -> list[Step]:
        entries = [entry for entry in pending if entry.kind == "exception"]
        if not entries:
            return []
        key, score = self.keys.errors, self.clock.now()
        members: list[Any] = []
        for entry in entries:
            record, ahead = entry.dated(self.clock)
            members += [score, self.sign(key, records.encode(record, ahead))]
        oldest = self.clock.oldest(EXCEPTION_LIFE_MS)
        return [
            Step("ZADD", key, "NX", *members, records=entries),
            *([] if oldest is None else [Step("ZREMRANGEBYSCORE", key, "-inf", oldest)]),
            Step("ZREMRANGEBYRANK", key, 0, -(MAX_EXCEPTIONS + 1)),
            Step("PEXPIRE", key, EXCEPTION_LIFE_MS),
        ]

    def _spans(self, pending: Sequence[Pending]) -> list[Step]:
        lives = {
            "rollup": (self.keys.rollup, ROLLUP_LIFE_MS),
            "history": (self.keys.history, HISTORY_LIFE_MS),
            "queues": (self.keys.queue_history, HISTORY_LIFE_MS),
        }
        steps: list[Step] = []
        for entry in pending:
            if entry.kind in lives:
                key, life = lives[entry.kind]
                steps += self._span(entry, key, life)
        return steps

    def _span(self, entry: Pending, key: str, life: int) -> list[Step]:
        record, ahead = entry.dated(self.clock)
        encode = records.encode_queue_history if entry.kind == "queues" else records.encode_rollup
        oldest = self.clock.oldest(life)
        trim = [] if oldest is None else ["MINID", "~", oldest]
        packed = records.pack(self.sign(key, encode(record, ahead)))
        add = Step("XADD", key, *trim, "*", *packed, records=[entry], done=self.clock.learn_from_id)
        return [add, Step("PEXPIRE", key, 2 * HISTORY_LIFE_MS)] if entry.kind == "queues" else [add]

    def _tidy(self) -> list[Step]:
        """Once a minute: old members of the indexes, the lives of streams, and Redis' clock."""
        is_due = self._tidied_at is None or time.monotonic() - self._tidied_at >= _TIDY_EVERY_S
        if not is_due:
            return []
        keys, clock = self.keys, self.clock
        nodes, services = clock.oldest(INDEX_LIFE_MS), clock.oldest(SERVICE_INDEX_LIFE_MS)
        return [
            *self._prune(keys.node_index, nodes),
            Step("ZADD", keys.service_index, clock.now(), segment(keys.service)),
            *([] if services is None else [Step("ZREMRANGEBYSCORE", keys.service_index, "-inf", services)]),
            Step("PEXPIRE", keys.rollup, 2 * ROLLUP_LIFE_MS),
            Step("PEXPIRE", keys.history, 2 * HISTORY_LIFE_MS, done=self._note_tidied),
            *([Step("TIME", done=clock.learn)] if clock.is_due else []),
        ]

    def _prune(self, index: str, oldest: int | None) -> list[Step]:
        """Also members in the far future, which would never get old."""
        if oldest is None:
            return []
        return [
            Step("ZREMRANGEBYSCORE", index, "-inf", oldest),
            Step("ZREMRANGEBYSCORE", index, oldest + 2 * INDEX_LIFE_MS, "+inf"),
        ]

    def _note_tidied(self, _reply: Any, _sent_at: float) -> None:
        self._tidied_at = time.monotonic()


def _is_refusal(error: Exception) -> bool:
    text = str(error).lower()
    return isinstance(error, redis.exceptions.NoPermissionError) or "noperm" in text or "unknown command" in text


def may_pass(error: Exception | None) -> bool:
    """Whether the same write may succeed in a moment: Redis was not reached, or did not answer in time."""
    refused = (redis.exceptions.AuthenticationError, redis.exceptions.AuthorizationError)
    unreached = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)
    return isinstance(error, unreached) and not isinstance(error, refused)


def text_size(record: dict[str, Any]) -> int:
    """About how many bytes a record takes."""
    try:
        return len(to_json(record))
    except (TypeError, RecursionError):
        return 0
