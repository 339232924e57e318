"""What the driver calls: a slot or the board, wherever it is, or what stands for it in a test."""

from typing import Any, Protocol


class Actor(Protocol):
    """Somebody whose methods are called by name, and may not answer."""

    async def call(self, method: str, *arguments: Any, seconds: float = 5.0) -> Any:
        """What the method returns. Raises UnavailableError where nobody answers so long."""


class Cluster(Protocol):
    """What `on_ray` has, or what stands for it."""

    board: Actor

    async def slots(self) -> dict[str, Actor]:
        """All slots by name."""
