"""What benchmarks read from the machine. Nothing here needs the program, so older versions can be measured with it."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def peak_bytes(*, children: bool = False) -> float:
    """Return the most memory that this process held so far, or the largest of its children that ended."""
    # Windows has no such module.
    import resource

    who = resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF
    # Linux counts in KiB, macOS in bytes.
    return float(resource.getrusage(who).ru_maxrss) * (1 if sys.platform == "darwin" else 1024)


def queued() -> float:
    """Return the seconds that this thread could run but waited for a core; 0 where the system does not say."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def load_of_machine() -> str:
    """Return in words how busy the machine is."""
    return f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def keep_settings_in(folder: str | Path) -> None:
    """Let a window keep its settings and its journal there, apart from those of whoever measures."""
    from PyQt6.QtCore import QSettings

    os.environ["CPSAM_JOURNAL"] = str(Path(folder) / "journal")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
