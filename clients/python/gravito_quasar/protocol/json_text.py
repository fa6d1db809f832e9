"""JSON as every implementation of the protocol writes it: compact, unescaped, and numbers as in ECMAScript."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

_HALF_PAIR = re.compile("[\ud800-\udfff]")
_EXPONENT = re.compile(r"^(-?)(\d)(?:\.(\d+))?e([+-])0*(\d+)$")


def to_json(value: Any) -> str:
    """The JSON text of plain data. NaN and infinite numbers are null.

    :raises TypeError: for a value that has no JSON form
    :raises RecursionError: for a value that contains itself
    """
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return text_json(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{text_json(str(key))}:{to_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([to_json(item) for item in value]) + "]"
    raise TypeError(f"A value of type {type(value).__name__} has no JSON form")


def text_json(text: str) -> str:
    """A JSON string. Half surrogate pairs are escaped: UTF-8 can't encode them."""
    quoted: str = encode_basestring(text)
    return quoted if quoted.isascii() else _HALF_PAIR.sub(lambda half: f"\\u{ord(half.group()):x}", quoted)


def number_text(value: float) -> str:
    """The shortest text of a number, without `.0`: as `String(value)` in ECMAScript."""
    if not math.isfinite(value):
        return "null"
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    found = _EXPONENT.match(text)
    if not found:
        return text
    sign, first, rest, direction, size = found.groups()
    digits = first + (rest or "")
    exponent = int(size)
    if direction == "-" and exponent < 7:
        return f"{sign}0.{'0' * (exponent - 1)}{digits}"
    return f"{sign}{first}{'.' + rest if rest else ''}e{direction}{exponent}"
