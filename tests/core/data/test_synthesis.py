from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from cpsam_core.data.synthesis import (
    KINDS,
    LARGEST_DIAMETER_PX,
    SMALLEST_DIAMETER_PX,
    Drawing,
    draw_cells,
    layouts,
    shapes,
)
from cpsam_core.data.synthesis.fields import blur, noise
from cpsam_core.data.synthesis.scene import DrawnScene, contrast
from cpsam_core.errors import SettingsError


def equal_area_diameters(labels: np.ndarray) -> np.ndarray:
    """Diameters of the cells that do not touch the picture's edge."""
    cut = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    areas = np.bincount(labels.ravel())
    whole = np.setdiff1d(np.arange(1, len(areas)), cut)
    return 2 * np.sqrt(areas[whole] / np.pi)


def check_labels(drawing: Drawing) -> None:
    labels = drawing.labels
    areas = np.bincount(labels.ravel())
    assert (areas[1:] >= layouts.SMALLEST_PART_PX).all()
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        assert box is not None
        assert ndimage.label(labels[box] == number)[1] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_valid_image_and_labels(kind: str) -> None:
    for seed in range(6):
        drawing = draw_cells(np.random.default_rng(seed), side=96, kind=kind)
        assert drawing.kind == kind
        assert drawing.image.shape == (96, 96, 3) and drawing.image.dtype == np.uint8
        assert drawing.labels.shape == (96, 96) and drawing.labels.dtype == np.uint16
        assert drawing.image.max() > drawing.image.min()
        if kind == "empty":
            assert drawing.labels.max() == 0
        check_labels(drawing)


@pytest.mark.parametrize("kind", KINDS)
def test_same_state_gives_the_same_picture(kind: str) -> None:
    first, second = (draw_cells(np.random.default_rng(11), side=80, kind=kind) for _ in range(2))
    np.testing.assert_array_equal(first.image, second.image)
    np.testing.assert_array_equal(first.labels, second.labels)
    other = draw_cells(np.random.default_rng(12), side=80, kind=kind)
    assert not np.array_equal(first.image, other.image)


def test_one_generator_draws_different_pictures_and_all_kinds() -> None:
    rng = np.random.default_rng(0)
    drawings = [draw_cells(rng, side=32) for _ in range(300)]
    assert {d.kind for d in drawings} == set(KINDS)
    assert not np.array_equal(drawings[0].image, drawings[1].image)
    assert 0.05 < np.mean([not d.gray for d in drawings]) < 0.6
    assert np.mean([d.labels.max() > 0 for d in drawings]) > 0.8


@pytest.mark.parametrize("diameter", [SMALLEST_DIAMETER_PX, 12.0, 30.0, 60.0])
@pytest.mark.parametrize(
    "kind", ["fluorescent_nuclei", "membranes", "bacteria_phase", "yeast", "phase_contrast"]
)
def test_cells_have_the_diameter_asked_for(kind: str, diameter: float) -> None:
    found = np.concatenate(
        [
            equal_area_diameters(draw_cells(np.random.default_rng(seed), 192, diameter, kind).labels)
            for seed in range(6)
        ]
    )
    assert len(found) > 3
    assert 0.7 * diameter < np.median(found) < 1.3 * diameter


def test_largest_diameter_still_shows_a_cell() -> None:
    for seed in range(10):
        drawing = draw_cells(np.random.default_rng(seed), 192, LARGEST_DIAMETER_PX, "fluorescent_nuclei")
        assert drawing.labels.max() >= 1


@pytest.mark.parametrize(
    ("side", "diameter", "kind"),
    [(16, None, None), (96, 2.0, None), (96, float("nan"), None), (96, None, "toast")],
)
def test_impossible_wishes_are_refused_in_words(side: int, diameter: float | None, kind: str | None) -> None:
    with pytest.raises(SettingsError, match=r"."):
        draw_cells(np.random.default_rng(0), side, diameter, kind)


@pytest.mark.parametrize(("side", "diameter"), [(32, 120.0), (33, 7.0), (131, 4.0), (64, 300.0)])
def test_odd_sides_and_extreme_diameters(side: int, diameter: float) -> None:
    for seed, kind in enumerate(KINDS):
        drawing = draw_cells(np.random.default_rng(seed), side, diameter, kind)
        assert drawing.image.shape == (side, side, 3)
        check_labels(drawing)


