"""Several that work on one folder: blocks are shared, and no folder is taken away under anybody."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time

import numpy as np

from cpsam_core import blocks
from cpsam_core.blocks import results, start
from cpsam_core.blocks.claims import claimed, in_use, is_claimed, remove_unused
from cpsam_core.blocks.plan import Plan
from cpsam_core.blocks.reading import BlockReading
from cpsam_core.blocks.results import save_results
from cpsam_core.blocks.run import BlockRun
from cpsam_core.cli import main
from cpsam_core.errors import ImageError
from cpsam_core.segment.settings import Settings
from tests.core.blocks.scenes import begin, labels_of
from tests.core.conftest import DiskNetwork


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
    path.write_text(json.dumps({"host": socket.gethostname(), "process": int(gone.stdout)}))
    assert not is_claimed(path)
    with claimed(path) as mine:
        assert mine
    path.write_text(json.dumps({"host": "elsewhere", "process": 1}))
    assert is_claimed(path)
    os.utime(path, (0, 0))
    assert not is_claimed(path)


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
