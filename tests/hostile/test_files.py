"""A few hundred damaged files with a fixed seed, and all seeds in one folder for the commands."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from cpsam_core.cli import main
from cpsam_core.errors import CpsamError
from cpsam_core.images import read_labels
from tests.core.conftest import disk_model  # noqa: F401 - a fixture
from tests.hostile.fuzz import run
from tests.hostile.mutations import mutate
from tests.hostile.seeds import make_seeds, pixels
from tests.hostile.worker import readers_of

QUICK = 150


@pytest.mark.skipif(sys.platform != "linux", reason="memory and time of a process are read from /proc")
def test_damaged_files_give_a_message_and_nothing_else(tmp_path: Path) -> None:
    report = run(QUICK, seed=7, folder=tmp_path)
    assert report.files == QUICK
    assert report.refused > QUICK // 3, "most of them are damaged"
    assert report.faults == []


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    data = bytes(range(256)) * 20
    made = [[mutate(data, data[::2], random.Random(f"3-{n}")) for n in range(200)] for _ in range(2)]
    assert made[0] == made[1]
    assert sum(one != data for one in made[0]) > 180


def test_every_damaged_seed_in_one_folder(
    tmp_path: Path,
    disk_model: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import tifffile

    monkeypatch.chdir(tmp_path)
    seeds = make_seeds(tmp_path / "seeds")
    folder = tmp_path / "in"
    folder.mkdir()
    dice = random.Random(5)
    for path in seeds:
        other = dice.choice(seeds).read_bytes()
        (folder / path.name).write_bytes(mutate(path.read_bytes(), other, dice))
    tifffile.imwrite(folder / "zz_good.tif", pixels())
    # Whatever the others are, the good one is done, and the command ends with a code and lines, no traceback.
    assert main(["segment", "in", "--out", "out", "--save", "tif,csv"]) in (0, 1)
    assert read_labels("out/zz_good_masks.tif").shape == pixels().shape
    assert main(["convert", "in", "--to", "tif", "--out", "again"]) in (0, 1)
    assert main(["measure", "in", "--out", "table.csv"]) in (0, 1)
    assert main(["evaluate", "in", "out"]) in (0, 1)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes that look like files")
def test_a_pipe_of_any_name_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipes = []
    for path in make_seeds(tmp_path):
        path.unlink()
        os.mkfifo(path)
        pipes.append(path)
    hung: list[Path] = []
    over = threading.Event()

    def let_go() -> None:
        """Whoever opened a pipe gets its end, so that this test ends too."""
        while not over.wait(1.0):
            for path in pipes:
                with contextlib.suppress(OSError):
                    # Without a reader this fails at once.
                    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                    hung.append(path)

    helper = threading.Thread(target=let_go)
    helper.start()
    try:
        for path in pipes:
            for read in readers_of(path):
                with contextlib.suppress(CpsamError):
                    read()
    finally:
        over.set()
        helper.join()
    assert {path.name for path in hung} == set()
