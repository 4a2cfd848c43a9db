"""What the program found on this computer, and what to do about what is wrong."""

from __future__ import annotations

import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cpsam_core.network.devices import choose_device, choose_precision, cpu_has_bfloat16
from cpsam_core.system.machine import (
    SYSTEM,
    cores,
    cuda_advice,
    memory,
    package_versions,
    processor,
    system_name,
)
from cpsam_core.system.sizes import size_in_words
from cpsam_core.weights import list_models, own_folder, published_folders

if TYPE_CHECKING:
    import torch

__all__ = ["Finding", "diagnose", "gather"]

LOW_MEMORY_BYTES, LOW_DISK_BYTES, LOW_CARD_BYTES = 4e9, 5e9, 4e9
OPTIONAL = {"PyQt6", "pyqtgraph"}
"""Packages that a computer without a window may lack."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    level
        ``"good"``, ``"note"`` for what could be better, ``"problem"`` for what hinders work.
    title
        What was looked at.
    text
        What was found.
    advice
        What to do about it; empty where nothing is to be done.
    """

    level: Literal["good", "note", "problem"]
    title: str
    text: str
    advice: str = ""


def gather(device: str | None = None, precision: str | None = None) -> dict[str, Any]:
    """Return facts about this computer by name: versions, processor, memory, graphics, device and precision.

    Loads torch, which takes seconds the first time.

    Raises
    ------
    SettingsError
        The device or the precision is not available.
    """
    import torch

    from cpsam_core import __version__

    chosen = choose_device(device)
    number, allowed = cores()
    main_memory = memory()
    return {
        "cpsam": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "system": system_name(),
        "packages": package_versions(),
        "processor": processor(),
        "cores": number,
        "usable_cores": allowed,
        "threads": torch.get_num_threads(),
        "memory": main_memory.total,
        "free_memory": main_memory.free,
        "bfloat16_on_cpu": cpu_has_bfloat16(),
        "graphics": [_card(torch.device("cuda", index)) for index in range(torch.cuda.device_count())],
        "mps": torch.backends.mps.is_available(),
        "device": str(chosen),
        "precision": str(choose_precision(chosen, precision)).removeprefix("torch."),
        "advice": cuda_advice(torch) or _mps_advice(torch),
    }


def diagnose(facts: dict[str, Any]) -> tuple[Finding, ...]:
    """Judge what :func:`gather` found, and look for the models and for room on the disk."""
    return (*_machine(facts), *_graphics(facts), _packages(facts), *_models(), *_disk())


def gigabytes(size: float | None) -> str:
    """Return bytes in words."""
    if size is None:
        return "unknown"
    return size_in_words(size)


def _card(device: torch.device) -> dict[str, Any]:
    import torch

    properties = torch.cuda.get_device_properties(device)
    free, total = torch.cuda.mem_get_info(device)
    return {
        "device": str(device),
        "name": properties.name,
        "memory": total,
        "free_memory": free,
        "bfloat16": properties.major >= 8,
    }


def _mps_advice(torch: Any) -> str:
    """Say why the graphics of a Mac go unused; empty where nothing is wrong."""
    if SYSTEM != "Darwin" or torch.backends.mps.is_available():
        return ""
    if platform.machine() != "arm64":
        return (
            "This Python runs on an Intel processor, or as if on one: on a Mac with Apple silicon, install Python for "
            "arm64 to compute on its graphics."
        )
    if not torch.backends.mps.is_built():
        return "This torch was built without MPS: pip install --force-reinstall torch"
    return "The graphics of this Mac need macOS 12.3 or later: update macOS."


def _machine(facts: dict[str, Any]) -> tuple[Finding, ...]:
    words = f"{gigabytes(facts['memory'])}, {gigabytes(facts['free_memory'])} free"
    free = facts["free_memory"]
    low = free is not None and free < LOW_MEMORY_BYTES
    advice = "Close other programs: large images and retraining need more." if low else ""
    return (
        Finding("good", "Program", f"cpsam-gui {facts['cpsam']}, Python {facts['python']}"),
        Finding("good", "System", facts["system"]),
        Finding(
            "good", "Processor", f"{facts['processor']}, {facts['usable_cores']} of {facts['cores']} cores"
        ),
        Finding("note" if low else "good", "Memory", words, advice),
    )


def _graphics(facts: dict[str, Any]) -> tuple[Finding, ...]:
    computes = f"{facts['device']}, in {facts['precision']}"
    advice, on_cpu = facts["advice"], facts["device"] == "cpu"
    found = [
        Finding(
            "note" if on_cpu else "good",
            "Computes on",
            computes,
            ""
            if advice or not on_cpu
            else "Without a graphics card a large image takes a minute or more; the model cpsam-lite is quicker.",
        )
    ]
    if advice:
        found.append(Finding("note" if on_cpu else "good", "Graphics", "none that can be used", advice))
    for card in facts["graphics"]:
        low = card["free_memory"] < LOW_CARD_BYTES
        text = f"{card['name']}, {gigabytes(card['memory'])}, {gigabytes(card['free_memory'])} free"
        found.append(
            Finding(
                "note" if low else "good",
                "Graphics",
                text,
                "Other programs hold its memory: close them." if low else "",
            )
        )
    if facts["mps"]:
        found.append(Finding("good", "Graphics", "Apple (MPS)"))
    return tuple(found)


def _packages(facts: dict[str, Any]) -> Finding:
    missing = [name for name, version in facts["packages"].items() if not version and name not in OPTIONAL]
    text = ", ".join(f"{name} {version or 'missing'}" for name, version in facts["packages"].items())
    if missing:
        return Finding("problem", "Libraries", text, f"pip install {' '.join(missing)}")
    return Finding("good", "Libraries", text)


def _models() -> tuple[Finding, ...]:
    found = []
    for one in list_models():
        if one.present:
            found.append(Finding("good", f"Model {one.name}", f"{one.path} ({gigabytes(one.size)})"))
        elif one.kind == "embedded":
            found.append(
                Finding(
                    "problem",
                    f"Model {one.name}",
                    f"{one.path} is missing",
                    "This installation is incomplete: install the program again.",
                )
            )
        else:
            found.append(
                Finding(
                    "note",
                    f"Model {one.name}",
                    "not on this computer",
                    "It is fetched when it is first used, which needs the network and 1.2 GB of disk.",
                )
            )
    return tuple(found)


def _disk() -> tuple[Finding, ...]:
    found = []
    for title, folder in (
        ("Disk of your models", own_folder()),
        ("Disk of fetched models", published_folders()[0]),
    ):
        free = _free(folder)
        low = free is not None and free < LOW_DISK_BYTES
        advice = "Make room: a model takes 1.2 GB, a retraining up to three times as much." if low else ""
        found.append(
            Finding("problem" if low else "good", title, f"{folder}: {gigabytes(free)} free", advice)
        )
    return tuple(found)


def _free(folder: Path) -> int | None:
    """Return the free bytes where a folder is, or will be made."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return None
