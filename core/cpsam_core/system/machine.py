"""What this computer has: processor, memory, graphics, versions. Nothing here needs the network to be loaded."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpsam_core.system.torch_flavour import driver_cuda, flavour_for, install_line

PACKAGES = (
    "torch",
    "numpy",
    "scipy",
    "opencv-python-headless",
    "tifffile",
    "imagecodecs",
    "safetensors",
    "huggingface_hub",
    "PyQt6",
    "pyqtgraph",
)


SYSTEM = platform.system()


@dataclass(frozen=True)
class Memory:
    """Bytes of main memory, in all and free for programs; None where the system does not say."""

    total: int | None
    free: int | None


def system_name() -> str:
    """Return the operating system in words."""
    if SYSTEM == "Darwin":
        return f"macOS {platform.mac_ver()[0]} ({platform.machine()})"
    if SYSTEM == "Linux":
        try:
            name = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
        except OSError:
            name = "Linux"
        return f"{name}, kernel {platform.release()} ({platform.machine()})"
    return f"{platform.system()} {platform.release()} {platform.version()} ({platform.machine()})"


def package_versions() -> dict[str, str]:
    """Return the version of each package that matters; empty text where it is not installed."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = ""
    return versions


def processor() -> str:
    """Return the name of the processor, as far as the system tells it."""
    if SYSTEM == "Linux":
        found = re.search(r"^model name\s*:\s*(.+)$", _text("/proc/cpuinfo"), re.MULTILINE)
        return found[1] if found else platform.machine()
    if SYSTEM == "Darwin":
        return _output("sysctl", "-n", "machdep.cpu.brand_string") or platform.machine()
    return platform.processor() or platform.machine()


def cores() -> tuple[int, int]:
    """Return how many cores the machine has, and how many of them this program may use."""
    number = os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else number
    quota, _, period = _text("/sys/fs/cgroup/cpu.max").strip().partition(" ")
    # A container.
    if quota.isdecimal() and period.isdecimal():
        allowed = min(allowed, max(1, int(quota) // int(period)))
    return number, allowed


def memory() -> Memory:
    """Return the main memory; inside a container, its share."""
    if SYSTEM == "Linux":
        return _linux_memory()
    if SYSTEM == "Darwin":
        total = _output("sysctl", "-n", "hw.memsize")
        return Memory(int(total) if total.isdecimal() else None, _mac_free(_output("vm_stat")))
    if SYSTEM == "Windows":
        return _windows_memory()
    return Memory(None, None)


def cuda_advice(torch: Any) -> str:
    """Return what to do where a graphics card of NVIDIA goes unused; empty where nothing is wrong.

    Parameters
    ----------
    torch
        The imported module.
    """
    if torch.cuda.is_available() or SYSTEM == "Darwin" or getattr(torch.version, "hip", None):
        return ""
    card = _output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader").splitlines()
    if torch.version.cuda is None:
        fix = install_line(flavour_for(driver_cuda(_output("nvidia-smi"))))
        if card:
            return f"{card[0]} is there, but this torch was built without CUDA: {fix}"
        return f"This torch was built without CUDA. With a graphics card of NVIDIA: {fix}"
    if card:
        return (
            f"{card[0]} is there, but torch (built for CUDA {torch.version.cuda}) cannot use it: update the driver of "
            "the card, or install a torch for an older CUDA; in a container, start it with --gpus all."
        )
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
    if hidden is not None:
        return f"No graphics card is visible: CUDA_VISIBLE_DEVICES is {hidden!r}."
    return (
        f"This torch was built for CUDA {torch.version.cuda}, but no driver of NVIDIA answers (nvidia-smi): with a "
        "card in this computer, install its driver."
    )


def _linux_memory() -> Memory:
    lines = re.findall(r"^(\w+):\s+(\d+) kB", _text("/proc/meminfo"), re.MULTILINE)
    values = {name: int(kilobytes) * 1024 for name, kilobytes in lines}
    total, free = values.get("MemTotal"), values.get("MemAvailable")
    limit, used = (_text(f"/sys/fs/cgroup/memory.{name}").strip() for name in ("max", "current"))
    if total is not None and limit.isdecimal() and int(limit) < total:
        total = int(limit)
        if used.isdecimal():
            # Files that were read are counted as used, but make room at once.
            cached = re.search(r"^inactive_file (\d+)$", _text("/sys/fs/cgroup/memory.stat"), re.MULTILINE)
            used = str(int(used) - int(cached[1])) if cached else used
            free = min(free if free is not None else total, max(0, total - int(used)))
    return Memory(total, free)


def _mac_free(report: str) -> int | None:
    page = re.search(r"page size of (\d+) bytes", report)
    free = re.findall(r"^Pages (?:free|inactive|speculative):\s+(\d+)", report, re.MULTILINE)
    return int(page[1]) * sum(map(int, free)) if page and free else None


def _windows_memory() -> Memory:
    class MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("total", ctypes.c_ulonglong),
            ("free", ctypes.c_ulonglong),
            ("rest", ctypes.c_ulonglong * 5),
        )

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    windll: Any = getattr(ctypes, "windll", None)
    if windll is None or not windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return Memory(None, None)
    return Memory(int(status.total), int(status.free))


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _output(*command: str) -> str:
    """Return what a program of the system prints; empty text where it is missing or fails."""
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
