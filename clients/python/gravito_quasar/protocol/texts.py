"""Lengths count UTF-16 code units, as readers count them."""

from __future__ import annotations

import math


def units(text: str) -> int:
    """Length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text) + sum(1 for char in text if char > "\uffff")


def cut(text: str, most: int) -> str:
    """At most `most` code units; a text that is cut ends with `…`."""
    if units(text) <= most:
        return text
    left = most - 1
    for index, char in enumerate(text[:most]):
        left -= 2 if char > "\uffff" else 1
        if left < 0:
            return text[:index] + "…"
    return text[: most - 1] + "…"


def rounded(value: float | None) -> float | None:
    """Three decimals, which is µs for ms. None unless it is finite."""
    if value is None or not math.isfinite(value):
        return None
    return math.floor(value * 1_000 + 0.5) / 1_000


def percent(share: float) -> float | None:
    """A share as a percentage, 0 to 100."""
    return rounded(min(100.0, max(0.0, share * 100)))
