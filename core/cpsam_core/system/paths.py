"""Paths as a person gave them."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["as_given"]


def as_given(path: str | os.PathLike[str]) -> Path:
    """Return a path from the root on, with the links that a person went through: results belong beside those."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` follows links
