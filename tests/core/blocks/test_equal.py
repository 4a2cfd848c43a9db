"""Labels by blocks are those of the whole image: every pixel, every number."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from cpsam_core.blocks.results import table_of
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.segment.settings import Settings
from tests.core.blocks.scenes import begin, cells, labels_of, save_tiled
from tests.core.conftest import DiskNetwork

SIZE = (1100, 1400)


class ClassNetwork(DiskNetwork):
    """With maps of three classes, the brightest cells of the second."""

    out_channels = 6

    def __call__(self, tiles):
        maps = super().__call__(tiles)
        bright = tiles[:, :1]
        return np.concatenate([0.5 - bright, bright - 0.2, 10 * (bright - 0.9), maps], axis=1)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(diameter=20.0),
        Settings(diameter=45.0, tile_overlap=0.3),
        Settings(diameter="auto"),
        Settings(augment=True, flow_threshold=0.2),
        Settings(flow_threshold=0, min_size=200, exclude_on_edges=True),
        Settings(cellprob_threshold=-2, niter=80),
        Settings(normalize=NormalizeSettings(tile_norm_blocksize=120)),
        Settings(normalize=NormalizeSettings(sharpen_radius=8, smooth_radius=1)),
        Settings(normalize=NormalizeSettings(lowhigh=(200, 3500))),
        Settings(normalize=NormalizeSettings(percentile=(3, 98))),
        Settings(normalize=NormalizeSettings(invert=True)),
        Settings(normalize=NormalizeSettings(normalize=False), cellprob_threshold=-3),
    ],
    ids=str,
)
def test_a_plane(tmp_path, settings, one_thread):
    image = cells(SIZE, 1100)
    path = save_tiled(tmp_path / "a.tif", image, "YX")
    whole = Segmenter(DiskNetwork()).segment(image, settings)
    assert len(whole.objects) > 30
    run = begin(tmp_path / "run", path, DiskNetwork(), settings)
    assert len(run.tasks("find")) == 9
    run.run()
    assert np.array_equal(labels_of(run)[0], whole.labels)
    check_table(run, whole)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(diameter=22.0, resample=False, exclude_on_edges=True),
        Settings(diameter=60.0, resample=False, niter=150, min_size=200),
    ],
    ids=str,
)
def test_a_plane_without_resampling(tmp_path, settings, one_thread):
    """Masks are made where the network sees more pixels than the image has, or fewer."""
    image = cells((600, 800), 120)
    path = save_tiled(tmp_path / "a.tif", image, "YX")
    whole = Segmenter(DiskNetwork()).segment(image, settings)
    assert len(whole.objects) > 20
    run = begin(tmp_path / "run", path, DiskNetwork(), settings)
    assert len(run.tasks("find")) == 4
    run.run()
    assert np.array_equal(labels_of(run)[0], whole.labels)
    check_table(run, whole)


def check_table(run, whole):
    """Check that what is known of the objects is what the whole run knows."""
    ours, kinds = table_of(run)
    theirs = whole.objects
    assert np.array_equal(ours.ids, theirs.ids)
    assert np.array_equal(ours.areas, theirs.areas) and np.array_equal(ours.boxes, theirs.boxes)
    assert np.allclose(ours.centroids, theirs.centroids)
    assert np.allclose(ours.flow_errors, theirs.flow_errors, atol=1e-6, equal_nan=True)
    assert np.allclose(ours.probabilities, theirs.probabilities, atol=1e-5)
    if whole.classes is not None:
        assert np.array_equal(kinds, whole.classes)


@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings(diameter=17.0, resample=False), Settings(diameter=50.0, resample=False)],
    ids=str,
)
def test_an_image_without_objects(tmp_path, settings, one_thread):
    settings = replace(settings, normalize=NormalizeSettings(normalize=False))
    path = save_tiled(tmp_path / "a.tif", np.zeros((530, 540), np.uint16), "YX")
    run = begin(tmp_path / "run", path, DiskNetwork(), settings)
    run.run()
    assert not labels_of(run).any()
    assert len(table_of(run)[0]) == 0


def test_objects_larger_than_the_margin(tmp_path, one_thread):
    image = cells(SIZE, 25, seed=3, largest=140)
    path = save_tiled(tmp_path / "a.tif", image, "YX")
    settings = Settings(flow_threshold=0, niter=400)
    whole = Segmenter(DiskNetwork()).segment(image, settings)
    run = begin(tmp_path / "run", path, DiskNetwork(), settings)
    run.run()
    assert np.array_equal(labels_of(run)[0], whole.labels)


def test_classes(tmp_path, one_thread):
    image = cells(SIZE, 500)
    path = save_tiled(tmp_path / "a.tif", image, "YX")
    whole = Segmenter(ClassNetwork()).segment(image, Settings())
    run = begin(tmp_path / "run", path, ClassNetwork(), Settings())
    run.run()
    assert np.array_equal(labels_of(run)[0], whole.labels)
    assert len(set(whole.classes.tolist())) > 1
    check_table(run, whole)


def stack_of_planes():
    planes = [
        cells((600, 700), 220, seed=0),
        cells((600, 700), 220, seed=0),
        cells((600, 700), 220, seed=2) // 2,
    ]
    planes[1] = np.roll(planes[1], 3, axis=0)
    return np.stack(planes)


def test_classes_of_stitched_stacks(tmp_path, one_thread):
    image = stack_of_planes()
    settings = Settings(axes="ZYX", stitch_threshold=0.3)
    path = save_tiled(tmp_path / "a.tif", image, "ZYX")
    whole = Segmenter(ClassNetwork()).segment(image, settings)
    assert len(set(whole.classes.tolist())) > 1
    run = begin(tmp_path / "run", path, ClassNetwork(), settings)
    run.run()
    assert np.array_equal(labels_of(run), whole.labels)
    check_table(run, whole)


def test_planes_of_a_stack_without_resampling(tmp_path, one_thread):
    image = stack_of_planes()
    settings = Settings(axes="ZYX", diameter=40.0, resample=False)
    path = save_tiled(tmp_path / "a.tif", image, "ZYX")
    whole = Segmenter(ClassNetwork()).segment(image, settings)
    run = begin(tmp_path / "run", path, ClassNetwork(), settings)
    run.run()
    assert np.array_equal(labels_of(run), whole.labels)
    check_table(run, whole)


@pytest.mark.parametrize("norm", [True, False])
@pytest.mark.parametrize("threshold", [0.0, 0.3])
def test_stacks_plane_by_plane(tmp_path, threshold, norm, one_thread):
    image = stack_of_planes()
    settings = Settings(
        axes="ZYX",
        stitch_threshold=threshold,
        normalize=NormalizeSettings(norm3D=norm),
        min_size=120,
        exclude_on_edges=threshold > 0,
    )
    path = save_tiled(tmp_path / "a.tif", image, "ZYX")
    whole = Segmenter(DiskNetwork()).segment(image, settings)
    assert len(whole.objects) > 50
    run = begin(tmp_path / "run", path, DiskNetwork(), settings)
    run.run()
    assert np.array_equal(labels_of(run), whole.labels)


class SmallNetwork(DiskNetwork):
    """Sees tiles of 64 pixels, so that small volumes have many."""

    tile = 64

    def __call__(self, tiles):
        maps = np.empty((len(tiles), 3, 64, 64), np.float32)
        for tile, result in zip(tiles, maps, strict=True):
            smooth = cv2.GaussianBlur(np.ascontiguousarray(tile[0]), (0, 0), 3)
            flows = np.stack(np.gradient(smooth))
            result[:2] = 5 * flows / np.maximum(np.linalg.norm(flows, axis=0), 1e-6)
            result[2] = 10 * tile[0] - 4
        return maps


class SmallClassNetwork(SmallNetwork):
    out_channels = 6

    def __call__(self, tiles):
        maps, bright = super().__call__(tiles), tiles[:, :1]
        return np.concatenate([0.5 - bright, bright - 0.2, 10 * (bright - 0.8), maps], axis=1)


def balls(shape=(36, 160, 180), count=90, seed=0, radii=(4, 8)):
    """Return a volume of bright balls."""
    rng = np.random.default_rng(seed)
    volume = np.zeros(shape, np.float32)
    grid = np.indices(shape, np.float32)
    for _ in range(count):
        middle, radius = rng.uniform(0, 1, 3) * shape, rng.uniform(*radii)
        box = tuple(slice(max(0, int(at - radius) - 1), int(at + radius) + 2) for at in middle)
        inside = sum((grid[axis][box] - at) ** 2 for axis, at in enumerate(middle)) < radius**2
        volume[box][inside] = rng.uniform(0.6, 1)
    volume += rng.normal(0, 0.02, shape)
    return np.clip(volume * 3000 + 200, 0, 65535).astype(np.uint16)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(anisotropy=1.6, flow3D_smooth=1.0),
        Settings(diameter=24.0, anisotropy=2.0, min_size=300, exclude_on_edges=True),
        Settings(diameter=36.0, flow3D_smooth=(0, 1, 2), normalize=NormalizeSettings(norm3D=False)),
        Settings(diameter="auto"),
    ],
    ids=str,
)
def test_a_volume(tmp_path, settings, one_thread):
    # Small balls would be enlarged, and each plane be seen in six times as many tiles.
    image = balls(count=40, radii=(11, 14)) if settings.diameter == "auto" else balls()
    settings = replace(settings, axes="ZYX", do_3D=True)
    path = save_tiled(tmp_path / "a.tif", image, "ZYX")
    whole = Segmenter(SmallNetwork()).segment(image, settings)
    assert len(whole.objects) > 30
    run = begin(tmp_path / "run", path, SmallNetwork(), settings, side=128)
    assert len(run.tasks("find")) >= 4
    run.run()
    assert np.array_equal(labels_of(run), whole.labels)
    check_table(run, whole)


def test_a_volume_cut_along_z_too(tmp_path, one_thread):
    image = balls((70, 128, 140), 110)
    settings = Settings(axes="ZYX", do_3D=True, anisotropy=4.0, diameter=40.0)
    path = save_tiled(tmp_path / "a.tif", image, "ZYX")
    whole = Segmenter(SmallClassNetwork()).segment(image, settings)
    assert len(set(whole.classes.tolist())) > 1
    run = begin(tmp_path / "run", path, SmallClassNetwork(), settings, side=128)
    assert run.work.plan.counts == (3, 1, 2)
    run.run()
    assert np.array_equal(labels_of(run), whole.labels)
    check_table(run, whole)
