"""Where dialogs that save something begin: where it belongs, if anything can be written there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QFileDialog

from cpsam_core.system.paths import can_write_in
from cpsam_gui.program.settings_values import keep_soon, stored_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QWidget

KEY = "saving/folder"
"""Where something was saved last."""


def ask_target(
    parent: QWidget,
    title: str,
    folder: Path | None,
    name: str,
    kinds: str,
    completed: Callable[[Path, str], Path],
) -> Path | None:
    """Let the user choose the file that something is saved as; None where that was given up.

    The dialog asks before it replaces a file. Where what was typed has no ending and the file with the ending is
    there, it comes again with the whole name, so that it asks then.

    Parameters
    ----------
    parent, title, kinds
        Of the dialog.
    folder
        Where the file belongs; None where it belongs nowhere.
    name
        Which name is proposed.
    completed
        Returns the path with its ending, from what was chosen and the chosen one of `kinds`.
    """
    proposed = first_folder(folder) / name
    while True:
        chosen, kind = QFileDialog.getSaveFileName(parent, title, str(proposed), kinds)
        if not chosen:
            return None
        target = completed(Path(chosen), kind)
        if target == Path(chosen) or not target.exists():
            keep_soon({KEY: str(target.parent)})
            return target
        proposed = target


def with_ending(ending: str) -> Callable[[Path, str], Path]:
    """Return what gives a name that ending, unless it has it: a dot may be a part of a name, as in cells.v2."""
    return lambda path, _: (
        path if path.name.lower().endswith(ending.lower()) else path.with_name(path.name + ending)
    )


def as_seg_file(path: Path, kind: str = "") -> Path:
    """Return the name that a file of Cellpose has where a person called it so."""
    return path.with_name(path.name.removesuffix(".npy").removesuffix("_seg") + "_seg.npy")


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
