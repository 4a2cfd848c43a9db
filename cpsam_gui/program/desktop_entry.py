"""The icon of the program, drawn from its source at any size, and its place among the programs of a desktop."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from cpsam_core.system.paths import make_folder
from cpsam_core.system.user_folders import shared_data_folder

SOURCE = Path(__file__).parents[1] / "icons" / "cpsam.svg"
NAME = "cpsam-gui"
ENTRY = """[Desktop Entry]
Type=Application
Name=cpsam-gui
GenericName=Cell segmentation
Comment=Segment microscopy images with Cellpose-SAM and correct the masks by hand
Exec={command} %f
Icon={name}
Terminal=false
Categories=Science;Education;Graphics;
Keywords=microscopy;cells;segmentation;annotation;
MimeType=image/tiff;image/png;image/jpeg;
StartupWMClass=cpsam-gui
"""


def install_desktop_entry(folder: Path | None = None, command: str = "") -> Path:
    """Put the program into the menu of the desktop, for this user; return the entry that was written.

    Parameters
    ----------
    folder
        Of the user's data; by default that of the system.
    command
        What starts the program; by default this installation.

    Raises
    ------
    CpsamError
        The folders cannot be made or written to.
    OSError
        The disk is full.
    """
    if folder is None:
        folder = shared_data_folder()
    icons = folder / "icons" / "hicolor" / "scalable" / "apps"
    programs = folder / "applications"
    for place in (icons, programs):
        make_folder(place)
    shutil.copyfile(SOURCE, icons / f"{NAME}.svg")
    entry = programs / f"{NAME}.desktop"
    entry.write_text(ENTRY.format(command=command or _command(), name=NAME), encoding="utf-8")
    return entry


def _command() -> str:
    """Return what starts this installation, quoted as desktop entries want it."""
    beside = Path(sys.executable).with_name(NAME)
    if beside.is_file():
        return _quoted(str(beside))
    return f"{_quoted(sys.executable)} -m cpsam_gui.app"


def _quoted(path: str) -> str:
    for letter in ("\\", '"', "`", "$"):
        path = path.replace(letter, f"\\{letter}")
    # A percent sign would begin a field.
    return f'"{path}"'.replace("%", "%%")
