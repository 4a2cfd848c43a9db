"""The shapes of the networks: how deep, how wide, what they start and end with."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from cpsam_core.errors import SettingsError

Stem = Literal["patch", "conv", "unet", "dino"]


@dataclass(frozen=True)
class VitConfig:
    """Shape of a network; see the class methods for the two that the project uses."""

    depth: int = 24
    width: int = 1024
    heads: int = 16
    patch: int = 8
    tile: int = 256
    in_channels: int = 3
    # Class maps, if any, then flow y, flow x, cell logit.
    out_channels: int = 3
    relative_positions: bool = True
    layer_drop: float = 0.4
    neck: int = 256
    mlp_ratio: float = 4.0
    stem: Stem = "patch"
    # Of `unet` stems: channels and residual blocks at a half and at a quarter of the resolution.
    fine: int = 32
    coarse: int = 96
    fine_blocks: int = 1
    coarse_blocks: int = 2

    def __post_init__(self) -> None:
        sizes = (self.depth, self.width, self.heads, self.patch, self.tile, self.in_channels, self.neck)
        stages = (self.fine, self.coarse, self.fine_blocks, self.coarse_blocks)
        if min(*sizes, *stages) < 1 or self.out_channels < 3 or self.mlp_ratio <= 0:
            raise SettingsError(f"no network has this shape: {self}")
        if not 0 <= self.layer_drop <= 1:
            raise SettingsError(f"layer_drop is a probability from 0 to 1, not {self.layer_drop}")
        if self.tile % self.patch or self.width % self.heads:
            raise SettingsError(
                f"a network needs tiles of whole patches and heads of equal width, not tile {self.tile} with patch "
                f"{self.patch} and width {self.width} with {self.heads} heads"
            )
        if self.stem not in get_args(Stem):
            raise SettingsError(f"no network starts with {self.stem!r}")
        if self.stem == "dino" and self.width // self.heads % 4:
            raise SettingsError("rotary positions need heads of a multiple of four channels")
        if self.small and self.patch != 8:
            raise SettingsError("the convolutional stem works with patches of 8 pixels only")

    @property
    def small(self) -> bool:
        """Whether this is a network of the project's own, whose stem and read-out are convolutions."""
        return self.stem in ("conv", "unet")

    @property
    def grid(self) -> int:
        """Tokens along one side of a tile."""
        return self.tile // self.patch

    @property
    def classes(self) -> int:
        """Number of class maps, background included; 0 where there are none."""
        return self.out_channels - 3

    @classmethod
    def cpsam(cls, **changes: Any) -> VitConfig:
        """Return the shape of the published checkpoints `cpsam` and `cpsam_v2` (304.6 M parameters)."""
        return cls(**changes)

    @classmethod
    def cpdino(cls, **changes: Any) -> VitConfig:
        """Return the shape of the published checkpoint `cpdino` (303.5 M parameters)."""
        return cls(**{"tile": 384, "relative_positions": False, "neck": 1024, "stem": "dino", **changes})

    @classmethod
    def cpdino_vitb(cls, **changes: Any) -> VitConfig:
        """Return the shape of the published checkpoint `cpdino-vitb` (85.9 M parameters)."""
        return cls.cpdino(**{"depth": 12, "width": 768, "heads": 12, "neck": 768, **changes})

    @classmethod
    def lite(cls, **changes: Any) -> VitConfig:
        """Return the shape of a new small network, that of the embedded model `cpsam-lite` (3.0 M parameters)."""
        small = {
            "depth": 4,
            "width": 192,
            "heads": 3,
            "relative_positions": False,
            "layer_drop": 0.1,
            "neck": 128,
        }
        return cls(**{**small, "stem": "unet", **changes})

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> VitConfig:
        """Return the configuration that `to_dict` wrote; names it does not know are an error."""
        unknown = set(values) - {field.name for field in fields(cls)}
        if unknown:
            raise SettingsError(
                f"this network was made by a newer version: it has {', '.join(sorted(unknown))}"
            )
        return cls(**values)
