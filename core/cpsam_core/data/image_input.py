"""What of an image a network sees: how its file is read, which channels, how bright, and how large the cells are.

The choice belongs to the image. It is kept in the image's project, and segmenting, training and judging all take it
from there, so that a model is taught what its user sees.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.images.companions import Companions
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.image import Image, parse_axes
from cpsam_core.images.project_summary import read_settings
from cpsam_core.images.readers import read_image
from cpsam_core.preprocess.channels import channel_indices
from cpsam_core.preprocess.normalize import NormalizeSettings

__all__ = ["ImageInput", "input_of", "seen_channels", "stored_input"]

Diameter = float | Literal["auto"] | None


@dataclass(frozen=True)
class ImageInput:
    """How one image is shown to a network.

    Attributes
    ----------
    axes, time, scene
        How the file is read, see `images.read_image`; None leaves it to the file.
    channels
        Channels that the network sees, by index from 0 or by name; None takes the first ones.
    normalize
        How intensities are brought to 0 to 1.
    diameter
        Diameter of the cells in pixels as the user set it; None and "auto" leave it to the model.
    """

    axes: str | None = None
    time: int | None = None
    scene: int | str | None = None
    channels: tuple[int | str, ...] | None = None
    normalize: NormalizeSettings = field(default_factory=NormalizeSettings)
    diameter: Diameter = None

    def read(self, path: Path) -> Image:
        """Read the image file.

        Raises
        ------
        ImageError
            As `images.read_image`.
        """
        return read_image(path, self.axes, time=self.time, scene=self.scene)

    @property
    def scale(self) -> float | None:
        """Pixels of the user's diameter, None where it is left to the model."""
        return float(self.diameter) if isinstance(self.diameter, (int, float)) else None

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the defaults as plain values, for a project, a card or a key."""
        plain, values = ImageInput(), {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != getattr(plain, one.name):
                values[one.name] = asdict(value) if isinstance(value, NormalizeSettings) else value
        return values

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> ImageInput:
        """Return the choice that a project or a card holds; values that make no sense are left out."""
        time, scene = stored.get("time"), stored.get("scene")
        return cls(
            _axes(stored.get("axes")),
            time if isinstance(time, int) and not isinstance(time, bool) and time >= 0 else None,
            scene if isinstance(scene, int | str) and not isinstance(scene, bool) else None,
            _channels(stored.get("channels")),
            _normalize(stored.get("normalize")),
            _diameter(stored.get("diameter")),
        )


def stored_input(project: Path, key: DocumentKey = WHOLE) -> ImageInput | None:
    """Return what a project says of how its image is seen; None where it cannot be read."""
    try:
        return ImageInput.from_dict(read_settings(project, key))
    except ImageError:
        return None


def input_of(own: Companions, otherwise: ImageInput | None = None) -> ImageInput:
    """Return how an image is seen: as its project says, else as `otherwise`, else by the defaults."""
    stored = stored_input(own.project, own.key) if own.project.exists() else None
    return stored if stored is not None else otherwise or ImageInput()


def seen_channels(image: Image, channels: tuple[int | str, ...] | None, most: int) -> tuple[str, ...]:
    """Return the names of the channels that a network of at most so many channels sees of an image.

    Raises
    ------
    SettingsError
        A channel does not exist.
    """
    names = image.channel_names
    if channels is None:
        return tuple(names[:most])
    return tuple(names[index] for index in channel_indices(image.pixels.shape[3], names, channels))


def _axes(value: object) -> str | None:
    try:
        return parse_axes(value) if isinstance(value, str) else None
    except ImageError:
        return None


def _channels(value: object) -> tuple[int | str, ...] | None:
    if not isinstance(value, (list, tuple)) or not value:
        return None
    fits = all(isinstance(one, (int, str)) and not isinstance(one, bool) for one in value)
    return tuple(value) if fits else None


def _normalize(value: object) -> NormalizeSettings:
    if not isinstance(value, Mapping):
        return NormalizeSettings()
    known = {one.name for one in fields(NormalizeSettings)}
    try:
        return NormalizeSettings(**{name: part for name, part in value.items() if name in known})
    except (SettingsError, TypeError, ValueError):
        return NormalizeSettings()


def _diameter(value: object) -> Diameter:
    if value == "auto":
        return "auto"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) and value >= 1 else None
    return None
