"""Where to compute and in which precision: the best there is, unless told otherwise, and said in the log."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from typing import TYPE_CHECKING

from cpsam_core.errors import SettingsError

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

PRECISIONS = ("float32", "bfloat16", "float16")


def choose_device(name: str | None = None) -> torch.device:
    """Return the device of that name, or the best one: CUDA, then MPS (Apple), then the CPU.

    Raises
    ------
    SettingsError
        If the name is not a device, or this machine (or this build of torch) has none of it.
    """
    import torch

    if name is None or name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise SettingsError(f"{name!r} is no device; use cuda, cuda:1, mps, cpu or auto") from error
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not present.get(device.type, False):
        raise SettingsError(
            f"this machine has no {device.type} device that torch {torch.__version__} can use"
        )
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise SettingsError(f"there is no {name}: torch sees {torch.cuda.device_count()} CUDA devices")
    return device


def choose_precision(device: torch.device, name: str | None = None) -> torch.dtype:
    """Return bfloat16 where the hardware computes with it, float32 elsewhere, or the precision of that name."""
    import torch

    if name is not None and name != "auto":
        if name not in PRECISIONS:
            raise SettingsError(f"{name!r} is no precision; use {', '.join(PRECISIONS)} or auto")
        return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[name]
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(device)[0] >= 8 else torch.float32
    return torch.bfloat16 if device.type == "cpu" and cpu_has_bfloat16() else torch.float32


def cpu_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 matrices itself; emulated, they are slower than float32."""
    import torch

    native = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    tiles = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool((native and native()) or (tiles and tiles()))


def keep_freed_memory() -> None:
    """Let the C library keep freed blocks for the next layer instead of giving them back to the system.

    Every layer of a network on the CPU frees tens of megabytes and asks for as many; handed back and fetched anew
    each time, with every page cleared, that took four fifths of the time of a training step. Linux (glibc) only;
    elsewhere nothing happens. Does not override what the user set by environment.
    """
    if sys.platform != "linux" or any(name.startswith("MALLOC_") for name in os.environ):
        return
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        # Another C library.
        return
    trim_threshold, top_pad, mmap_threshold = -1, -2, -3
    mallopt(mmap_threshold, 1 << 30)
    mallopt(trim_threshold, (1 << 31) - 1)
    mallopt(top_pad, 1 << 26)
