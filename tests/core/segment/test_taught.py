"""A model says so when it is run on other channels than it was taught with; volumes keep their class maps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.checkpoints.cards import ModelCard, write_card
from cpsam_core.images import arrange
from cpsam_core.segment.segmenter import Segmenter, Settings
from cpsam_core.segment.taught import channel_remark


def image(names: tuple[str, ...]) -> object:
    return arrange(np.zeros((len(names), 8, 8), np.uint8), "CYX", channel_names=names)


@pytest.mark.parametrize(
    ("taught", "names", "chosen", "said"),
    [
        ((), ("DAPI", "GFP"), None, False),
        (("DAPI",), ("DAPI", "GFP"), (0,), False),
        (("DAPI",), ("DAPI", "GFP"), ("dapi",), False),
        (("DAPI",), ("DAPI", "GFP"), (1,), True),
        (("DAPI",), ("DAPI", "GFP"), None, True),
        (("channel 3",), ("a", "b"), None, True),
        (("channel 1",), ("red", "green", "blue"), None, False),
        (("red", "green", "blue"), ("channel 1",), None, False),
    ],
)
def test_other_channels_are_said(
    taught: tuple[str, ...], names: tuple[str, ...], chosen: tuple[int | str, ...] | None, said: bool
) -> None:
    remark = channel_remark(taught, image(names), chosen, 3)  # type: ignore[arg-type]
    assert bool(remark) is said
    if said:
        assert taught[0] in remark


def test_a_run_remembers_what_its_model_was_taught(tiny_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(tiny_model.read_bytes())
    write_card(path, ModelCard(name="mine", channels=("channel 3",)))
    segmenter = Segmenter.load(path, "cpu", "float32")
    stack = arrange(np.random.default_rng(0).integers(0, 99, (4, 40, 40)).astype(np.uint8), "CYX")
    assert not any("taught" in note for note in segmenter.segment(stack, Settings(channels=(2,))).notes)
    found = segmenter.segment(stack, Settings())
    assert "taught with channel 3 and now sees channel 1" in found.notes[0]


def test_class_maps_are_kept_in_volumes() -> None:
    class Kinds:
        """Class 1 where dark, class 2 where bright, and cells everywhere bright enough."""

        tile, in_channels, out_channels = 64, 3, 6

        def __call__(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
            maps = np.zeros((len(tiles), 6, 64, 64), np.float32)
            level = tiles[:, 0]
            maps[:, 0] = np.where(level < 0.2, 5, -5)
            maps[:, 1] = np.where((level >= 0.2) & (level < 0.7), 5, -5)
            maps[:, 2] = np.where(level >= 0.7, 5, -5)
            maps[:, 5] = np.where(level >= 0.2, 6, -6)
            inside = level >= 0.2
            for number, plane in enumerate(inside):
                ys, xs = np.nonzero(plane)
                for left in (slice(0, 24), slice(24, 64)):
                    part = (xs >= left.start) & (xs < left.stop)
                    if part.any():
                        y, x = ys[part], xs[part]
                        maps[number, 3, y, x] = np.sign(np.median(y) - y) * 5
                        maps[number, 4, y, x] = np.sign(np.median(x) - x) * 5
            return maps

    volume = np.zeros((14, 48, 48), np.float32)
    volume[3:11, 6:18, 6:18], volume[3:11, 28:42, 28:42] = 0.5, 1.0
    settings = Settings(do_3D=True, diameter=30.0, normalize=replace(Settings().normalize, normalize=False))
    found = Segmenter(Kinds()).segment(arrange(volume, "ZYX"), settings)
    assert found.output.class_logits is not None and found.output.class_logits.shape == (3, 14, 48, 48)
    assert found.classes is not None and len(found.classes) == len(found.objects) >= 2
    for number, kind in enumerate(found.classes.tolist(), 1):
        level = float(np.median(volume[found.labels == number]))
        assert kind == (2 if level > 0.7 else 1)
    assert set(found.classes.tolist()) == {1, 2}
