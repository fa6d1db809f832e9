"""Depths of queues. To be filled."""

from __future__ import annotations


def monitor_queues() -> None:
    return None
