"""What goes wrong in the middle of a run by blocks: one clear line, nothing half-written, and the run goes on."""

import errno
import os
import shutil

import numpy as np
import pytest
import tifffile

from cpsam_core import weights as weights_module
from cpsam_core.blocks.executors import Where, executor_for
from cpsam_core.cli import main
from cpsam_core.errors import ClusterError, ImageError
from cpsam_core.formats import ObjectSet, write_objects
from cpsam_core.images import arrange, read_labels
from cpsam_core.images.label_arrays import LabelArray
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.segment.settings import Settings
from tests.core.blocks.scenes import begin, cells, labels_of, save_tiled
from tests.core.conftest import DiskNetwork

SIZE = (600, 620)
IMAGE = cells(SIZE, 300)


@pytest.fixture
def slide(tmp_path):
    return save_tiled(tmp_path / "slide.tif", IMAGE, "YX")


def test_a_disk_that_fills_while_labels_are_written(tmp_path, slide, disk_model, folder, monkeypatch, capsys):
    command = ["segment", str(slide), "--out", "o", "--blocks", "512"]
    write, written = LabelArray.write, []

    def full(self, box, values):
        if len(written) == 2:
            raise ImageError(f"Cannot write {self.path}: the disk is full.")
        written.append(box)
        write(self, box, values)

    with monkeypatch.context() as patched:
        patched.setattr(LabelArray, "write", full)
        assert main(command) == 1
    said = capsys.readouterr().err
    assert "the disk is full" in said and "Traceback" not in said
    assert [path.name for path in (folder / "o").iterdir()] == ["slide.blocks"]
    calls = []

    class Never(DiskNetwork):
        def __call__(self, tiles):
            calls.append(1)
            return super().__call__(tiles)

    monkeypatch.setattr(weights_module, "load_network", lambda *args: Never())
    assert main(command) == 0
    assert not calls  # what the network said is kept
    whole = Segmenter(DiskNetwork()).segment(IMAGE, Settings())
    assert np.array_equal(read_labels(folder / "o" / "slide_masks.tif"), whole.labels)


def test_images_of_one_stem_go_on_each_with_its_own(tmp_path, slide, disk_model, folder, monkeypatch):
    twin = save_tiled(tmp_path / "slide.tiff", np.ascontiguousarray(IMAGE[::-1]), "YX")

    def full(self, box, values):
        raise ImageError("the disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr(LabelArray, "write", full)
        for one in (slide, twin):
            assert main(["segment", str(one), "--out", "o", "--blocks", "512"]) == 1
    assert sorted(path.name for path in (folder / "o").iterdir()) == ["slide_tif.blocks", "slide_tiff.blocks"]
    for one in (slide, twin):
        assert main(["segment", str(one), "--out", "o", "--blocks", "512"]) == 0
    assert sorted(path.name for path in (folder / "o").iterdir()) == [
        "slide_tif_masks.tif",
        "slide_tiff_masks.tif",
    ]


def test_a_full_disk_between_the_stages(tmp_path, slide, monkeypatch):
    run = begin(tmp_path / "run", slide, DiskNetwork(), Settings())

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ImageError, match="the disk is full"):
        run.run()
    assert not list((tmp_path / "run" / "found").iterdir())


def test_a_file_that_changes_while_it_is_read(tmp_path, slide, one_thread):
    run = begin(tmp_path / "run", slide, DiskNetwork(), Settings())

    def change(done, total, note=""):
        if done == 1:
            os.utime(slide, ns=(1, 1))

    with pytest.raises(ImageError, match=r"slide\.tif changed while it was read"):
        run.run(change)
    assert not list((tmp_path / "run" / "chosen").iterdir())


