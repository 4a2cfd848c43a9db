"""The command `cpsam-gui`: a window on an image, or the same job without one where there is no display."""

from __future__ import annotations

import argparse
import faulthandler
import gc
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.errors import CpsamError
from cpsam_core.system.arguments import ArgumentParser
from cpsam_core.system.environment import mend_environment
from cpsam_core.system.paths import check_current_folder
from cpsam_core.system.streams import drop_output, make_printable, say
from cpsam_gui.headless import missing_display
from cpsam_gui.runs.models import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpsam_gui.window.window import Window

SWITCH_SECONDS = 0.001
"""How long a busy thread may keep the one that draws waiting; Python's own choice is five times that."""


def parser() -> argparse.ArgumentParser:
    """Return the command line of the program."""
    made = ArgumentParser(
        prog="cpsam-gui",
        description="Segment microscopy images with Cellpose-SAM and correct the masks by hand.",
    )
    made.add_argument("image", nargs="?", type=Path, help="image to open")
    made.add_argument("--demo", action="store_true", help="open the shipped image and segment it")
    made.add_argument(
        "--model", default=None, metavar="NAME", help=f"model by name or path (default: {DEFAULT})"
    )
    made.add_argument(
        "--install-desktop-entry",
        action="store_true",
        help="put the program into the menu of the desktop, for this user, and end",
    )
    made.add_argument(
        "--out",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="folder for masks and overlay where there is no display (default: the current one)",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    make_printable()
    mend_environment()
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        check_current_folder()
    except CpsamError as error:
        sys.stderr.write(f"cpsam-gui: {error}\n")
        return 1
    if options.install_desktop_entry:
        return _install_entry()
    why = missing_display() or _missing_libraries()
    if why:
        from cpsam_gui.headless import run

        return run(options.image, demo=options.demo, model=options.model or DEFAULT, out=options.out, why=why)
    return show(options.image, demo=options.demo, model=options.model)


def _install_entry() -> int:
    from cpsam_gui.program.desktop_entry import install_desktop_entry

    try:
        say(str(install_desktop_entry()))
    except (CpsamError, OSError) as error:
        drop_output()
        sys.stderr.write(f"cpsam-gui: {error}\n")
        return 1
    return 0


def _missing_libraries() -> str:
    """Return why Qt cannot start here; empty where it can.

    Qt ends the whole process where it cannot reach its display, so another process tries it first, while this
    one is busy importing.
    """
    probe = None
    if sys.platform.startswith("linux"):
        code = "from PyQt6.QtWidgets import QApplication; QApplication([])"
        probe = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    try:
        from PyQt6 import QtGui, QtWidgets  # noqa: F401 - a server may lack the libraries that Qt needs
    except ImportError as error:
        if probe is not None:
            probe.wait()
        return f"a library that Qt needs is missing ({error})"
    from cpsam_gui.actions import install  # noqa: F401 - takes as long as the probe

    return "Qt cannot reach the display" if probe is not None and probe.wait() != 0 else ""


def show(image: Path | None, *, demo: bool, model: str | None) -> int:
    """Show the window until it is closed."""
    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QApplication

    from cpsam_gui.actions.install import make_window
    from cpsam_gui.canvas.fetching import end_tiles
    from cpsam_gui.jobs.jobs import wait_for_left_jobs
    from cpsam_gui.program.crash_reports import watch_for_faults
    from cpsam_gui.program.i18n import install
    from cpsam_gui.program.interrupts import Interrupts
    from cpsam_gui.program.settings_store import load_preferences
    from cpsam_gui.style import theme
    from cpsam_gui.style.icon import app_icon
    from cpsam_gui.window.support import SCHEMES

    app = QApplication(sys.argv[:1])
    app.setOrganizationName("cpsam-gui")
    app.setApplicationName("cpsam-gui")
    app.setDesktopFileName("cpsam-gui")
    app.setWindowIcon(app_icon())
    faults = watch_for_faults()
    preferences = load_preferences()
    install(app, preferences.language)
    theme.apply(app, SCHEMES[preferences.theme])
    window = make_window(model=model)
    window.support.catch_errors()
    window.show()
    keep_strokes_smooth(window)
    interrupts = Interrupts(app)

    def end(number: int) -> None:
        window.end()
        app.exit(128 + number)

    interrupts.asked.connect(end)

    def begin() -> None:
        if image is not None and not demo:
            window.open(image)
        elif demo or not window.file_dialogs.recovery(at_start=True):
            window.pages.begin(demo=demo)

    QTimer.singleShot(0, begin)
    code = app.exec()
    interrupts.stop()
    if not (wait_for_left_jobs() and end_tiles()):
        # A thread is still in a library that does not answer: taking apart what it uses would end in a crash.
        logging.shutdown()
        os._exit(code)
    if faults is not None:
        faulthandler.disable()
        faults.close()
    return code


def keep_strokes_smooth(window: Window) -> None:
    """Keep the interpreter's own housekeeping out of strokes: short turns for threads, no collection in between."""
    sys.setswitchinterval(SWITCH_SECONDS)
    # The program itself is never garbage, so the collector need not scan it.
    gc.freeze()
    collector = window.session.collector
    window.canvas.pointed.connect(collector.postpone)


if __name__ == "__main__":
    raise SystemExit(main())
