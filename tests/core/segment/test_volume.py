from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cpsam_core.checkpoints.cards import IN_3D, ModelCard
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.progress import Cancelled
from cpsam_core.segment.volume import predict_volume_maps, stitch
from cpsam_core.segment.volume_remarks import least_voxels, volume_remarks


class Slopes:
    """Flow = gradient of the first channel, logit = the first channel."""

    tile = 64
    in_channels = 3
    out_channels = 3

    def __call__(self, tiles: np.ndarray) -> np.ndarray:
        down, right = np.gradient(tiles[:, 0], axis=(1, 2))
        return np.stack([down, right, tiles[:, 0]], axis=1)


def ramp(shape: tuple[int, int, int], slopes: tuple[float, float, float]) -> np.ndarray:
    z, y, x = np.mgrid[: shape[0], : shape[1], : shape[2]].astype(np.float32)
    return (slopes[0] * z + slopes[1] * y + slopes[2] * x)[..., None]


INNER = (slice(3, -3),) * 3


def test_each_axis_gets_the_flows_of_two_views() -> None:
    volume = ramp((20, 30, 40), (1, 2, 3))
    maps = predict_volume_maps(Slopes(), volume)
    flows, logits = maps[-4:-1], maps[-1]
    assert flows.shape == (3, 20, 30, 40)
    assert flows.dtype == logits.dtype == np.float32
    for axis, slope in enumerate((1, 2, 3)):
        np.testing.assert_allclose(flows[axis][INNER], 2 * slope, atol=1e-2)
    np.testing.assert_allclose(logits, 3 * volume[..., 0], rtol=1e-4, atol=1e-3)


def test_anisotropy_and_scale_keep_the_shape() -> None:
    volume = ramp((10, 30, 40), (4, 2, 2))
    maps = predict_volume_maps(Slopes(), volume, scale=0.5, anisotropy=4.0)
    flows, logits = maps[-4:-1], maps[-1]
    assert flows.shape == (3, 10, 30, 40)
    # z has twice as many planes, y and x half the pixels, so that the slopes seen are 2, 4 and 4
    for axis, slope in enumerate((2, 4, 4)):
        np.testing.assert_allclose(flows[axis][INNER], 2 * slope, rtol=0.02)
    np.testing.assert_allclose(logits[INNER], 3 * volume[..., 0][INNER], rtol=0.02)


def test_progress_runs_through_all_views() -> None:
    seen: list[tuple[int, int, str]] = []

    def note_down(done: int, total: int, note: str = "") -> None:
        seen.append((done, total, note))

    predict_volume_maps(Slopes(), ramp((5, 30, 40), (1, 1, 1)), progress=note_down)
    done = [d for d, _, _ in seen]
    assert done == sorted(done)
    assert done[-1] == seen[0][1] == 5 + 30 + 40
    assert [note.split()[0] for _, _, note in seen] == sorted(note.split()[0] for _, _, note in seen)
    assert (seen[0][2], seen[-1][2]) == ("YX plane 5 of 5", "ZY plane 40 of 40")


def test_cancel() -> None:
    def stop(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        predict_volume_maps(Slopes(), ramp((5, 30, 40), (1, 1, 1)), progress=stop)


@pytest.mark.parametrize(
    ("shape", "options", "error", "words"),
    [
        ((1, 8, 8, 1), {}, SettingsError, "needs a z-stack"),
        ((8, 8, 1), {}, ImageError, "3 axes"),
        ((4, 8, 8, 1), {"anisotropy": 0}, SettingsError, "anisotropy"),
        ((4, 8, 8, 1), {"scale": -1}, SettingsError, "diameter"),
        ((4, 0, 8, 1), {}, ImageError, "no pixels|no plane"),
    ],
)
def test_volumes_that_do_not_fit(
    shape: tuple[int, ...], options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        predict_volume_maps(Slopes(), np.zeros(shape, np.float32), **options)


def columns(depth: int, count: int) -> np.ndarray:
    """Squares that go through all planes, numbered differently in each."""
    plane = np.kron(np.arange(1, count * count + 1).reshape(count, count), np.ones((4, 4), int))
    plane = np.pad(plane, 1)
    rng = np.random.default_rng(0)
    planes = []
    for _ in range(depth):
        numbers = np.concatenate([[0], rng.permutation(count * count) + 1])
        planes.append(numbers[plane])
    return np.stack(planes)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.uint32, np.int64])