def test_a_damaged_scene_does_not_stop_the_others(tmp_path, disk_model, folder, capsys):
    path = tmp_path / "a.ome.tif"
    with tifffile.TiffWriter(path) as file:
        for number in range(3):
            part = np.ascontiguousarray(IMAGE[:200, 100 * number : 100 * number + 200])
            file.write(part, compression="zlib", tile=(64, 64), metadata={"axes": "YX"})
    with tifffile.TiffFile(path) as file:
        at, count = file.series[1].pages[0].dataoffsets[0], file.series[1].pages[0].databytecounts[0]
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * count)
    for extra in ([], ["--blocks", "512"]):
        shutil.rmtree(folder / "o", ignore_errors=True)
        assert main(["segment", str(path), "--out", "o", "--all-scenes", *extra]) == 1
        said = capsys.readouterr().err
        assert "1 of 3 images failed" in said and "scene 1: " in said and "Traceback" not in said
        assert sorted(one.name for one in (folder / "o").glob("*.tif")) == [
            "a.ome_s00_masks.tif",
            "a.ome_s02_masks.tif",
        ]


def test_a_scene_is_chosen_by_its_name(tmp_path, disk_model, folder, capsys):
    path = tmp_path / "a.ome.tif"
    with tifffile.TiffWriter(path) as file:
        for name in ("overview", "detail"):
            file.write(IMAGE[:100, :100], metadata={"axes": "YX", "Name": name})
    assert main(["segment", str(path), "--out", "o", "--scene", "detail"]) == 0
    assert [one.name for one in (folder / "o").iterdir()] == ["a.ome_s01_masks.tif"]
    assert main(["segment", str(path), "--out", "o", "--scene", "nothing"]) == 1
    assert "has no scene nothing; there are 0: overview, 1: detail" in capsys.readouterr().err


def test_chunks_of_a_zarr_that_are_missing_or_damaged(tmp_path, disk_model, folder, capsys):
    """A missing chunk is empty, as the format says; a damaged one is an error of its image alone."""
    for name in ("missing", "damaged", "sound"):
        objects = ObjectSet(np.zeros(SIZE, np.uint32), image=arrange(IMAGE, "YX"))
        write_objects(tmp_path / f"{name}.ome.zarr", objects)
    for name in ("missing", "damaged"):
        chunk = next(
            one
            for one in (tmp_path / f"{name}.ome.zarr" / "0").rglob("*")
            if one.is_file() and one.name == "0"
        )
        chunk.unlink() if name == "missing" else chunk.write_bytes(b"no chunk")
    names = [str(tmp_path / f"{name}.ome.zarr") for name in ("damaged", "missing", "sound")]
    assert main(["segment", *names, "--out", "o", "--blocks", "512"]) == 1
    said = capsys.readouterr().err
    assert "damaged.ome.zarr is a damaged OME-Zarr" in said and "1 of 3 images failed" in said
    assert len(list((folder / "o").glob("*_masks.tif"))) == 2


class Killed:
    """An executor whose workers die of too little memory."""

    def submit(self, *args):
        import distributed

        raise distributed.scheduler.KilledWorker("a task", None, 3)


def test_a_worker_without_memory_is_said(tmp_path, slide):
    pytest.importorskip("distributed")
    run = begin(tmp_path / "run", slide, DiskNetwork(), Settings())
    with pytest.raises(ClusterError, match=r"most likely because the memory was not enough.*smaller blocks"):
        run.run(executor=Killed())


def test_a_scheduler_that_is_restarted(tmp_path, slide, tiny_model, one_thread):
    distributed = pytest.importorskip("distributed")
    from cpsam_core.weights import load_network

    network = load_network(str(tiny_model), "cpu", "float32")
    network.path = str(tiny_model)
    alone = begin(tmp_path / "alone", slide, network, Settings(diameter=30.0))
    alone.run()
    run = begin(tmp_path / "run", slide, network, Settings(diameter=30.0))
    options = {
        "n_workers": 1,
        "threads_per_worker": 1,
        "processes": False,
        "protocol": "tcp",
        "host": "127.0.0.1",
        "dashboard_address": None,
        "silence_logs": 50,
    }
    first = distributed.LocalCluster(**options)

    def stop(done, total, note=""):
        if done == 1:
            first.close()

    with (
        pytest.raises(ClusterError, match="the same command goes on"),
        executor_for(Where(address=first.scheduler_address)) as executor,
    ):
        run.run(stop, executor)
    assert run.left("write")
    with (
        distributed.LocalCluster(**options) as second,
        executor_for(Where(address=second.scheduler_address)) as executor,
    ):
        begin(tmp_path / "run", slide, network, Settings(diameter=30.0)).run(executor=executor)
    assert np.array_equal(labels_of(run), labels_of(alone))
