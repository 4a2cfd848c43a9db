"""Labels by blocks are those of the whole image: every pixel, every number."""

import numpy as np
import pytest

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
    ],
    ids=str,
)
def test_a_plane(tmp_path, settings, one_thread):
    image = cells(SIZE, 1100)
    path = save_tiled(tmp_path / "a.tif", image, "YX")
    whole = Segmenter(DiskNetwork()).segment(image, settings)
    assert len(whole.objects) > 50
    run = begin(tmp_path / "run", path, DiskNetwork(), settings)
    assert len(run.tasks("find")) == 9
    run.run()
    assert np.array_equal(labels_of(run)[0], whole.labels)


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


@pytest.mark.parametrize("norm", [True, False])
@pytest.mark.parametrize("threshold", [0.0, 0.3])
def test_stacks_plane_by_plane(tmp_path, threshold, norm, one_thread):
    planes = [
        cells((600, 700), 220, seed=0),
        cells((600, 700), 220, seed=0),
        cells((600, 700), 220, seed=2) // 2,
    ]
    planes[1] = np.roll(planes[1], 3, axis=0)
    image = np.stack(planes)
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
