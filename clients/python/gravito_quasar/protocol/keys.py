"""Names of the keys of one namespace."""

from __future__ import annotations

from urllib.parse import quote

from .limits import DEFAULT_PREFIX


def segment(text: str) -> str:
    """Percent-encodes a name, so that `:` and the characters of glob patterns in it are harmless."""
    return quote(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), safe="!'()")


def node_member(service: str, node: str) -> str:
    """The member of `index:nodes` for a node."""
    return f"{segment(service)}:{segment(node)}"


def queues_member(service: str, rank: int) -> str:
    """The member of `index:queues` for a snapshot. `rank` counts from 1."""
    return segment(service) if rank == 1 else f"{segment(service)}:{rank}"


class Keys:
    """The keys of one service under a prefix that ends with a colon."""

    def __init__(self, service: str, prefix: str = DEFAULT_PREFIX) -> None:
        name = segment(service)
        self.service = service
        self.prefix = prefix
        self.slow = f"{prefix}slow:{name}"
        self.errors = f"{prefix}errors:{name}"
        self.rollup = f"{prefix}rollup:{name}"
        self.history = f"{prefix}history:{name}"
        self.queue_history = f"{prefix}queue-history:{name}"
        self.jobs = f"{prefix}jobs:{name}"
        self.node_index = f"{prefix}index:nodes"
        self.queue_index = f"{prefix}index:queues"
        self.service_index = f"{prefix}index:services"

    def node(self, node: str) -> str:
        return f"{self.prefix}node:{node_member(self.service, node)}"

    def queues(self, rank: int = 1) -> str:
        return f"{self.prefix}queues:{queues_member(self.service, rank)}"

    def queues_lease(self, rank: int = 1) -> str:
        return f"{self.prefix}lease:queues:{queues_member(self.service, rank)}"
