"""Models by name: find them here, fetch them from Hugging Face, keep one's own.

Nothing is cached between calls: a model added by another program is there at the next look.
"""

from __future__ import annotations

from cpsam_core.weights.folders import EMBEDDED, PUBLISHED, own_folder, published_folders
from cpsam_core.weights.hub import fetch
from cpsam_core.weights.library import (
    ModelInfo,
    add_model,
    check_name,
    list_models,
    remove_model,
    rename_model,
)
from cpsam_core.weights.locate import find, is_known, load_network, load_start

__all__ = [
    "EMBEDDED",
    "PUBLISHED",
    "ModelInfo",
    "add_model",
    "check_name",
    "fetch",
    "find",
    "is_known",
    "list_models",
    "load_network",
    "load_start",
    "own_folder",
    "published_folders",
    "remove_model",
    "rename_model",
]
