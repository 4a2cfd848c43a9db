"""What a person said of the images of a folder: to learn from them or not. Kept between starts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from PyQt6.QtCore import QSettings

from cpsam_gui.program.settings_values import stored, stored_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpsam_core.retrain import Use

GROUP = "uses"
FOLDERS = f"{GROUP}/folders"
"""Which folders something was said of, the newest first."""
MOST_FOLDERS = 200


def load_uses(folder: Path) -> dict[tuple[Path, str], Use]:
    """Return what was said of the images of a folder, and of parts of them, by path and part (`Pair.ending`)."""
    return stored(_key(folder), lambda text: _read(folder, text), {})


def save_uses(folder: Path, uses: Mapping[tuple[Path, str], Use]) -> None:
    """Keep what was said of the images of a folder; those of other folders among `uses` are left out."""
    settings, key = QSettings(), _key(folder)
    rows = [[image.name, part, use] for (image, part), use in uses.items() if image.parent == folder]
    others = [one for one in stored_list(FOLDERS) if one != key]
    if rows:
        settings.setValue(key, json.dumps(rows))
        others.insert(0, key)
    else:
        settings.remove(key)
    for old in others[MOST_FOLDERS:]:
        settings.remove(old)
    settings.setValue(FOLDERS, others[:MOST_FOLDERS])


def _key(folder: Path) -> str:
    return f"{GROUP}/{hashlib.sha256(str(folder).encode('utf-8', 'surrogateescape')).hexdigest()[:24]}"


def _read(folder: Path, text: Any) -> dict[tuple[Path, str], Use]:
    from cpsam_core.retrain import Use

    rows, known = json.loads(text), get_args(Use)
    if not isinstance(rows, list):
        raise TypeError("it is no list")
    found: dict[tuple[Path, str], Use] = {}
    for row in rows:
        name, part, use = row
        if use not in known or not isinstance(part, str) or Path(name).name != name:
            raise ValueError(f"{row!r} says nothing of an image")
        found[folder / name, part] = use
    return found