def test_columns_get_one_number(dtype: type) -> None:
    stitched = stitch(columns(6, 5).astype(dtype), 0.5)
    assert stitched.dtype == np.uint32
    assert stitched.max() == 25
    np.testing.assert_array_equal(stitched, np.broadcast_to(stitched[0], stitched.shape))


def test_no_overflow_beyond_65535_objects() -> None:
    plane = np.arange(1, 40001, dtype=np.uint16).reshape(200, 200)
    # neighbouring planes share no object: every one is new
    empty = np.zeros_like(plane)
    stitched = stitch(np.stack([plane, empty, plane]), 0.5)
    assert stitched.max() == 80000
    assert len(np.unique(stitched)) == 80001


def test_an_empty_plane_parts_objects() -> None:
    planes = columns(3, 3)
    planes[1] = 0
    stitched = stitch(planes, 0.5)
    assert not set(np.unique(stitched[0])[1:]) & set(np.unique(stitched[2])[1:])


def test_only_the_best_match_goes_on() -> None:
    planes = np.zeros((2, 10, 20), np.uint32)
    planes[0, :, :] = 7
    planes[1, :, :12] = 1
    planes[1, :, 12:] = 2
    stitched = stitch(planes, 0.25)
    assert np.unique(stitched[1, :, :12]) == stitched[0, 0, 0]
    assert np.unique(stitched[1, :, 12:]) == 2


def test_overlap_under_the_threshold_does_not_count() -> None:
    planes = np.zeros((2, 10, 20), np.uint32)
    planes[0, :, :10] = 1
    planes[1, :, 8:18] = 1
    assert stitch(planes, 0.2).max() == 2
    assert stitch(planes, 0.1).max() == 1


def test_large_and_missing_numbers_are_closed_up() -> None:
    planes = np.zeros((2, 6, 6), np.uint32)
    planes[0, :3] = 4_000_000_000
    planes[1, :3] = 17
    planes[1, 4:] = 4_100_000_000
    assert np.unique(stitch(planes, 0.5)).tolist() == [0, 1, 2]


def test_a_run_on_a_volume_says_whether_the_model_was_judged_in_3d_and_what_is_too_small() -> None:
    assert volume_remarks("tiny", True, np.full(10, 5000), 20.0, 1.0) == ()
    (unknown,) = volume_remarks("tiny", False, np.full(10, 5000), 20.0, 1.0)
    assert "tiny shows no scores in 3D" in unknown
    (crumbs,) = volume_remarks("tiny", True, np.array([20, 30, 5000, 4000]), 20.0, 2.0)
    assert "2 of 4 bodies" in crumbs
    assert f"{least_voxels(20.0, 2.0)} voxels" in crumbs
    (distance,) = volume_remarks("tiny", True, np.full(10, 5000), 20.0, None)
    assert "how far apart its planes are" in distance
    assert least_voxels(20.0, 1.0) == round(0.1 * np.pi / 6 * 8000)
    assert not ModelCard(scores={"a": {"ap_0.5": 0.7}}).judged_in_3d
    assert ModelCard(scores={"a": {IN_3D: 0.7}}).judged_in_3d


def test_nothing_to_stitch() -> None:
    assert not stitch(np.zeros((3, 5, 5), np.uint16), 0.5).any()
    assert stitch(np.ones((1, 5, 5), np.uint16), 0.5).max() == 1


@pytest.mark.parametrize(("shape", "threshold"), [((5, 5), 0.5), ((2, 5, 5), 0), ((2, 5, 5), 1.5)])
def test_what_cannot_be_stitched(shape: tuple[int, ...], threshold: float) -> None:
    with pytest.raises(SettingsError):
        stitch(np.zeros(shape, np.uint16), threshold)
