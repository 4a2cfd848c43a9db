"""Masks to flows against a plain version of the same diffusion, one object at a time."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.dynamics import diffusion, sheets, waves
from cpsam_core.dynamics import targets as targets_module
from cpsam_core.dynamics.targets import flows_from_masks
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.progress import Cancelled

Labels = NDArray[np.integer[Any]]


def plain_centre(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    points = np.argwhere(mask)
    mean = points.mean(axis=0)
    if mask.ndim == 2:
        mean = np.round(mean)
        if mask[tuple(mean.astype(int))]:
            return tuple(int(v) for v in mean)
    return tuple(int(v) for v in points[((points - mean) ** 2).sum(axis=1).argmin()])


def plain_heat(mask: NDArray[np.bool_], steps: int) -> NDArray[np.float64]:
    """Return the heat of one object in its box, with a margin."""
    inside = np.pad(mask, 1)
    centre = tuple(c + 1 for c in plain_centre(mask))
    offsets = list(itertools.product((-1, 0, 1), repeat=mask.ndim))
    if mask.ndim == 3:
        offsets = [o for o in offsets if sum(abs(v) for v in o) <= 1]
    heat = np.zeros(inside.shape)
    for _ in range(steps):
        heat[centre] += 1
        heat = sum(np.roll(heat, o, axis=tuple(range(mask.ndim))) for o in offsets) * inside / len(offsets)
    return heat


def plain_flows(labels: Labels, border: str) -> NDArray[np.float64]:
    ids = [int(v) for v in np.unique(labels) if v]
    boxes = {}
    for number in ids:
        points = np.argwhere(labels == number)
        boxes[number] = tuple(
            slice(a, b + 1) for a, b in zip(points.min(axis=0), points.max(axis=0), strict=True)
        )
    extents = [sum(s.stop - s.start for s in box) + labels.ndim for box in boxes.values()]
    steps = (2 if labels.ndim == 2 else 6) * max(extents)
    heats = {}
    for number, box in boxes.items():
        heats[number] = np.zeros([n + 2 for n in labels.shape])
        heats[number][tuple(slice(s.start, s.stop + 2) for s in box)] = plain_heat(
            labels[box] == number, steps
        )
    everything = sum(heats.values())
    flows = np.zeros((labels.ndim, *labels.shape))
    for number in ids:
        heat = heats[number] if border == "clean" else everything
        core = (slice(1, -1),) * labels.ndim
        gradient = np.stack(
            [(np.roll(heat, -1, axis) - np.roll(heat, 1, axis))[core] for axis in range(labels.ndim)]
        )
        length = np.sqrt((gradient**2).sum(axis=0))
        # At the centre of a symmetric object only rounding errors are left, which have no direction.
        inside = (labels == number) & (length > 1e-10 * heat[core])
        flows[:, inside] = gradient[:, inside] / length[inside]
    return flows


def drawn(seed: int = 0, side: int = 70, count: int = 25) -> NDArray[np.uint32]:
    """Touching and overlapping rectangles and disks with ids far apart."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((side, side + 11), np.uint32)
    y, x = np.mgrid[:side, : side + 11]
    for k in range(1, count + 1):
        cy, cx = rng.integers(0, side), rng.integers(0, side + 11)
        ry, rx = rng.integers(2, 12, 2)
        labels[((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 < 1] = 1000 * k + 7
    return labels


@pytest.mark.parametrize("border", ["reference", "clean"])
@pytest.mark.parametrize("seed", [0, 1])
def test_planes_equal_the_plain_diffusion(border: Any, seed: int) -> None:
    labels = drawn(seed)
    np.testing.assert_allclose(
        flows_from_masks(labels, border=border), plain_flows(labels, border), atol=1e-5
    )


@pytest.mark.parametrize("border", ["reference", "clean"])
def test_volumes_equal_the_plain_diffusion(border: Any) -> None:
    labels = np.zeros((8, 15, 17), np.uint32)
    z, y, x = np.mgrid[:8, :15, :17]
    labels[((z - 3.2) / 3) ** 2 + ((y - 5) / 4.4) ** 2 + ((x - 5.3) / 4) ** 2 < 1] = 5
    labels[((z - 4) / 2) ** 2 + ((y - 9) / 5) ** 2 + ((x - 11) / 4.7) ** 2 < 1] = 900
    labels[7, 14, 16] = 12
    expected = plain_flows(labels, border)
    np.testing.assert_allclose(flows_from_masks(labels, border=border), expected, atol=1e-5)


def test_vectors_are_of_unit_length_inside_and_zero_outside() -> None:
    labels = drawn(3)
    flows = flows_from_masks(labels)
    assert flows.dtype == np.float32
    length = np.sqrt((flows**2).sum(axis=0))
    assert (length[labels == 0] == 0).all()
    assert (np.abs(length[labels > 0] - 1) < 1e-5).mean() > 0.99
    assert np.isin(np.round(length, 5), (0, 1)).all()


def test_clean_borders_do_not_depend_on_neighbours_and_those_of_the_reference_do() -> None:
    both = np.zeros((30, 40), np.uint16)
    both[5:25, 5:20] = 1
    both[5:25, 20:35] = 2
    alone = np.where(both == 1, both, 0)
    clean, reference = flows_from_masks(both, border="clean"), flows_from_masks(both)
    np.testing.assert_array_equal(clean[:, both == 1], flows_from_masks(alone, border="clean")[:, both == 1])
    np.testing.assert_array_equal(reference[:, 10:20, 5:18], clean[:, 10:20, 5:18])
    # At the shared border the warm neighbour turns the reference's flow towards it.
    assert (reference[1, 8:12, 19] > clean[1, 8:12, 19] + 0.02).all()


def test_ids_may_be_far_apart_and_in_any_order() -> None:
    near = drawn(4)
    ids = np.unique(near)[1:]
    far = np.zeros(near.shape, np.uint64)
    for place, number in enumerate(ids):
        far[near == number] = 2**40 - 12345 * place
    np.testing.assert_array_equal(flows_from_masks(far), flows_from_masks(near))


@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "int16", "uint16", ">u2", "int32", "uint32", "int64", "uint64"]
)
def test_every_integer_type_gives_the_same(dtype: str) -> None:
    labels = np.zeros((20, 24), np.uint32)
    labels[3:17, 4:12] = 1
    np.testing.assert_array_equal(flows_from_masks(labels.astype(dtype)), flows_from_masks(labels))


