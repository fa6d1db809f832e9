"""Small files of the kernel."""

from __future__ import annotations


def read_text(path: str) -> str | None:
    """None if the file can't be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(262_144)
    except (OSError, ValueError):
        return None


def read_fields(path: str) -> dict[str, str]:
    """Lines `name value` or `name: value`; empty if the file can't be read."""
    lines = (line.partition(" ") for line in (read_text(path) or "").splitlines())
    return {name.rstrip(":"): value.strip() for name, _, value in lines}


def first_number(text: str | None) -> float | None:
    try:
        return float((text or "").split()[0])
    except (IndexError, ValueError):
        return None
