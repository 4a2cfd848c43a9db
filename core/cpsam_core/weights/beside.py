"""What lies beside the user's own models while they are trained and until they are judged."""

from __future__ import annotations

from pathlib import Path

from cpsam_core.checkpoints.cards import card_path
from cpsam_core.weights.folders import own_folder

REQUEST = ".request.json"
STATE = ".partial"


def request_path(name: str) -> Path:
    """Return the file that says what a training was asked to do, and later what its verdict needs."""
    return own_folder() / f"{name}{REQUEST}"


def state_path(name: str) -> Path:
    """Return the file of the state of a training."""
    return own_folder() / f"{name}{STATE}"


def state_beside(model: Path) -> Path:
    """Return the file of the state of a training whose model is written to a file of any place."""
    return model.with_name(f"{card_path(model).stem}{STATE}")
