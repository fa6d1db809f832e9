"""Signs records with a token that reporters and Zenith share."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence


def _mac(token: str, text: str) -> str:
    return hmac.new(token.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class Signer:
    """Signs what is written; without a token everything stays as it is."""

    def __init__(self, token: str | None) -> None:
        self._token = token
        self._key_id = _mac(token, "quasar key id")[:8] if token else ""

    def json(self, key: str, text: str) -> str:
        """The text of a JSON object with its signature as the last field."""
        return f'{text[:-1]},"sig":"{self._signature(key, text)}"}}' if self._token else text

    def fields(self, key: str, fields: Sequence[str]) -> list[str]:
        """The fields of a stream entry (name, value, name, value …) with the signature as the last one."""
        if not self._token:
            return list(fields)
        record = "".join(f"{len(text.encode('utf-8', 'surrogatepass'))}:{text}," for text in fields)
        return [*fields, "sig", self._signature(key, record)]

    def _signature(self, key: str, record: str) -> str:
        return f"{self._key_id}.{_mac(self._token or '', f'{key}{chr(10)}{record}')}"
