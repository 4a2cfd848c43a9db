"""What may happen to a training image, as settings.

Source: the paper, "Whole-dataset training" (recipe `whole`) and "Fine-tuning and evaluation" (recipe `finetune`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from cpsam_core.errors import SettingsError

__all__ = ["Augmentation"]


@dataclass(frozen=True)
class Augmentation:
    """What may happen to an image on its way to the network; probabilities are 0 to 1.

    `scale` is the range of resizing, drawn on a logarithmic scale where `log_scale`. With `diameter`, images are
    first resized so that their cells measure that many pixels on average, else by the factor `resize`; an example that
    says by which factor its user resizes it (`Example.zoom`) is resized by that. `on_cells` is the probability that a
    crop is centred on a cell instead of anywhere. `stain` and `gamma` are the spread of colour mixing and of gamma, and
    `stain_transfer` is the probability that a stained section gets the colours of another image of the training; the
    paper does not have them, but a small network trained on few laboratories' stains needs them.
    """

    crop: int = 256
    scale: tuple[float, float] = (0.75, 1.25)
    log_scale: bool = False
    diameter: float | None = None
    resize: float = 1.0
    on_cells: float = 0.0
    gray: float = 0.0
    invert: float = 0.0
    drop_channel: float = 0.0
    permute: bool = False
    brightness: float = 0.0
    contrast: float = 1.0
    degraded: float = 0.0
    stain: float = 0.0
    gamma: float = 0.0
    stain_transfer: float = 0.0

    def __post_init__(self) -> None:
        low, high = self.scale
        if not 0 < low <= high:
            raise SettingsError(
                f"the range of resizing goes from a number above 0 upwards, not from {low} to {high}"
            )
        if self.crop < 16:
            raise SettingsError(f"crops measure at least 16 pixels, not {self.crop}")
        for name in ("on_cells", "gray", "invert", "drop_channel", "degraded", "stain_transfer"):
            if not 0 <= getattr(self, name) <= 1:
                raise SettingsError(f"{name} is a share from 0 to 1, not {getattr(self, name)}")
        if min(self.brightness, self.stain, self.gamma) < 0:
            raise SettingsError("brightness, stain and gamma of an augmentation are not negative")
        if min(self.contrast, self.resize) <= 0 or (self.diameter is not None and self.diameter <= 0):
            raise SettingsError("contrast, resize and diameter of an augmentation are above 0")

    @classmethod
    def finetune(cls, **changes: Any) -> Augmentation:
        """Turns, flips and sizes of 0.75 to 1.25, nothing else (paper, "Fine-tuning and evaluation")."""
        return replace(cls(), **changes)

    @classmethod
    def whole(cls, **changes: Any) -> Augmentation:
        """Everything, cells of 7.5 to 120 pixels (paper, "Whole-dataset training")."""
        recipe = cls(
            scale=(0.25, 4.0),
            log_scale=True,
            diameter=30.0,
            on_cells=0.7,
            gray=0.1,
            invert=0.25,
            drop_channel=0.1,
            permute=True,
            brightness=0.2,
            contrast=2.0,
            degraded=0.5,
            stain=0.2,
            gamma=0.4,
        )
        return replace(recipe, **changes)

    @classmethod
    def wide(cls, **changes: Any) -> Augmentation:
        """More of everything, for images unlike those of the training: colours of other sections, more contrast."""
        return replace(
            cls.whole(invert=0.3, brightness=0.3, contrast=3.0, degraded=0.6, stain_transfer=0.5, gamma=0.5),
            **changes,
        )