def test_tidy_keeps_the_largest_part_and_renumbers() -> None:
    labels = np.zeros((20, 20), np.int32)
    labels[2:10, 2:6] = 7
    labels[2:10, 6:10] = 3  # touches 7
    labels[14:18, 2:6] = 7  # a smaller second part of 7
    labels[18:, 18:] = 9  # too small
    tidied = layouts.tidy(labels)
    assert np.unique(tidied).tolist() == [0, 1, 2]
    assert (tidied[14:] == 0).all()
    assert len(np.unique(tidied[2:10, 2:6])) == 1
    assert tidied[5, 3] != tidied[5, 8]


def test_tidy_of_nothing_and_of_one_full_label() -> None:
    assert layouts.tidy(np.zeros((8, 8), np.int32)).max() == 0
    np.testing.assert_array_equal(layouts.tidy(np.full((8, 8), 5, np.int32)), np.ones((8, 8)))


def test_open_gaps_parts_neighbours_only() -> None:
    labels = np.zeros((12, 12), np.int32)
    labels[2:10, 2:6], labels[2:10, 6:10] = 1, 2
    opened = layouts.open_gaps(labels)
    assert (opened[2:10, 5] == 0).all()
    np.testing.assert_array_equal(opened[:, 6:], labels[:, 6:])
    np.testing.assert_array_equal(opened[:, :5], labels[:, :5])


@pytest.mark.parametrize("shape", ["blobs", "rods", "spread_cells"])
def test_outlines_enclose_the_area_of_a_unit_disc(shape: str) -> None:
    rng = np.random.default_rng(3)
    angles = rng.uniform(0, 6, 20)
    outlines = {
        "blobs": lambda: shapes.blobs(rng, angles, 0.1, 1.5, 0.2),
        "rods": lambda: shapes.rods(rng, angles, 4.0, 0.5, 0.5),
        "spread_cells": lambda: shapes.spread_cells(rng, angles, 2.0, 0.8),
    }[shape]()
    x, y = outlines[..., 0], outlines[..., 1]
    area = 0.5 * np.abs((x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(1))
    np.testing.assert_allclose(area, np.pi / 4, rtol=1e-3)
    np.testing.assert_allclose(outlines.max(1), -outlines.min(1), atol=0.7)


def test_noise_is_standardised_and_has_its_scale() -> None:
    rng = np.random.default_rng(1)
    coarse, fine = noise(rng, 128, 32, 1), noise(rng, 128, 3, 1)
    for field in (coarse, fine):
        assert abs(float(field.mean())) < 1e-3 and abs(float(field.std()) - 1) < 1e-3
    assert np.abs(np.diff(coarse)).mean() < 0.3 * np.abs(np.diff(fine)).mean()


def test_wide_blur_on_a_reduced_picture_stays_close_to_the_exact_one() -> None:
    image = np.zeros((120, 120), np.float32)
    image[40:80, 30:70] = 1
    exact = ndimage.gaussian_filter(image, 10, mode="nearest")
    assert float(np.abs(blur(image, 10) - exact).max()) < 0.03


def test_depth_and_nuclei_stay_inside_their_cells() -> None:
    rng = np.random.default_rng(5)
    scene = DrawnScene(rng, layouts.tissue(rng, 128, 30.0), 30.0)
    assert (scene.depth[scene.labels == 0] == 0).all()
    assert scene.relative_depth.max() <= 1
    core = scene.nuclei(0.5)
    np.testing.assert_array_equal(core[core > 0], scene.labels[core > 0])
    assert 0.05 < (core > 0).sum() / (scene.labels > 0).sum() < 0.5


def test_contrast_is_the_step_between_cells_and_ground() -> None:
    labels = np.zeros((64, 64), np.int32)
    labels[20:40, 20:40] = 1
    scene = DrawnScene(np.random.default_rng(0), labels, 20.0)
    assert contrast(scene, np.where(labels > 0, 0.9, 0.4).astype(np.float32)) == pytest.approx(0.5, abs=1e-6)


def test_no_kind_is_pure_noise_or_trivially_thresholded() -> None:
    """Cells differ from their ground on average, by amounts that vary from picture to picture."""
    for kind in ("fluorescent_nuclei", "stained_nuclei", "bacteria_phase"):
        separations = []
        for seed in range(12):
            drawing = draw_cells(np.random.default_rng(seed), 128, 20.0, kind)
            inside = drawing.labels > 0
            if not 0.02 < inside.mean() < 0.9:
                continue
            image = drawing.image.astype(float)
            gap = np.abs(image[inside].mean(0) - image[~inside].mean(0)).max()
            separations.append(gap / image.std((0, 1)).max())
        assert np.median(separations) > 0.5
        assert min(separations) < 0.9 * max(separations)
