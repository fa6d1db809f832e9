"""Thresholds of slow requests and jobs, and ignored paths."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Union

Pattern = Union[str, "re.Pattern[str]"]
SlowRules = Union[float, bool, Sequence[Any]]
Ignore = Union[Pattern, Callable[[str], bool]]
Threshold = Callable[[str], float]

TAKES_SLOW = "a number of ms, False, or rules [[pattern, ms], …, ms], or {requests, jobs} with one of these each"
TAKES_IGNORE = "a path, a pattern, a function, or a list of them"


def is_ms(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def is_pattern(value: Any) -> bool:
    return (isinstance(value, str) and value != "") or isinstance(value, re.Pattern)


def is_rules(value: Any) -> bool:
    if value is False or is_ms(value):
        return True
    if not isinstance(value, (list, tuple)) or not value or not is_ms(value[-1]):
        return False
    return all(
        isinstance(rule, (list, tuple)) and len(rule) == 2 and is_pattern(rule[0]) and is_ms(rule[1])
        for rule in value[:-1]
    )


def is_slow(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) <= {"requests", "jobs"} and all(is_rules(rules) for rules in value.values())
    return is_rules(value)


def is_ignore(value: Any) -> bool:
    rules = value if isinstance(value, (list, tuple)) else [value]
    return all(is_pattern(rule) or callable(rule) for rule in rules)


def glob_of(pattern: str) -> re.Pattern[str]:
    """`*` stands for anything; the pattern is the whole name."""
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\*+", pattern)), re.DOTALL)


def test_of(pattern: Pattern) -> Callable[[str], bool]:
    if isinstance(pattern, str):
        compiled = glob_of(pattern)
        return lambda name: compiled.fullmatch(name) is not None
    return lambda name: pattern.search(name) is not None


def compile_slow(rules: Any) -> Threshold:
    """The threshold in ms of a name: that of the first rule that matches it."""
    if rules is False:
        return lambda _: math.inf
    if is_ms(rules):
        return lambda _: float(rules)
    special = [(test_of(pattern), float(ms)) for pattern, ms in rules[:-1]]
    return lambda name: next((ms for test, ms in special if test(name)), float(rules[-1]))


def compile_ignore(rules: Any) -> Callable[[str], bool]:
    """Whether a path is ignored. A rule that raises ignores nothing."""
    given = rules if isinstance(rules, (list, tuple)) else [rules]
    tests = [rule if callable(rule) else test_of(rule) for rule in given]

    def is_ignored(path: str) -> bool:
        try:
            return any(test(path) is True for test in tests)
        except Exception:
            return False

    return is_ignored
