"""Whether the computer runs on its battery: work that nobody waits for holds on then."""

from __future__ import annotations

import ctypes
import platform
import shutil
import subprocess
from pathlib import Path

SUPPLIES = Path("/sys/class/power_supply")
OFFLINE = 0
"""What Windows calls a computer that is not plugged in."""


def on_battery() -> bool:
    """Return whether the computer draws on a battery; False where there is none or the system does not say."""
    system = platform.system()
    if system == "Linux":
        return discharging(SUPPLIES)
    if system == "Darwin":
        return _mac()
    if system == "Windows":
        return _windows()
    return False


def discharging(supplies: Path) -> bool:
    """Return whether a battery of the computer itself is being used up, by the files that Linux keeps of it.

    Parameters
    ----------
    supplies
        The folder that holds a folder for each power supply.
    """
    try:
        folders = sorted(supplies.iterdir())
    except OSError:
        return False
    kinds = {folder: _line(folder / "type") for folder in folders}
    if any(kind == "Mains" and _line(folder / "online") == "1" for folder, kind in kinds.items()):
        return False
    # A mouse or a headset has a battery as well; its scope is "Device".
    return any(
        kind == "Battery"
        and _line(folder / "status") == "Discharging"
        and _line(folder / "scope") != "Device"
        for folder, kind in kinds.items()
    )


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _mac() -> bool:
    if shutil.which("pmset") is None:
        return False
    try:
        done = subprocess.run(
            ("pmset", "-g", "batt"), capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "'Battery Power'" in done.stdout


def _windows() -> bool:
    class PowerStatus(ctypes.Structure):
        _fields_ = (
            ("line", ctypes.c_ubyte),
            ("battery", ctypes.c_ubyte),
            ("percent", ctypes.c_ubyte),
            ("saver", ctypes.c_ubyte),
            ("seconds", ctypes.c_ulong),
            ("full_seconds", ctypes.c_ulong),
        )

    status = PowerStatus()
    windll = getattr(ctypes, "windll", None)
    known = windll is not None and windll.kernel32.GetSystemPowerStatus(ctypes.byref(status))
    return bool(known) and status.line == OFFLINE
