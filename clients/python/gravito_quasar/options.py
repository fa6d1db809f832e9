"""Options are resolved once, from what is given and from the environment."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional, Union
from urllib.parse import urlsplit

from redis.connection import parse_url

from .errors import invalid_option
from .protocol.limits import DEFAULT_PREFIX
from .rules import TAKES_IGNORE, TAKES_SLOW, Threshold, compile_ignore, compile_slow, is_ignore, is_slow

Redact = Callable[[dict[str, Any]], Optional[dict[str, Any]]]
Ready = Callable[[], Union[bool, Mapping[str, Any]]]
Meta = Union[Mapping[str, Any], Callable[[], Mapping[str, Any]]]

TAKES_TOKEN = (
    "a token of 16 to 256 characters (ASCII, without spaces and commas), "
    "or two different ones during a rotation, as a list or with a comma between"
)
TAKES_NAME = "a text of at most 200 characters"
TAKES_INTERVAL = "a number of ms, 100 to 3600000"
TAKES_PREFIX = "a text of at most 200 characters that ends with a colon"
TAKES_REDIS = "a URL (redis://, rediss:// or unix://) or False"
_TOKEN = re.compile(r"[!-+\--~]{16,256}\Z")


@dataclass(frozen=True)
class Options:
    """Resolved options. Secrets are in no `repr`."""

    service: str
    environment: str | None
    #: None: nothing is reported.
    redis: str | None = field(repr=False)
    prefix: str
    interval: float
    slow_request: Threshold
    slow_job: Threshold
    is_ignored: Callable[[str], bool]
    sample: float
    redact: Redact | None
    logger: logging.Logger | None
    meta: Meta | None
    ready: Ready | None
    disks: Sequence[str]
    #: The one that signs; None without any.
    token: str | None = field(repr=False)
    enabled: bool
    app_version: str | None


def resolve(given: Mapping[str, Any]) -> Options:
    """
    :raises QuasarError: `invalid_option`, naming the option or the variable and what it accepts
    """
    env = os.environ
    slow = _checked(given, "slow", 1_000, is_slow, TAKES_SLOW)
    by_kind = slow if isinstance(slow, dict) else {"requests": slow, "jobs": slow}
    return Options(
        service=_named(given, "service", env.get("QUASAR_SERVICE")) or _folder(),
        environment=_named(given, "environment", env.get("QUASAR_ENVIRONMENT")),
        redis=_redis(given, env),
        prefix=_from(given, env, "prefix", "QUASAR_PREFIX", DEFAULT_PREFIX, _is_prefix, TAKES_PREFIX),
        interval=float(_from(given, env, "interval", "QUASAR_INTERVAL", 10_000, _is_interval, TAKES_INTERVAL)),
        slow_request=compile_slow(by_kind.get("requests", 1_000)),
        slow_job=compile_slow(by_kind.get("jobs", 1_000)),
        is_ignored=compile_ignore(_checked(given, "ignore", [], is_ignore, TAKES_IGNORE)),
        sample=_checked(given, "sample", 1, _is_share, "a number from 0 to 1"),
        redact=_checked(given, "redact", None, callable, "a function"),
        logger=_logger(given),
        meta=_checked(given, "meta", None, _is_meta, "a mapping, or a function that gives one"),
        ready=_checked(given, "ready", None, callable, "a function"),
        disks=_checked(given, "disks", ["/"], _is_texts, "a list of mount points"),
        token=_token(given, env),
        enabled=_checked(given, "enabled", True, lambda value: isinstance(value, bool), "True or False")
        and env.get("QUASAR_DISABLED", "") in ("", "0", "false"),
        app_version=_named(given, "app_version", env.get("QUASAR_APP_VERSION")),
    )


def _checked(given: Mapping[str, Any], name: str, default: Any, accepts: Callable[[Any], bool], takes: str) -> Any:
    value = given.get(name)
    if value is None:
        return default
    if not accepts(value):
        raise invalid_option(f'option "{name}"', takes, value)
    return value


def _from(
    given: Mapping[str, Any],
    env: Mapping[str, str],
    name: str,
    variable: str,
    default: Any,
    accepts: Callable[[Any], bool],
    takes: str,
) -> Any:
    if given.get(name) is not None or not env.get(variable):
        return _checked(given, name, default, accepts, takes)
    text = env[variable]
    value: Any = _number(text) if isinstance(default, int) else text
    if not accepts(value):
        raise invalid_option(variable, takes)
    return value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _named(given: Mapping[str, Any], name: str, fallback: str | None) -> str | None:
    value = _checked(given, name, fallback or None, _is_name, TAKES_NAME)
    return value[:200] if value else None


def _folder() -> str:
    try:
        return os.path.basename(os.getcwd())[:200] or "app"
    except OSError:
        return "app"


def _redis(given: Mapping[str, Any], env: Mapping[str, str]) -> str | None:
    value = given.get("redis")
    if value is False:
        return None
    variable = next((name for name in ("QUASAR_REDIS_URL", "REDIS_URL") if env.get(name)), None)
    if value is None and variable is None:
        return None
    source = f"{variable}" if value is None else 'option "redis"'
    url = env[variable] if value is None and variable else value
    if not isinstance(url, str) or not _is_url(url):
        raise invalid_option(source, TAKES_REDIS, *([] if value is None else [value]))
    return url


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for what is no port
        parse_url(url)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):
        return False
    return parts.scheme in ("redis", "rediss", "unix") and bool(parts.netloc or parts.path)


def _token(given: Mapping[str, Any], env: Mapping[str, str]) -> str | None:
    value = given.get("token")
    if value is None:
        if not env.get("QUASAR_TOKEN"):
            return None
        tokens = _tokens(env["QUASAR_TOKEN"])
        if tokens is None:
            raise invalid_option("QUASAR_TOKEN", TAKES_TOKEN)
        return tokens[0]
    tokens = _tokens(value)
    if tokens is None:
        raise invalid_option('option "token"', TAKES_TOKEN)
    return tokens[0]


def _tokens(value: Any) -> list[str] | None:
    tokens = value.split(",") if isinstance(value, str) else value
    if not isinstance(tokens, (list, tuple)) or not 1 <= len(tokens) <= 2 or len(set(map(str, tokens))) < len(tokens):
        return None
    return list(tokens) if all(isinstance(token, str) and _TOKEN.match(token) for token in tokens) else None


def _logger(given: Mapping[str, Any]) -> logging.Logger | None:
    value = given.get("logger")
    if value is False:
        return None
    if value is None:
        return logging.getLogger("gravito_quasar")
    if not callable(getattr(value, "warning", None)):
        raise invalid_option('option "logger"', "a logger of the module logging, or False", value)
    logger: logging.Logger = value
    return logger


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and _is_encodable(value)


def _is_encodable(text: str) -> bool:
    """Half a surrogate pair is no character: Redis could not take it."""
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def _is_prefix(value: Any) -> bool:
    return _is_name(value) and str(value).endswith(":")


def _is_interval(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 100 <= value <= 3_600_000


def _is_share(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _is_meta(value: Any) -> bool:
    return isinstance(value, Mapping) or callable(value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(one, str) and one for one in value)
