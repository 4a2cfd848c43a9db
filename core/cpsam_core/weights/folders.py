"""Where weights lie on a computer."""

from __future__ import annotations

import os
from pathlib import Path

from cpsam_core.system.paths import expanded
from cpsam_core.system.user_folders import data_folder

EMBEDDED = "cpsam-lite"
# The default first.
PUBLISHED = ("cpsam_v2", "cpsam", "cpdino", "cpdino-vitb")
PUBLISHED_REPOSITORY = "mouseland/cellpose-sam"


def embedded_file() -> Path:
    """Return the path of the model that comes with the program."""
    return Path(__file__).parents[1] / "models" / f"{EMBEDDED}.safetensors"


def published_folders() -> tuple[Path, ...]:
    """Return the folders in which Cellpose keeps its weights, the one to download into first."""
    folders = [expanded("~/.cellpose/models")]
    if chosen := os.environ.get("CELLPOSE_LOCAL_MODELS_PATH"):
        folders.insert(0, expanded(chosen))
    return tuple(folders)


def is_web_page(path: Path) -> bool:
    """Whether a file is the page that a proxy or a login sent in place of weights."""
    try:
        with path.open("rb") as file:
            head = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    except OSError:
        return False
    return head.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<script", b"<!--"))


def own_folder() -> Path:
    """Return the folder of the user's own models: ``$CPSAM_MODELS``, or where the system keeps such data."""
    if chosen := os.environ.get("CPSAM_MODELS"):
        return expanded(chosen)
    return data_folder() / "models"


def hub_folder() -> Path:
    """Return the folder of models fetched from other repositories of Hugging Face."""
    return own_folder() / "hub"
