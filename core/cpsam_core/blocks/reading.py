"""Which image a run by blocks reads, and whether its file is still the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cpsam_core.images.sources import Source, open_source
from cpsam_core.system.file_identity import identity_of

__all__ = ["BlockReading", "image_state"]


@dataclass(frozen=True)
class BlockReading:
    """Which image of which file, and the model: what a worker on another machine needs to begin."""

    path: str
    scene: int | str | None = None
    time: int | None = None
    axes: str | None = None
    model: str = ""
    device: str | None = None
    precision: str | None = None

    def open(self) -> Source:
        """Open the image."""
        return open_source(self.path, self.axes, time=self.time, scene=self.scene)


def image_state(path: Path) -> list[int]:
    """Return size and time of the last change of the file of an image, or of the metadata of an OME-Zarr."""
    state: list[int] = []
    for one in (path, path / ".zattrs", path / "zarr.json"):
        if one.is_file():
            found = identity_of(one)
            state += [found.size, found.changed]
    return state
