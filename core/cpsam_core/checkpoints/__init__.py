"""Read, convert and write weight files of every kind that the program knows.

`load_model` is the way in (file -> network), `write_checkpoint` the way out; the rest are their steps. Names load on
first use: a model card (:mod:`cpsam_core.checkpoints.cards`) is read without torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_core.system.lazy import lazy_names

if TYPE_CHECKING:
    from cpsam_core.checkpoints.convert import adapt_state, config_from_state, state_from_sam
    from cpsam_core.checkpoints.load import adapted, build_model, load_model, validate
    from cpsam_core.checkpoints.read import Kind, kind_of, read_state
    from cpsam_core.checkpoints.write import write_checkpoint

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

__getattr__ = lazy_names(
    __name__,
    {
        "convert": ("adapt_state", "config_from_state", "state_from_sam"),
        "load": ("adapted", "build_model", "load_model", "validate"),
        "read": ("Kind", "kind_of", "read_state"),
        "write": ("write_checkpoint",),
    },
)
