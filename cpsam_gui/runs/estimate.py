"""How long a run will take: tiles of the image times seconds a tile, as measured on this machine. No Qt."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.segment.settings import NATIVE_DIAMETER_PX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpsam_core.segment.settings import Settings
    from cpsam_gui.runs.options import ModelChoice

# Seconds from which a run on the processor is announced as slow.
SLOW_SECONDS = 60.0
# Bytes of a weight file from which a model that was never run here is guessed at.
LARGE_BYTES = 100e6
# Of one core, for that guess: multiplications of matrices in float32, a second.
FLOPS = 30e9
# Tokens of a tile of 256 pixels.
TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will take.

    Attributes
    ----------
    seconds
        None where nothing is known.
    device
        As torch calls it; a guess where `certain` is False.
    precision
        `float32` or `bfloat16`, say; empty where not known.
    certain
        Whether the model is loaded, so that the device is not guessed.
    """

    seconds: float | None
    device: str
    precision: str = ""
    certain: bool = False

    @property
    def slow(self) -> bool:
        """Whether to warn before the run."""
        return self.device == "cpu" and self.seconds is not None and self.seconds > SLOW_SECONDS


def tiles_of(
    shape: Sequence[int],
    settings: Settings,
    *,
    tile: int = 256,
    diameter: float | str | None = None,
    known: float | None = None,
    anisotropy: float | None = None,
) -> int:
    """Return how many tiles a run on an image costs.

    Parameters
    ----------
    shape
        Lengths (z, y, x) in pixels.
    settings
        Of the run.
    tile
        Edge of the network's tiles.
    diameter
        What the model's card wants where the settings leave it open.
    known
        Diameter that an earlier run measured in this image; without it cells that will be measured count as 30.
    anisotropy
        Of the image, where the settings leave it open.
    """
    from cpsam_core.segment.diameter import look_tiles
    from cpsam_core.segment.predict import count_tiles, scaled_shape

    planes, rows, columns = (int(n) for n in shape)
    wanted = settings.diameter if settings.diameter is not None else diameter
    measured = wanted == "auto"
    size = known if measured else wanted
    scale = NATIVE_DIAMETER_PX / size if isinstance(size, float | int) and size > 0 else 1.0
    overlap, augment = settings.tile_overlap, settings.augment

    def one(height: int, width: int, factor: float = 1.0) -> int:
        return count_tiles((height, width), tile, tile_overlap=overlap, augment=augment, scale=factor)

    looks = look_tiles((rows, columns), tile) if measured else 0
    if not settings.do_3D:
        return looks + planes * one(rows, columns, scale)
    depth = max(1, int(planes * (settings.anisotropy or anisotropy or 1.0) * scale))
    high, wide = scaled_shape((rows, columns), scale)
    return looks + depth * one(high, wide) + high * one(depth, wide) + wide * one(depth, high)


def guessed_device(choice: ModelChoice) -> str:
    """Return where a run will probably compute, without the seconds that importing torch takes."""
    if choice.device not in (None, "auto"):
        return str(choice.device)
    if sys.platform == "darwin":
        return "mps" if os.uname().machine == "arm64" else "cpu"
    if sys.platform == "win32":
        driver = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "nvcuda.dll"
    else:
        driver = Path("/proc/driver/nvidia/version")
    return "cuda" if driver.exists() else "cpu"


def guessed_pace(weights: int | None, device: str) -> float | None:
    """Return seconds a tile for a model of so many bytes that was never run here; None where it is no matter."""
    if weights is None or weights < LARGE_BYTES or device != "cpu":
        return None
    return 2 * (weights / 4) * TOKENS / (FLOPS * (os.cpu_count() or 1))


class TileTimes:
    """Seconds a tile by model, device and precision, learnt from runs."""

    def __init__(self, known: Mapping[str, float] | None = None) -> None:
        self._known = dict(known or {})

    @property
    def known(self) -> Mapping[str, float]:
        """Everything learnt, by a key that can be stored."""
        return dict(self._known)

    def of(self, choice: ModelChoice, device: str) -> float | None:
        """Return seconds a tile, None where this was never run."""
        return self._known.get(_key(choice, device))

    def learn(self, choice: ModelChoice, device: str, seconds: float, tiles: int) -> None:
        """Take over what a run took; the newest counts as much as all before."""
        if tiles < 1 or seconds <= 0:
            return
        key, new = _key(choice, device), seconds / tiles
        old = self._known.get(key, new)
        self._known[key] = (old + new) / 2


def _key(choice: ModelChoice, device: str) -> str:
    plain = replace(choice, device=None)
    return "|".join((plain.title, device.split(":", maxsplit=1)[0], plain.precision or "auto"))
