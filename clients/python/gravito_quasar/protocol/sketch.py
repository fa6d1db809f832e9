"""A mergeable histogram of durations in ms with at most 2 % relative error."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

_SUB_BUCKETS = 32
_MIN_EXPONENT = -10
_MAX_EXPONENT = 30
BUCKETS = (_MAX_EXPONENT - _MIN_EXPONENT) * _SUB_BUCKETS
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ENTRY = r"[0-9a-z]{1,3}(?:\*[0-9a-z]{1,7})?"
_TEXT = re.compile(rf"(?:{_ENTRY}(?:,{_ENTRY})*)?\Z")
_MAX_COUNT = 0xFFFF_FFFF


def bucket_of(duration: float) -> int:
    """The bucket's number, 0 to 1279."""
    if not duration > 0:
        return 0
    if math.isinf(duration):
        return BUCKETS - 1
    fraction, exponent = math.frexp(duration)
    bucket = (exponent - 1 - _MIN_EXPONENT) * _SUB_BUCKETS + int((fraction * 2 - 1) * _SUB_BUCKETS)
    return min(max(bucket, 0), BUCKETS - 1)


def duration_of(bucket: int) -> float:
    """The duration in ms that represents a bucket."""
    low, high = _lower_bound(bucket), _lower_bound(bucket + 1)
    return 2 * low * high / (low + high)


def _lower_bound(bucket: int) -> float:
    return math.ldexp(1 + (bucket % _SUB_BUCKETS) / _SUB_BUCKETS, bucket // _SUB_BUCKETS + _MIN_EXPONENT)


class Sketch:
    """Counts of durations by bucket."""

    __slots__ = ("_counts", "count")

    def __init__(self) -> None:
        self.count = 0
        self._counts: dict[int, int] = {}

    def record(self, duration: float, times: int = 1) -> None:
        """Counts a duration in ms."""
        self._add(bucket_of(duration), times)

    def merge(self, other: Sketch) -> None:
        """Adds all durations of another sketch."""
        for bucket, times in other._counts.items():
            self._add(bucket, times)

    def quantile(self, share: float) -> float | None:
        """The duration in ms at or below which a share (0 to 1) of the recorded ones lies; None without any."""
        if self.count == 0:
            return None
        rank = max(1, math.ceil(share * self.count))
        seen = 0
        buckets = sorted(self._counts)
        for bucket in buckets:
            seen += self._counts[bucket]
            if seen >= rank:
                return duration_of(bucket)
        return duration_of(buckets[-1])

    def encode(self) -> str:
        """The text form: distances between buckets and counts, in base 36."""
        return ",".join(self._parts())

    def _parts(self) -> Iterator[str]:
        previous = 0
        for bucket in sorted(self._counts):
            times = self._counts[bucket]
            distance = _base36(bucket - previous)
            yield distance if times == 1 else f"{distance}*{_base36(times)}"
            previous = bucket

    def _add(self, bucket: int, times: int) -> None:
        self._counts[bucket] = self._counts.get(bucket, 0) + times
        self.count += times


def parse_sketch(text: str) -> Sketch | None:
    """Reads the text form; None if it is invalid."""
    if not _TEXT.match(text):
        return None
    sketch = Sketch()
    bucket = 0
    for part in text.split(",") if text else []:
        distance, _, times = part.partition("*")
        bucket += int(distance, 36)
        count = int(times, 36) if times else 1
        if bucket >= BUCKETS or not 1 <= count <= _MAX_COUNT:
            return None
        sketch._add(bucket, count)
    return sketch


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if number == 0:
            return digits
