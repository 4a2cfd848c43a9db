"""Reports of crashes: kept on this computer, never sent anywhere. No Qt."""

from __future__ import annotations

import faulthandler
import logging
import os
import time
import traceback
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)

MOST = 20
"""Reports that are kept; the oldest go first."""
FAULTS = "faults.txt"


def reports_folder() -> Path:
    """Return the folder of the reports: ``$CPSAM_REPORTS``, or where the system keeps such data."""
    from cpsam_core.system.paths import expanded
    from cpsam_core.system.user_folders import data_folder

    if chosen := os.environ.get("CPSAM_REPORTS"):
        return expanded(chosen)
    return data_folder() / "reports"


def write_report(error: BaseException) -> Path | None:
    """Write what happened and the versions to a file; None where that is not possible either."""
    from cpsam_core import __version__
    from cpsam_core.system.machine import package_versions, system_name

    lines = [f"cpsam-gui {__version__}", time.strftime("%Y-%m-%d %H:%M:%S"), system_name()]
    lines += [f"{name} {version or 'missing'}" for name, version in package_versions().items()]
    lines += ["", "".join(traceback.format_exception(error))]
    try:
        folder = reports_folder()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"report-{time.strftime('%Y%m%d-%H%M%S')}-{time.monotonic_ns() % 1_000_000:06d}.txt"
        path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
        for old in sorted(folder.glob("report-*.txt"))[:-MOST]:
            old.unlink()
    except OSError as problem:
        log.warning("no report can be written: %s", problem)
        return None
    return path


def watch_for_faults() -> IO[str] | None:
    """Let the interpreter write where it was to a file when the process breaks; return the open file.

    What an earlier break left there stays until the file is large.
    """
    try:
        folder = reports_folder()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FAULTS
        large = path.is_file() and path.stat().st_size > 1_000_000
        stream = path.open("w" if large else "a", encoding="utf-8")
    except OSError as problem:
        log.warning("faults cannot be written down: %s", problem)
        return None
    faulthandler.enable(stream)
    return stream
