"""Where dialogs that save something begin: where it belongs, if anything can be written there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QFileDialog

from cpsam_core.system.paths import can_write_in
from cpsam_gui.program.settings_values import keep_soon, stored_text

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

KEY = "saving/folder"
"""Where something was saved last."""


def ask_target(
    parent: QWidget, title: str, folder: Path | None, name: str, kinds: str
) -> tuple[Path | None, str]:
    """Let the user choose the file that something is saved as; return it, None where that was given up, and its kind.

    Parameters
    ----------
    parent, title, kinds
        Of the dialog.
    folder
        Where the file belongs; None where it belongs nowhere.
    name
        Which name is proposed.
    """
    chosen, kind = QFileDialog.getSaveFileName(parent, title, str(first_folder(folder) / name), kinds)
    if not chosen:
        return None, kind
    keep_soon({KEY: str(Path(chosen).parent)})
    return Path(chosen), kind


def ask_target_folder(parent: QWidget, title: str, folder: Path | None) -> Path | None:
    """Let the user choose the folder that something is saved in; None where that was given up."""
    chosen = QFileDialog.getExistingDirectory(parent, title, str(first_folder(folder)))
    if not chosen:
        return None
    keep_soon({KEY: chosen})
    return Path(chosen)


def first_folder(folder: Path | None) -> Path:
    """Return where a dialog begins: in `folder`, else where something was saved last, else at home."""
    last = stored_text(KEY)
    known = [one for one in (folder, Path(last) if last else None) if one is not None]
    return next((one for one in known if can_write_in(one)), Path.home())
