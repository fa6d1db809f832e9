"""The only error that Quasar raises into an app, and only at the start."""

from __future__ import annotations

from typing import Any, Literal

Code = Literal["invalid_option", "missing_package"]


class QuasarError(Exception):
    """A mistake in the set-up. Compare `code`, not texts: the message explains the fix."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


def invalid_option(source: str, takes: str, *value: Any) -> QuasarError:
    """`source` names the option or the variable. The value is never shown, as it may be a secret: only its type is."""
    got = f"; got {_described(value[0])}" if value else ""
    return QuasarError("invalid_option", f"Quasar: {source} takes {takes}{got}.")


def _described(value: Any) -> str:
    if value is None or isinstance(value, (bool, int, float)):
        return str(value)
    if isinstance(value, str):
        return "a text that is not" if value else "an empty text"
    return f"a value of type {type(value).__name__}"
