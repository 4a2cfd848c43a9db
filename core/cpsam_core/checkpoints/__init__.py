"""Read, convert and write weight files of every kind that the program knows.

`load_model` is the way in (file -> network), `write_checkpoint` the way out; the rest are their steps.
"""

from __future__ import annotations

from .convert import adapt_state, config_from_state, state_from_sam
from .load import adapted, build_model, load_model, validate
from .read import Kind, kind_of, read_state
from .write import write_checkpoint

__all__ = [
    "Kind",
    "adapt_state",
    "adapted",
    "build_model",
    "config_from_state",
    "kind_of",
    "load_model",
    "read_state",
    "state_from_sam",
    "validate",
    "write_checkpoint",
]
