"""Where files of this program and this user live, by the rules of each system."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import PlatformDirs

from cpsam_core.system.paths import expanded

_PROGRAM = "cpsam-gui"


def data_folder() -> Path:
    """Return the folder for what must not be lost: models, journals of unsaved work."""
    return PlatformDirs(_PROGRAM, appauthor=False).user_data_path


def cache_folder() -> Path:
    """Return the folder for what can be made again: ``$CPSAM_CACHE``, or the one of the system."""
    if chosen := os.environ.get("CPSAM_CACHE"):
        return expanded(chosen)
    return PlatformDirs(_PROGRAM, appauthor=False).user_cache_path


def shared_data_folder() -> Path:
    """Return the folder in which all programs of this user keep their data, such as entries of the desktop's menu."""
    return PlatformDirs().user_data_path
