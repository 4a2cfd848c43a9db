"""What a network sees of an image belongs to the image: training and judging take it from its project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.data.augment import augment
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.data.examples import read_example
from cpsam_core.data.image_input import ImageInput, seen_channels
from cpsam_core.data.pairs import find_pairs, pair_of
from cpsam_core.errors import SettingsError
from cpsam_core.images import write_labels, write_tiff
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.preprocess.normalize import NormalizeSettings

SIDE = 48


@pytest.fixture
def labels() -> np.ndarray:
    labels = np.zeros((SIDE, SIDE), np.uint32)
    for number in range(9):
        y, x = divmod(number, 3)
        labels[4 + 15 * y : 12 + 15 * y, 4 + 15 * x : 12 + 15 * x] = number + 1
    return labels


def put(folder: Path, labels: np.ndarray, settings: dict[str, object], axes: str = "CYX") -> Path:
    """Write an image of four channels, cells in the third, and its project."""
    pixels = np.random.default_rng(0).integers(0, 50, (4, SIDE, SIDE)).astype(np.uint8)
    pixels[2] = 40 + 150 * (labels > 0)
    write_tiff(folder / "a.tif", pixels if axes == "CYX" else pixels[:, None], axes)
    project = ProjectFile(labels[None], settings=settings, review="corrected")
    write_project_file(folder / "a.cpsam", project)
    return folder / "a.tif"


def test_training_sees_what_the_project_says(tmp_path: Path, labels: np.ndarray) -> None:
    put(tmp_path, labels, {"channels": [2], "normalize": {"percentile": [0, 100]}, "diameter": 15})
    (pair,) = find_pairs(tmp_path)
    assert pair.seen == ImageInput(
        channels=(2,), normalize=NormalizeSettings(percentile=(0.0, 100.0)), diameter=15.0
    )
    example = read_example(pair, 3)
    cells = example.pixels[..., 0].astype(float)
    assert cells[labels > 0].min() == 1 and cells[labels == 0].max() == 0
    assert not example.pixels[..., 1:].any()
    assert example.channel_names == ("channel 3",)
    data = TrainingSet([pair])
    assert data.example(0).zoom == 2.0 and data.channel_names == ("channel 3",)


def test_more_channels_than_the_network_takes_are_no_problem_once_some_are_chosen(
    tmp_path: Path, labels: np.ndarray
) -> None:
    write_tiff(
        tmp_path / "a.tif", np.full((12, SIDE, SIDE), 9, np.uint8) + np.arange(SIDE, dtype=np.uint8), "ZYX"
    )
    write_labels(tmp_path / "a_masks.tif", labels)
    (pair,) = find_pairs(tmp_path, seen=ImageInput(axes="CYX", channels=(5, 7)))
    assert read_example(pair, 3).pixels.shape == (SIDE, SIDE, 3)
    with pytest.raises(SettingsError, match="no channel 12"):
        read_example(replace(pair, seen=ImageInput(axes="CYX", channels=(12,))), 3)


def test_the_size_that_the_user_set_is_the_size_that_is_taught(tmp_path: Path, labels: np.ndarray) -> None:
    put(tmp_path, labels, {"channels": [2], "diameter": 8 * 2 / np.pi**0.5})
    data = TrainingSet(find_pairs(tmp_path))
    plain = Augmentation(crop=96, scale=(1, 1), resize=5.0)
    sizes = {}
    for name, example in {
        "set": data.example(0),
        "left to the model": replace(data.example(0), zoom=None),
    }.items():
        sample = augment(example, plain, np.random.default_rng(1))
        sizes[name] = float((sample.target[0] > 0).mean())
    # The cells are resized to 30 pixels as the user has it; else by the factor of the model.
    assert sizes["set"] == pytest.approx(9 * 64 / SIDE**2, rel=0.2)
    assert sizes["left to the model"] > 0
    auto = augment(
        replace(data.example(0), zoom=None), replace(plain, diameter=30.0), np.random.default_rng(1)
    )
    set_ = augment(data.example(0), plain, np.random.default_rng(1))
    np.testing.assert_allclose(auto.target, set_.target, atol=1e-6)  # the same size by either way


def test_nonsense_in_a_project_is_left_out(tmp_path: Path, labels: np.ndarray) -> None:
    wild = {
        "channels": [True],
        "normalize": {"percentile": "x"},
        "diameter": "huge",
        "axes": 7,
        "time": -2,
        "scene": [1],
    }
    image = put(tmp_path, labels, wild)
    assert pair_of(image).seen == ImageInput()
    (tmp_path / "a.cpsam").write_bytes(b"no project")
    write_labels(tmp_path / "a_masks.tif", labels)
    assert pair_of(image, tmp_path / "a_masks.tif").seen == ImageInput()


def test_plain_values_come_back() -> None:
    chosen = ImageInput("ZCYX", 3, "second", ("DAPI", 1), NormalizeSettings(invert=True), 17.0)
    assert ImageInput.from_dict(chosen.to_dict()) == chosen
    assert ImageInput().to_dict() == {}
    assert ImageInput.from_dict({}) == ImageInput()


def test_names_of_the_channels_that_are_seen(tmp_path: Path, labels: np.ndarray) -> None:
    image = ImageInput().read(put(tmp_path, labels, {}))
    assert seen_channels(image, None, 3) == ("channel 1", "channel 2", "channel 3")
    assert seen_channels(image, (3, "channel 1"), 3) == ("channel 4", "channel 1")
