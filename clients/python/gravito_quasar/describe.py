"""Describes an exception: bounded and without secrets."""

from __future__ import annotations

import hashlib
import re
import sysconfig
from types import TracebackType
from typing import Any, NamedTuple

from .protocol.limits import MAX_MESSAGE_CHARS, MAX_NAME_CHARS, MAX_STACK_CHARS
from .protocol.texts import cut
from .redaction import mask, mask_message

_MAX_FRAMES = 60
_MAX_RELATED = 8
_LIBRARY = ("site-packages", "dist-packages", "<frozen", sysconfig.get_paths()["stdlib"])
_VARIES = [
    (re.compile(r'"[^"]*(?:"|$)|`[^`]*(?:`|$)'), "<value>"),
    (re.compile(r"(?<!\w)'[^']*'(?!\w)"), "<value>"),
    (re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s<>'\",;)]+"), "<url>"),
    (re.compile(r"\b[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}\b"), "<id>"),
    (re.compile(r"(?<![\w/<])(?:~|\.{1,2})?(?:/[\w.@%+~-]+)+/?(?::\d+)*"), "<path>"),
    (re.compile(r"\b0x[\da-fA-F]+\b|\b(?=[a-f]*\d)[\da-f]{6,}\b"), "#"),
    (re.compile(r"[-+]?\d+(?:[.,]\d+)*"), "#"),
    (re.compile(r"\s+"), " "),
]


class Description(NamedTuple):
    name: str
    message: str
    stack: str | None
    fingerprint: str


class _Frame(NamedTuple):
    file: str
    line: int
    function: str


def describe(error: BaseException) -> Description:
    """Never raises, even if the exception's `__str__` does."""
    name = cut(type(error).__qualname__, MAX_NAME_CHARS)
    message = cut(mask_message(_text_of(error)), MAX_MESSAGE_CHARS)
    frames = _frames(error.__traceback__)
    stack = _whole_stack(error, frames)
    return Description(name, message, stack, _fingerprint(name, message, frames))


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(no message: its __str__ raises)"


def _frames(traceback: TracebackType | None) -> list[_Frame]:
    """The innermost frames, outermost first. No source lines: they would be read from disk, and may hold secrets."""
    frames: list[_Frame] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(_Frame(code.co_filename, traceback.tb_lineno, code.co_name))
        traceback = traceback.tb_next
    return frames[-_MAX_FRAMES:]


def _stack_of(error: BaseException, frames: list[_Frame]) -> str:
    lines = [f'  File "{file}", line {line}, in {function}' for file, line, function in frames]
    head = f"{type(error).__qualname__}: {_text_of(error)}"
    return mask_message("\n".join(["Traceback (most recent call last):", *lines, head]) if lines else head)


def _whole_stack(error: BaseException, frames: list[_Frame]) -> str | None:
    related = _related(error)
    if not frames and not related:
        return None
    others = [label + _stack_of(one, _frames(one.__traceback__)) for label, one in related]
    share = MAX_STACK_CHARS // 2 // max(1, len(others))
    tail = "".join(f"\n{cut(text, max(250, share))}" for text in others)
    own = _stack_of(error, frames)
    room = max(MAX_STACK_CHARS // 2, MAX_STACK_CHARS - len(tail))
    while len(own) > room and len(frames) > 1:
        frames = frames[len(frames) // 4 + 1 :]
        own = _stack_of(error, frames)
    return cut(cut(own, room) + tail, MAX_STACK_CHARS)


def _related(error: BaseException) -> list[tuple[str, BaseException]]:
    """Inner errors of a group, and causes; each once, as there may be a cycle."""
    found: list[tuple[str, BaseException]] = []
    seen = {id(error)}
    waiting: list[BaseException] = [error]
    while waiting and len(found) < _MAX_RELATED:
        current = waiting.pop(0)
        for label, one in [*_inner_of(current), *_cause_of(current)]:
            if id(one) not in seen and len(found) < _MAX_RELATED:
                seen.add(id(one))
                found.append((label, one))
                waiting.append(one)
    return found


def _inner_of(error: BaseException) -> list[tuple[str, BaseException]]:
    inner: Any = getattr(error, "exceptions", None)
    if not isinstance(inner, (list, tuple)):
        return []
    known = [one for one in inner if isinstance(one, BaseException)]
    return [(f"Error {index + 1} of {len(known)}: ", one) for index, one in enumerate(known)]


def _cause_of(error: BaseException) -> list[tuple[str, BaseException]]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [("Caused by: ", cause)] if cause is not None else []


def _fingerprint(name: str, message: str, frames: list[_Frame]) -> str:
    own = [frame for frame in frames if not any(part in frame.file for part in _LIBRARY)]
    nearest = (own or frames)[-1:]
    place = f"{nearest[0].file}:{nearest[0].function}" if nearest else ""
    text = f"{name}\n{template_of(message)}\n{place}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def template_of(message: str) -> str:
    """A message without its varying parts, equal for errors of one cause."""
    text = message[:300]
    for pattern, mark in _VARIES:
        text = pattern.sub(mark, text)
    return text.strip()[:200]


def words_of(error: BaseException) -> str:
    """An error on one line, for a log: without secrets."""
    return cut(mask(f"{type(error).__qualname__}: {_text_of(error)}"), 300)
