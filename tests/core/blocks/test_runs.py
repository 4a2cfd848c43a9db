"""Runs by blocks that are stopped, shared and spread; what they write, and what they refuse."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import tifffile

from cpsam_core import blocks
from cpsam_core.blocks import results, start
from cpsam_core.blocks.claims import claimed, in_use, is_claimed, remove_unused
from cpsam_core.blocks.executors import Where, executor_for
from cpsam_core.blocks.plan import Block, Plan, fits_memory, forecast, needed_for_whole, plan_blocks
from cpsam_core.blocks.reading import BlockReading
from cpsam_core.blocks.results import save_results
from cpsam_core.blocks.run import BlockRun
from cpsam_core.cli import main
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.images import read_image, read_labels
from cpsam_core.progress import Cancelled
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.segment.settings import Settings
from tests.core.blocks.scenes import begin, cells, labels_of, save_tiled
from tests.core.conftest import DiskNetwork

SIZE = (700, 900)
IMAGE = cells(SIZE, 400)


@pytest.fixture
def slide(tmp_path):
    return save_tiled(tmp_path / "slide.tif", IMAGE, "YX")


def stop_after(count):
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


def test_two_that_work_on_one_folder_share_its_blocks(tmp_path, slide, one_thread):
    done = []

    class Slow(DiskNetwork):
        def __call__(self, tiles):
            done.append(threading.get_ident())
            time.sleep(0.05)
            return super().__call__(tiles)

    runs = [begin(tmp_path / "run", slide, Slow(), Settings()) for _ in range(2)]
    threads = [threading.Thread(target=run.run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(set(done)) == 2
    once = []

    class Counted(DiskNetwork):
        def __call__(self, tiles):
            once.append(1)
            return super().__call__(tiles)

    alone = begin(tmp_path / "alone", slide, Counted(), Settings())
    alone.run()
    assert len(done) == len(once)  # nothing twice
    assert np.array_equal(labels_of(runs[0]), labels_of(alone))


def test_claims_of_the_dead_count_for_nothing(tmp_path):
    path = tmp_path / "task"
    with claimed(path) as mine, claimed(path) as other:
        assert (mine, other) == (True, False)
        assert is_claimed(path)
    assert not path.exists()
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    import socket

    path.write_text(json.dumps({"host": socket.gethostname(), "process": int(gone.stdout)}))
    assert not is_claimed(path)
    with claimed(path) as mine:
        assert mine
    path.write_text(json.dumps({"host": "elsewhere", "process": 1}))
    assert is_claimed(path)
    os.utime(path, (0, 0))
    assert not is_claimed(path)


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
    from cpsam_core.formats import read_objects

    assert np.array_equal(read_objects(files["zarr"]).labels, whole.labels)
    assert np.array_equal(read_image(files["zarr"]).pixels[0, ..., 0], whole.labels)
    yaozarrs = pytest.importorskip("yaozarrs")
    yaozarrs.validate_zarr_store(str(files["zarr"]))
    yaozarrs.validate_zarr_store(str(files["zarr"] / "labels" / "cells"))
    from cpsam_core.images import write_object_table

    write_object_table(tmp_path / "whole.csv", whole.objects)
    ours, theirs = (
        np.genfromtxt(path, delimiter=",", names=True) for path in (files["csv"], tmp_path / "whole.csv")
    )
    assert ours.dtype.names == theirs.dtype.names
    for name in ours.dtype.names:
        assert np.allclose(ours[name], theirs[name], rtol=1e-5, equal_nan=True), name


def test_a_small_file_of_a_large_image_works_by_blocks_too(tmp_path, disk_model, folder, capsys):
    """What a run needs is many times the image, and the image may be many times its file."""
    image = np.tile(np.pad(np.full((30, 30), 200, np.uint8), 17), (20, 20))
    tifffile.imwrite(
        tmp_path / "repeated.tif", image, tile=(256, 256), compression="zlib", metadata={"axes": "YX"}
    )
    size = (tmp_path / "repeated.tif").stat().st_size
    assert size * 200 < 0.04e9 < image.size * 40
    words = [
        "segment",
        str(tmp_path / "repeated.tif"),
        "--out",
        "out",
        "--max-memory",
        "0.04",
        "--save",
        "tif",
    ]
    assert main(words) == 0
    assert "blocks" in capsys.readouterr().err


def test_the_command_line_works_by_blocks(tmp_path, slide, disk_model, folder, capsys):
    assert main(["segment", str(slide), "--out", "whole", "--blocks", "never"]) == 0
    assert main(["segment", str(slide), "--out", "blocks", "--blocks", "512", "--save", "tif,csv"]) == 0
    said = capsys.readouterr()
    assert "4 blocks" in said.err and "GB of memory" in said.err
    assert np.array_equal(read_labels("blocks/slide_masks.tif"), read_labels("whole/slide_masks.tif"))
    assert sorted(path.name for path in (folder / "blocks").iterdir()) == [
        "slide_masks.tif",
        "slide_objects.csv",
    ]
    # Too little memory for the whole image: blocks by themselves.
    assert main(["segment", str(slide), "--out", "auto", "--max-memory", "0.024", "--save", "zarr"]) == 1
    assert "Blocks of 512 pixels need 0.03 GB of memory, and 0.02 GB may be used" in capsys.readouterr().err
    assert main(["segment", str(slide), "--out", "auto", "--max-memory", "0.02", "--save", "rois"]) == 1
    said = capsys.readouterr().err
    assert "needs 0.0 GB of memory as a whole" in said and "tif, zarr, csv can be saved, not rois" in said


def test_a_command_leaves_the_folder_to_others_that_share_it(slide, disk_model, folder, monkeypatch):
    """It took the folder away under one that was a little later, which ended with an error."""
    run, command = BlockRun.run, ["segment", str(slide), "--out", "o", "--blocks", "512"]
    saved: list[int] = []
    monkeypatch.setattr(results, "save_results", lambda *given: (saved.append(1), save_results(*given)))

    def shared(self, *given):
        run(self, *given)
        others.enter_context(in_use(self.work.folder.claims))

    with contextlib.ExitStack() as others:
        monkeypatch.setattr(BlockRun, "run", shared)
        assert main(command) == 0
        assert (folder / "o" / "slide.blocks").is_dir()
        monkeypatch.setattr(BlockRun, "run", run)
        assert main([*command, "--overwrite"]) == 0
        assert saved == [1], "the second finds the results written"
        assert (folder / "o" / "slide.blocks").is_dir()
    assert main([*command, "--overwrite"]) == 0
    assert not (folder / "o" / "slide.blocks").exists()


def test_a_command_that_ends_leaves_the_folder_to_one_that_begins(slide, disk_model, folder, monkeypatch):
    """The later one had begun its run, and had not yet said that it works on it."""
    begin, gone = start.start_run, []

    def begun(path, *given):
        made = begin(path, *given)
        remove_unused(path, made.work.folder.claims)
        gone.append(not path.exists())
        return made

    monkeypatch.setattr(blocks, "start_run", begun)
    assert main(["segment", str(slide), "--out", "o", "--blocks", "512"]) == 0
    assert gone == [False]
    assert not (folder / "o" / "slide.blocks").exists()


def test_no_folder_is_taken_away_under_somebody(tmp_path):
    run, faults = tmp_path / "a.blocks", []

    def command(number):
        for turn in range(25):
            with in_use(run / "claims"):
                file = run / f"{number}-{turn}"
                try:
                    file.write_text("x")
                    time.sleep(0.001)
                    file.unlink()
                except OSError as error:
                    faults.append(error)
            remove_unused(run, run / "claims")

    threads = [threading.Thread(target=command, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    remove_unused(run, run / "claims")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_a_run_that_cannot_begin(slide, disk_model, folder, monkeypatch):
    def fail(*given):
        raise ImageError("The disk does not answer.")

    monkeypatch.setattr(blocks, "start_run", fail)
    assert main(["segment", str(slide), "--out", "o", "--blocks", "512"]) == 1
    assert not list((folder / "o").glob("*.blocks*"))


def test_commands_that_begin_together_have_one_plan(tmp_path, slide, monkeypatch):
    """Each planned for the memory that was free, and the later plan stood over the work of the earlier one."""
    measure, both = start.source_limits, threading.Barrier(2, timeout=3)

    def slowly(*given):
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait()
        return measure(*given)

    monkeypatch.setattr(start, "source_limits", slowly)
    found: list[Plan] = []

    def command(side):
        shape = BlockReading(str(slide)).open().shape[:3]
        given = (BlockReading(str(slide)), DiskNetwork(), Settings(diameter=30.0))
        found.append(start.start_run(tmp_path / "run", *given, lambda *_: Plan(shape, side, 96)).work.plan)

    threads = [threading.Thread(target=command, args=(side,)) for side in (512, 1024)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]


def test_all_scenes_and_times(tmp_path, disk_model, folder):
    with tifffile.TiffWriter(tmp_path / "a.ome.tif") as file:
        file.write(IMAGE[:100, :100], metadata={"axes": "YX", "Name": "overview"})
        film = np.stack([IMAGE[:80, :90], IMAGE[80:160, :90]])
        file.write(film, metadata={"axes": "TYX", "Name": "film"}, photometric="minisblack")
    assert main(["segment", str(tmp_path / "a.ome.tif"), "--out", "o", "--all-scenes", "--all-times"]) == 0
    names = sorted(path.name for path in (folder / "o").iterdir())
    assert names == ["a.ome_s00_masks.tif", "a.ome_s01_t000_masks.tif", "a.ome_s01_t001_masks.tif"]
    assert read_labels(folder / "o" / names[2]).shape == (80, 90)


def test_a_killed_command_goes_on(tmp_path, slide, tiny_model, folder):
    command = [sys.executable, "-m", "cpsam_core.cli", "segment", str(slide), "--model", str(tiny_model)]
    command += [
        "--out",
        "o",
        "--blocks",
        "512",
        "--diameter",
        "30",
        "--device",
        "cpu",
        "--precision",
        "float32",
    ]
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    first = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    found = folder / "o" / "slide.blocks" / "found"
    end = time.monotonic() + 120
    # Of a name that begins with a digit: others are files that are being written.
    while time.monotonic() < end and not (found.is_dir() and list(found.glob("[0-9]*.steps"))):
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    done = {path.name: path.stat().st_mtime_ns for path in found.glob("[0-9]*.steps")}
    assert done
    if len(done) < 4:
        assert not (folder / "o" / "slide_masks.tif").exists()
    again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert again.returncode == 0, again.stderr
    assert "goes on with" in again.stderr
    whole = subprocess.run(
        [*command[:5], *command[5:7], "--out", "w", "--blocks", "never", *command[11:]],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert whole.returncode == 0, whole.stderr
    assert read_labels(folder / "o" / "slide_masks.tif").shape == SIZE


def test_two_processes_of_dask_and_one_that_dies(tmp_path, slide, tiny_model):
    pytest.importorskip("distributed")
    from cpsam_core.weights import load_network

    settings = Settings(diameter=30.0)
    network = load_network(str(tiny_model), "cpu", "float32")
    network.path = str(tiny_model)
    alone = begin(tmp_path / "alone", slide, network, settings)
    alone.run()
    run = begin(tmp_path / "run", slide, network, settings)
    killed = []

    def progress(done, total, note=""):
        if done >= 1 and not killed:
            for pid in workers(run.work.folder.path):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                break

    with executor_for(Where(workers=2)) as executor:
        run.run(progress, executor)
    assert np.array_equal(labels_of(run), labels_of(alone))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_listen_to_this_machine_only():
    pytest.importorskip("distributed")
    from pathlib import Path

    with executor_for(Where(workers=1)) as executor:
        pids = [os.getpid(), executor.submit(os.getpid).result()]
        listening = []
        for pid in pids:
            links = [path for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()]
            own = {str(path.readlink()) for path in links if path.is_symlink()}
            for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
                    listening.append(fields[1].split(":")[0])
    assert len(listening) > 1 and set(listening) == {"0100007F"}  # 127.0.0.1


def workers(folder):
    """Return the processes that claim a task of a run."""
    found = []
    for path in (folder / "claims").glob("*"):
        try:
            found.append(int(json.loads(path.read_text())["process"]))
        except (OSError, ValueError):
            continue
    return [pid for pid in found if pid != os.getpid()]


def test_a_cluster_that_makes_no_sense(tmp_path):
    where = Where(cluster=tmp_path / "a.json")
    (tmp_path / "a.json").write_text('{"kind": "SLURM"}')
    with (
        pytest.raises(SettingsError, match="does not describe a cluster"),
        executor_for(where),
    ):
        pass
    (tmp_path / "a.json").write_text('{"kind": "os.system", "jobs": 1}')
    with (
        pytest.raises(SettingsError, match="names the queue"),
        executor_for(where),
    ):
        pass


def test_plans():
    plan = plan_blocks((1, 5000, 3000), 30.0, most=200_000_000)
    cover = np.zeros((5000, 3000), np.uint8)
    for block in plan.blocks():
        cover[plan.core(block)[1:]] += 1
    assert (cover == 1).all() and plan.side % 512 == 0
    assert (plan.side + 2 * plan.margin) ** 2 * 64 <= 200_000_000
    assert len(plan.around(Block(0, 0, 0))) == 3
    assert plan_blocks((1, 400, 300), 30.0).count == 1
    told = forecast(plan, Settings(), 256)
    assert told.tiles > told.tiles_of_whole and str(told.blocks) in told.text()
    assert fits_memory((1, 1000, 1000), 50_000_000) and not fits_memory((1, 2000, 2000), 50_000_000)
    with pytest.raises(SettingsError, match="GB of memory"):
        plan_blocks((1, 5000, 3000), 30.0, most=1_000_000)
    window = Plan((1, 600, 600), 512, 96).window(Block(0, 1, 0))
    assert window == (slice(0, 1), slice(416, 600), slice(0, 600))


def test_plans_of_volumes():
    plan = plan_blocks((90, 500, 700), 30.0, most=3_000_000_000, anisotropy=3.0)
    cover = np.zeros(plan.shape, np.uint8)
    for block in plan.blocks():
        cover[plan.core(block)] += 1
    assert (cover == 1).all() and plan.count > 1
    assert (plan.side % 128, plan.depth % 16) == (0, 0)
    middle = plan_blocks((90, 900, 900), 30.0, side=128, anisotropy=3.0)
    assert len(middle.around(Block(1, 1, 1))) == (2 if middle.counts[0] == 2 else 3) * 9 - 1
    told = forecast(middle, Settings(do_3D=True), 256, 3.0)
    assert told.tiles > told.tiles_of_whole
    assert needed_for_whole((90, 500, 700), volume=True) > needed_for_whole((90, 500, 700))


def test_what_does_not_work_by_blocks_is_said(tmp_path, slide):
    with pytest.raises(SettingsError, match="do_3D needs a stack"):
        begin(tmp_path / "run", slide, DiskNetwork(), Settings(do_3D=True))
    stack = save_tiled(tmp_path / "stack.tif", np.stack([IMAGE[:300, :300]] * 2), "ZYX")
    settings = Settings(axes="ZYX", stitch_threshold=0.3, resample=False)
    with pytest.raises(SettingsError, match="resample off do not work by blocks"):
        begin(tmp_path / "run", stack, DiskNetwork(), settings)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("asked", "name", "cards", "wanted"),
    [
        (None, 2, 4, "cuda:2"),
        (None, 5, 4, "cuda:1"),
        ("cuda", 1, 2, "cuda:1"),
        ("cuda:3", 1, 4, "cuda:3"),
        ("cpu", 1, 4, "cpu"),
        (None, 1, 1, None),
        (None, "tcp://10.0.0.7:4000", 4, None),
    ],
)
def test_each_worker_of_a_machine_has_a_card(monkeypatch, asked, name, cards, wanted):
    distributed = pytest.importorskip("distributed")
    import torch

    from cpsam_core.blocks.executors import own_card

    assert own_card(asked) == asked  # no worker
    worker = type("Worker", (), {"name": name})()
    monkeypatch.setattr(distributed, "get_worker", lambda: worker)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cards)
    assert own_card(asked) == wanted
