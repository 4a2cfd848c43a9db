"""The line that installs the torch for this computer's graphics card."""

from __future__ import annotations

import importlib.util
import re
import sys

INDEX = "https://download.pytorch.org/whl"
FLAVOURS = (((13, 0), "cu130"), ((12, 8), "cu128"), ((12, 6), "cu126"), ((11, 8), "cu118"))
"""CUDA that a driver must reach at least, and the flavour of torch built for it; newest first."""


def driver_cuda(report: str) -> tuple[int, int] | None:
    """Return the newest CUDA that the driver runs, from what `nvidia-smi` prints; None where it does not say."""
    found = re.search(r"CUDA Version:\s*(\d+)\.(\d+)", report)
    return (int(found[1]), int(found[2])) if found else None


def flavour_for(cuda: tuple[int, int] | None) -> str:
    """Return the newest flavour of torch that such a driver runs; a common one where the driver is not known."""
    if cuda is None:
        return "cu128"
    return next((name for least, name in FLAVOURS if cuda >= least), FLAVOURS[-1][1])


def install_line(flavour: str) -> str:
    """Return the line for a terminal that puts this flavour in the place of the torch that is here."""
    if importlib.util.find_spec("pip") is None:
        # An environment made by uv has no pip.
        return f'uv pip install --python "{sys.executable}" --reinstall torch --torch-backend {flavour}'
    return f'"{sys.executable}" -m pip install --force-reinstall torch --index-url {INDEX}/{flavour}'
