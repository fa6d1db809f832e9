"""Masks secrets in texts before they are kept anywhere."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from .protocol.texts import cut

MASK = "***"
_MAX_SCANNED = 32_768

_SECRET_PARTS = re.compile(
    "pass(?:word|wd|phrase|code|key)|secret|token|credential|cookie|authori[sz]ation|signature|connection_?string|"
    "session_?(?:id|key)|mnemonic|otp_?code|"
    "(?:api|app|private|priv|access|account|shared|signing|encryption|master|service|client|storage|licen[sc]e|webhook|"
    "auth|admin|root|db|database|deploy|jwt|hmac|ssh|gpg|aes|rsa|backup|recovery)_?key|"
    "card_?number|account_?number|security_?code|verification_?code|passwort|kennwort|contrasena|senha|motdepasse"
)
_SECRET_WORDS = frozenset(
    [
        "pass",
        "pwd",
        "pw",
        "auth",
        "session",
        "sid",
        "sess",
        "sig",
        "otp",
        "totp",
        "mfa",
        "pin",
        "cvv",
        "cvc",
        "csc",
        "ssn",
        "jwt",
        "bearer",
        "hmac",
        "csrf",
        "xsrf",
        "dsn",
        "apikey",
        "creds",
        "cred",
        "sas",
        "authentication",
    ]
)
_ABOUT = frozenset(
    [
        "count",
        "counts",
        "limit",
        "limits",
        "length",
        "len",
        "size",
        "type",
        "types",
        "timeout",
        "ttl",
        "age",
        "expiry",
        "expires",
        "expired",
        "expiration",
        "duration",
        "policy",
        "enabled",
        "disabled",
        "required",
        "valid",
        "invalid",
        "version",
        "algorithm",
        "alg",
        "min",
        "max",
        "field",
        "name",
        "names",
        "label",
        "domain",
        "path",
        "endpoint",
        "at",
        "in",
        "usage",
        "lifetime",
        "format",
        "encoding",
        "method",
        "prefix",
        "status",
        "state",
        "error",
        "errors",
        "exists",
        "missing",
    ]
)
_HARMLESS = re.compile(r"tokeni[sz]\w*|passwordless|secretar\w*")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WHOLE_LINE = re.compile("cookie|authori[sz]ation", re.IGNORECASE)

_NAMED = re.compile(
    r"(?<![\w.\-\[\]])([\w.\-\[\]]{2,200})(\\?[\"']?\s{0,3}(?:=>|[:=])\s{0,3}|\\?[\"']\s?,\s?(?=[\"']))"
)
_OPTION = re.compile(r"(?<!\S)--?([\w-]{2,60})\s(?!-)")
_QUOTED = re.compile(r"(\\?[\"'])(.*?)(?<!\\)(?:\1|$)", re.DOTALL)
_BARE = re.compile(r"[^\s\"'&<>]*")
#: Signs at the end of a bare value that are the text's.
_CLOSING = ",;)}]"
_LINE = re.compile(r"[^\r\n]*")

_PEM = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}(?:KEY|CERTIFICATE)[A-Z ]{0,20}-----.*?(?:-----END [A-Z0-9 ]{0,60}-----|$)", re.DOTALL
)
_SCHEME_OF_URL = re.compile(r"[a-z][a-z0-9+.\-]{1,20}://", re.IGNORECASE)
_HOST = re.compile(r"[^\s/?#\"'<>]*")
_USER = re.compile(r"[^\s/@:\"'<>]*:")
_PASSWORD_END = re.compile(r"[\s@\"'<>]")
_QUERY = re.compile(r"(://[^\s?\"'<>]{1,300}\?)([^\s\"'<>#)]*)", re.IGNORECASE)
_SCHEME = re.compile(r"\b(bearer|basic)(\s+)[\w.~+/=\-]{8,}", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@((?:[\w\-]{1,63}\.){1,8}[A-Za-z]{2,24})")
_CARD = re.compile(r"(?<![\d.\-])\d(?:[ \-]?\d){12,18}(?![\d.\-])")
_SHAPES = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"eyJ[\w\-]{8,}(?:\.[\w\-]+){0,4}|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}|"
    r"gh[pousr]_\w{20,}|github_pat_\w{20,}|gl(?:pat|ptt|dt|rt|cbt)-[\w\-]{12,}|"
    r"(?:sk|pk|rk)_(?:live|test)_\w{8,}|whsec_[\w+/=]{12,}|sk-[\w\-]{16,}|"
    r"xox[abeoprs]-[\w\-]{8,}|xapp-[\w\-]{8,}|AIza[\w\-]{30,}|ya29\.[\w\-]{20,}|GOCSPX-[\w\-]{12,}|"
    r"SG\.[\w\-.]{32,}|npm_\w{12,}|pypi-[\w\-]{32,}|dop_v1_\w{12,}|hf_\w{20,}|glsa_\w{19,}|"
    r"shp(?:at|ca|pa|ss)_\w{12,}|hv[sbr]\.[\w\-]{24,}|key-[0-9a-f]{32}|AGE-SECRET-KEY-1\w{20,}|"
    r"(?:sq0(?:atp|csp)-|EAAA)[\w\-]{20,}|lin_api_\w{24,}|sntrys_[\w+/=]{20,}"
    r")"
)


def names_secret(name: str) -> bool:
    """Whether a field of this name is secret: `dbPassword`, `DB_PASSWORD`, `user[password]`."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _ABOUT:
        return False
    joined = _HARMLESS.sub("", "_".join(words))
    return bool(_SECRET_PARTS.search(joined) or _SECRET_PARTS.search(joined.replace("_", ""))) or any(
        word in _SECRET_WORDS for word in words
    )


