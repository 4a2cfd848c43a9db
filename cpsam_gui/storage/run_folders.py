"""The folders of runs by blocks beside the masks of their document: where a run goes, and which are still needed.

A folder keeps its name: the journal says by it where labels that nobody saved are to be read after a crash. No Qt.
"""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from cpsam_core.system.paths import as_given
from cpsam_gui.storage.chunked_labels import readers_of
from cpsam_gui.storage.journal_folder import is_given_up, left_behind
from cpsam_gui.storage.journal_heads import bases_of, image_of

if TYPE_CHECKING:
    from pathlib import Path

RUN = "run"
"""What the folder of a run is called; more than one are `run-...`."""


def is_run(folder: Path) -> bool:
    """Whether a folder of a document is that of a run by blocks."""
    return folder.name.partition("-")[0] == RUN


def run_folders(document: Path) -> list[Path]:
    """Return the folders of runs in that of a document, the one that was begun last first."""
    if not document.is_dir():
        return []
    found = [one for one in document.iterdir() if one.is_dir() and is_run(one)]
    return sorted(found, key=_begun, reverse=True)


def _begun(folder: Path) -> tuple[int, str]:
    """Return what orders the folders of runs: later ones got a longer name, with the time in it."""
    return len(folder.name), folder.name


def next_run_folder(document: Path) -> Path:
    """Return where another run goes, after the folders that nobody needs any more are removed."""
    for one in run_folders(document):
        remove_run(one)
    first = document / RUN
    return document / f"{RUN}-{time.time_ns():x}" if run_folders(document) else first


def remove_run(folder: Path) -> None:
    """Remove the folder of a run, unless labels are read from it, or a journal that a crash left needs it."""
    if is_run(folder) and not readers_of(folder) and str(as_given(folder)) not in _left():
        shutil.rmtree(folder, ignore_errors=True)


def _left() -> frozenset[str]:
    """Return the folders that journals of programs which no longer run refer to."""
    found: set[str] = set()
    discarded: set[Path | None] = set()
    for journal in left_behind():
        if is_given_up(journal):
            image = image_of(journal)
            if image in discarded:
                # Runs are large: of what was discarded, the last one of each image is enough.
                continue
            discarded.add(image)
        found |= bases_of(journal)
    return frozenset(found)
