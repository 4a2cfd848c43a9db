"""How much of the work on an image a file holds. Here, because every format says it and help must not load images."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Content"]


class Content(IntEnum):
    """How much of the work on an image a file holds."""

    VIEW = 0
    """It shows, counts or describes something: a picture, a table, a text, a model."""
    OBJECTS = 1
    """All objects, and not what else a project knows."""
    PROJECT = 2
    """All that a project knows."""