def mask(text: str) -> str:
    """A text without secrets: credentials of URLs, values of secret names, tokens of known shapes, cards."""
    clear = text[:_MAX_SCANNED]
    clear = _PEM.sub(MASK, clear)
    if "://" in clear:
        clear = _mask_logins(clear)
        clear = _QUERY.sub(lambda found: found[1] + _without_values(found[2]), clear)
    clear = _mask_named(clear)
    clear = _SCHEME.sub(rf"\1\2{MASK}", clear)
    clear = _SHAPES.sub(MASK, clear)
    return _CARD.sub(lambda found: MASK if _is_card(found[0]) else found[0], clear)


def mask_message(text: str) -> str:
    """Like :func:`mask`, and without e-mail addresses."""
    return _EMAIL.sub(MASK, mask(text))


def _mask_logins(text: str) -> str:
    """Masks credentials of URLs; an unencoded password may contain slashes. Takes time linear in the length."""
    parts: list[str] = []
    done = stop = 0
    for scheme in _SCHEME_OF_URL.finditer(text):
        at = scheme.end()
        host = _HOST.match(text, at)
        end = text.rfind("@", at, host.end() if host else at)
        user = _USER.match(text, at) if end < 0 else None
        if user:
            if stop < user.end():
                stop = _next(_PASSWORD_END, text, user.end())
            end = stop if text[stop : stop + 1] == "@" else -1
        if end >= 0 and scheme.start() >= done:
            parts += [text[done:at], MASK]
            done = end
    return "".join(parts) + text[done:]


def _next(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.search(text, at)
    return found.start() if found else len(text)


def _mask_named(text: str) -> str:
    parts: list[str] = []
    done = 0
    for pattern in (_NAMED, _OPTION):
        parts, done = [], 0
        for found in pattern.finditer(text):
            if found.start() < done or not names_secret(found[1]):
                continue
            parts.append(text[done : found.end()])
            kept, done = _value_at(text, found.end(), found[1])
            parts.append(kept)
        text = "".join(parts) + text[done:]
    return text


def _value_at(text: str, at: int, name: str) -> tuple[str, int]:
    """The masked value, and its end."""
    quoted = _QUOTED.match(text, at)
    if quoted:
        closing = quoted[1] if quoted[0].endswith(quoted[1]) and len(quoted[0]) > len(quoted[1]) else ""
        return quoted[1] + MASK + closing, quoted.end()
    is_line = _WHOLE_LINE.search(name) is not None
    value = (_LINE if is_line else _BARE).match(text, at)
    found = value[0] if value else ""
    end = at + len(found if is_line else found.rstrip(_CLOSING))
    return (MASK if end > at else ""), end


def _is_card(text: str) -> bool:
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [digit if index % 2 == 0 else sum(divmod(2 * digit, 10)) for index, digit in enumerate(reversed(digits))]
    return digits[0] in (2, 3, 4, 5, 6) and sum(doubled) % 10 == 0


def _without_values(query: str) -> str:
    return "&".join(f"{_SHAPES.sub(MASK, cut(pair.split('=', 1)[0], 64))}=" for pair in query[:8_192].split("&")[:30])


def redact_url(url: str) -> str:
    """A request's URL without the values of its query and without its fragment; secrets in its path are masked."""
    address, mark, query = url.split("#", 1)[0].partition("?")
    path = cut(_mask_encoded(address), 500)
    return cut(f"{path}?{_without_values(query)}", 500) if mark else path


def _mask_encoded(text: str) -> str:
    decoded = unquote(text)
    clear = mask_message(decoded)
    return mask_message(text) if clear == decoded else quote(clear, safe="/:@*!$&'()+,;=~-._[]")
