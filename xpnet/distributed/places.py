"""Which device each rank computes on: one of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Place", "crowded"]


@dataclass(frozen=True)
class Place:
    """Where a rank runs.

    Attributes
    ----------
    machine : str
        The name of its machine.
    local_rank : int
        Its rank among those there.
    devices : tuple of str
        Names, each given once in the world, of the devices that its process sees.
    """

    machine: str
    local_rank: int
    devices: tuple[str, ...]

    @property
    def number(self) -> int:
        """Of its device, among those that it sees: a launcher may show each rank only one."""
        return self.local_rank % len(self.devices)

    @property
    def device(self) -> str:
        """The name of its device."""
        return self.devices[self.number]


def crowded(places: Sequence[Place]) -> str | None:
    """What is wrong if two ranks have one device; None where each has its own."""
    shared = {device for device, n in Counter(p.device for p in places).items() if n > 1}
    machine = next((place.machine for place in places if place.device in shared), None)
    if machine is None:
        return None
    there = [place for place in places if place.machine == machine]
    devices = {device for place in there for device in place.devices}
    return (
        f"expected a GPU for each rank, got {len(there)} ranks and {len(devices)} "
        f"GPU{'s' if len(devices) > 1 else ''} on {machine}: start at most {len(devices)} there"
    )
