"""Runs by blocks: they go on wherever they were stopped; what they write, and what they refuse."""

import time

import numpy as np
import pytest
import tifffile

from cpsam_core.blocks.results import save_results
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.formats import read_objects
from cpsam_core.images import read_image, read_labels, write_object_table
from cpsam_core.progress import Cancelled
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.segment.settings import Settings
from tests.core.blocks.scenes import IMAGE, begin, labels_of, save_tiled
from tests.core.conftest import DiskNetwork


def stop_after(count):
    """Return a progress that cancels once so much is done."""

    def progress(done, total, note=""):
        if done >= count:
            raise Cancelled

    return progress


def test_a_run_goes_on_wherever_it_was_stopped(tmp_path, slide, one_thread):
    whole = Segmenter(DiskNetwork()).segment(IMAGE, Settings()).labels
    calls = []

    class Counted(DiskNetwork):
        def __call__(self, tiles):
            calls.append(len(tiles))
            return super().__call__(tiles)

    begin(tmp_path / "once", slide, Counted(), Settings()).run()
    needed = sum(calls)
    calls.clear()
    for count in (1, 2, 4, 5, 7, 9, 11):
        with pytest.raises(Cancelled):
            begin(tmp_path / "run", slide, Counted(), Settings()).run(stop_after(count))
    run = begin(tmp_path / "run", slide, Counted(), Settings())
    run.run()
    assert sum(calls) == needed  # no tile twice
    assert np.array_equal(labels_of(run)[0], whole)


def test_other_settings_and_another_image_are_refused(tmp_path, slide):
    begin(tmp_path / "run", slide, DiskNetwork(), Settings())
    with pytest.raises(ImageError, match=r"other settings \(flow_threshold\)"):
        begin(tmp_path / "run", slide, DiskNetwork(), Settings(flow_threshold=0.3))
    begin(tmp_path / "run", slide, DiskNetwork(), Settings(batch_size=2))  # no setting of what is found
    time.sleep(0.02)
    save_tiled(slide, IMAGE[::-1], "YX")
    with pytest.raises(ImageError, match="another image"):
        begin(tmp_path / "run", slide, DiskNetwork(), Settings())
    (tmp_path / "run" / "run.json").write_text("{}")
    with pytest.raises(ImageError, match="cannot be read"):
        begin(tmp_path / "run", slide, DiskNetwork(), Settings())


def test_what_is_written(tmp_path, slide, one_thread):
    settings = Settings(diameter=25.0)
    whole = Segmenter(DiskNetwork()).segment(IMAGE, settings)
    run = begin(tmp_path / "run", slide, DiskNetwork(), settings)
    run.run()
    files = {
        "tif": tmp_path / "a_masks.tif",
        "zarr": tmp_path / "a.ome.zarr",
        "csv": tmp_path / "a_objects.csv",
    }
    save_results(run, files)
    assert np.array_equal(read_labels(files["tif"]), whole.labels)
    with tifffile.TiffFile(files["tif"]) as file:
        assert file.is_ome and file.pages[0].is_tiled
        assert [level.shape for level in file.series[0].levels] == [(700, 900), (350, 450)]
    assert np.array_equal(read_objects(files["zarr"]).labels, whole.labels)
    assert np.array_equal(read_image(files["zarr"]).pixels[0, ..., 0], whole.labels)
    yaozarrs = pytest.importorskip("yaozarrs")
    yaozarrs.validate_zarr_store(str(files["zarr"]))
    yaozarrs.validate_zarr_store(str(files["zarr"] / "labels" / "cells"))
    write_object_table(tmp_path / "whole.csv", whole.objects)
    ours, theirs = (
        np.genfromtxt(path, delimiter=",", names=True) for path in (files["csv"], tmp_path / "whole.csv")
    )
    assert ours.dtype.names == theirs.dtype.names
    for name in ours.dtype.names:
        assert np.allclose(ours[name], theirs[name], rtol=1e-5, equal_nan=True), name


def test_what_does_not_work_by_blocks_is_said(tmp_path, slide):
    with pytest.raises(SettingsError, match="do_3D needs a stack"):
        begin(tmp_path / "run", slide, DiskNetwork(), Settings(do_3D=True))
    stack = save_tiled(tmp_path / "stack.tif", np.stack([IMAGE[:300, :300]] * 2), "ZYX")
    settings = Settings(axes="ZYX", stitch_threshold=0.3, resample=False)
    with pytest.raises(SettingsError, match="resample off do not work by blocks"):
        begin(tmp_path / "run", stack, DiskNetwork(), settings)
    assert not (tmp_path / "run").exists()