def test_memory_layout_does_not_matter() -> None:
    labels = drawn(5)
    expected = flows_from_masks(labels)
    np.testing.assert_array_equal(flows_from_masks(np.asfortranarray(labels)), expected)
    np.testing.assert_array_equal(
        flows_from_masks(np.repeat(np.repeat(labels, 2, 0), 3, 1)[::2, ::3]), expected
    )
    read_only = labels.copy()
    read_only.flags.writeable = False
    np.testing.assert_array_equal(flows_from_masks(read_only), expected)


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (6, 7), (1, 1), (3, 6, 7), (0, 4, 4)])
def test_no_objects_no_flows(shape: tuple[int, ...]) -> None:
    flows = flows_from_masks(np.zeros(shape, np.uint32))
    assert flows.shape == (len(shape), *shape)
    assert not flows.any()


@pytest.mark.parametrize("shape", [(1, 1), (5, 6), (4, 5, 6)])
def test_an_object_of_one_pixel_has_no_direction(shape: tuple[int, ...]) -> None:
    labels = np.zeros(shape, np.uint32)
    labels[tuple(n // 2 for n in shape)] = 3
    assert not flows_from_masks(labels).any()


def test_an_object_that_fills_the_image_points_inwards() -> None:
    flows = flows_from_masks(np.ones((21, 31), np.uint8))
    assert (flows[0, 0, :] > 0).all()
    assert (flows[0, -1, :] < 0).all()
    assert (flows[1, :, 0] > 0).all()
    assert (flows[1, :, -1] < 0).all()


def test_long_thin_objects_have_a_direction_to_their_ends() -> None:
    labels = np.zeros((5, 241), np.uint32)
    labels[2, 3:238] = 1
    flows = flows_from_masks(labels, border="clean")
    np.testing.assert_allclose(flows[1, 2, 3:238], -np.sign(np.arange(3, 238) - 120.0), atol=1e-5)


def test_separate_parts_of_one_object() -> None:
    labels = np.zeros((12, 30), np.uint32)
    labels[2:10, 2:10] = 4
    labels[2:10, 20:28] = 4  # no heat ever comes here, or to the other part
    flows = flows_from_masks(labels)
    parts = [np.abs(flows[:, :, :15]).max(), np.abs(flows[:, :, 15:]).max()]
    assert sorted(parts) == pytest.approx([0, 1], abs=1e-4)


def test_more_objects_than_16_bits_can_number() -> None:
    labels = np.zeros((3 * 260, 3 * 270), np.uint32)
    tile = np.array([[1, 1], [1, 0]], bool)
    numbers = np.arange(1, 260 * 270 + 1).reshape(260, 270)
    for (dy, dx), used in np.ndenumerate(tile):
        if used:
            labels[dy::3, dx::3] = numbers
    assert labels.max() == 70_200
    flows = flows_from_masks(labels, border="clean")
    one = flows[:, :3, :3]
    np.testing.assert_array_equal(flows, np.tile(one, (1, 260, 270)))
    assert one[:, 1, 0] == pytest.approx([-1, 0])


@pytest.mark.parametrize("shape", [(90, 101), (12, 30, 33)])
def test_the_number_of_threads_changes_nothing(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "SHEET_BYTES", 8000)
    labels = np.random.default_rng(0).integers(0, 40, [n // 3 for n in shape])
    labels = (
        labels.repeat(3, 0).repeat(3, 1) if len(shape) == 2 else labels.repeat(3, 0).repeat(3, 1).repeat(3, 2)
    )
    one = flows_from_masks(labels, threads=1)
    np.testing.assert_array_equal(flows_from_masks(labels, threads=2), one)
    monkeypatch.undo()
    np.testing.assert_array_equal(flows_from_masks(labels, threads=2), one)  # nor how objects are packed


def test_bands_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = drawn(6)
    for border in ("reference", "clean"):
        whole = flows_from_masks(labels, border=border)  # type: ignore[arg-type]
        monkeypatch.setattr(targets_module, "BAND_PIXELS", 500)
        np.testing.assert_array_equal(flows_from_masks(labels, border=border), whole)  # type: ignore[arg-type]
        monkeypatch.undo()


def test_single_precision_is_close() -> None:
    labels = drawn(7, side=160, count=60)
    exact, quick = flows_from_masks(labels), flows_from_masks(labels, exact=False)
    error = np.abs(exact - quick).max(axis=0)
    assert (error > 1e-4).sum() <= len(np.unique(labels))  # the centre of each object
    assert error.max() < 0.2


@pytest.mark.parametrize("steps", [100, 301, 700])
def test_waves_are_as_close_as_single_precision(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = np.zeros((130, 430), np.uint32)
    for number, (height, width) in enumerate([(50, 50), (30, 45), (60, 20), (9, 33), (5, 5)]):
        y, x = np.indices(labels.shape) - np.array([65, 45 + 84 * number])[:, None, None]
        labels[(y / height) ** 2 + ((x + 0.3 * y) / min(width, 38)) ** 2 <= 1] = number + 1
    exact = flows_from_masks(labels, niter=steps)
    used = list[diffusion.Heating]()

    def noted(*args: Any) -> Any:
        used.append(args[-1])
        return real(*args)

    real = targets_module.diffuse
    monkeypatch.setattr(targets_module, "diffuse", noted)
    error = np.abs(flows_from_masks(labels, niter=steps, exact=False) - exact).max(axis=0)
    assert used[0] is diffusion.Heating.WAVES
    assert (error > 1e-4).sum() <= labels.max()  # the centre of each object


@pytest.mark.parametrize("steps", [1, 2, 17, 400, 3000])
def test_waves_add_up_to_the_powers_of_a_step(steps: int) -> None:
    place = np.linspace(-1, 1, 501)
    powers = np.polynomial.polynomial.polyval(place, np.r_[0, np.ones(steps)])
    found = waves.coefficients(steps)
    np.testing.assert_allclose(np.polynomial.chebyshev.chebval(place, found), powers, atol=2 * waves.ERROR)
    assert len(found) <= 6 * np.sqrt(steps) + 2


def test_an_object_with_less_heat_than_single_precision_knows_is_as_exact() -> None:
    """The far end of a long way is 2**249 times colder than its centre."""
    labels = np.zeros((41, 41), np.uint32)
    labels[1:40:6, 1:40] = 1
    for number, row in enumerate(range(1, 37, 6)):
        labels[row : row + 6, 39 if number % 2 == 0 else 1] = 1
    exact, quick = flows_from_masks(labels), flows_from_masks(labels, exact=False)
    assert exact.any(axis=0).sum() > 300
    np.testing.assert_allclose(quick, exact, atol=1e-6)


def test_large_images_keep_the_heat_in_single_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = drawn(8)
    exact = flows_from_masks(labels)
    monkeypatch.setattr(targets_module, "SINGLE_PRECISION_PIXELS", 100)
    error = np.abs(flows_from_masks(labels) - exact).max(axis=0)
    assert (error > 1e-4).sum() <= len(np.unique(labels))


def test_fewer_steps_warm_less() -> None:
    labels = np.zeros((21, 21), np.uint32)
    labels[1:20, 1:20] = 1
    near = flows_from_masks(labels, niter=3)
    assert near[:, 10, 12].any()
    assert not near[:, 10, 17].any()
    assert not flows_from_masks(labels, niter=0).any()


def test_progress_is_reported_and_can_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "SHEET_BYTES", 4000)
    calls: list[tuple[int, int]] = []
    flows_from_masks(drawn(9), progress=lambda done, total, note="": calls.append((done, total)))
    assert [done for done, _ in calls] == list(range(1, calls[0][1] + 1))
    assert len(calls) > 2

    def cancel(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        flows_from_masks(drawn(9), threads=1, progress=cancel)


@pytest.mark.parametrize(
    "labels",
    [
        np.zeros((4, 4), np.float32),
        np.zeros(4, np.uint8),
        np.zeros((1, 2, 3, 4), np.uint8),
        np.full((3, 3), -1),
    ],
)
def test_what_is_no_label_image_is_refused(labels: Any) -> None:
    with pytest.raises(ImageError, match="masks"):
        flows_from_masks(labels)


@pytest.mark.parametrize("settings", [{"border": "sharp"}, {"niter": -1}, {"threads": 0}])
def test_settings_that_make_no_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        flows_from_masks(np.ones((4, 4), np.uint8), **settings)
