"""Projects that are folders: what is saved comes back, whenever a save was killed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.errors import ImageError
from cpsam_core.images import Image
from cpsam_core.images.project_folders import DOCUMENT
from cpsam_core.progress import Cancelled, silent
from cpsam_gui.state.box import Box
from cpsam_gui.state.columns import ColumnRecords
from cpsam_gui.state.image_facts import ImageFacts, ReviewState
from cpsam_gui.state.objects import ObjectRecord
from cpsam_gui.storage import project_folder
from cpsam_gui.storage.chunked_labels import ChunkedLabels
from cpsam_gui.storage.project_folder import (
    COMMIT,
    FolderChanges,
    FolderContent,
    described,
    open_folder,
    save_folder,
)

SHAPE = (1, 1200, 1500)
IMAGE = Image(np.zeros((1, 2, 2, 1), np.uint8), "YX", True, ("gray",), 0.5, path=Path("slide.tif"))
FACTS = ImageFacts(ReviewState.CORRECTED, "notes")


def save(folder: Path, labels: ChunkedLabels, rows: Any, progress: Any = silent) -> None:
    about = described(FACTS, {"diameter": 30.0}, {"other": 1}, "slide.tif", "print")
    keys = labels.begin_save()
    own = save_folder(folder, FolderChanges(labels, keys, rows, about), IMAGE, progress)
    labels.rebase(own, keys)


def opened(folder: Path, tmp_path: Path) -> FolderContent:
    found = open_folder(folder, SHAPE, tmp_path / "work 2")
    assert found is not None
    return found


def square(labels: ChunkedLabels, y: int, x: int, number: int) -> ObjectRecord:
    box = Box(0, 1, y, y + 40, x, x + 40)
    labels.write(box, np.full(box.shape, number, np.uint32))
    return ObjectRecord(1600, box, class_id=number)


@pytest.fixture
def labels(tmp_path: Path) -> Iterator[ChunkedLabels]:
    made = ChunkedLabels(SHAPE, tmp_path / "work")
    yield made
    made.close()


def test_all_comes_back(tmp_path: Path, labels: ChunkedLabels) -> None:
    folder = tmp_path / "slide.cpsam" / "whole"
    assert open_folder(folder, SHAPE, tmp_path / "work 2") is None
    row = square(labels, 500, 500, 7)
    save(folder, labels, {7: row})
    found = opened(folder, tmp_path)
    whole = labels.read(Box.whole(SHAPE))
    np.testing.assert_array_equal(found.labels.read(Box.whole(SHAPE)), whole)
    assert dict(found.records) == {7: row}
    assert found.facts == FACTS
    assert found.settings == {"diameter": 30.0}
    assert found.foreign == {"other": 1}
    assert (found.image, found.fingerprint) == ("slide.tif", "print")
    assert not labels.dirty
    assert not found.labels.dirty


def test_a_save_writes_what_changed(tmp_path: Path, labels: ChunkedLabels) -> None:
    folder = tmp_path / "slide.cpsam" / "whole"
    first = square(labels, 10, 10, 1)
    second = square(labels, 1100, 1400, 2)
    save(folder, labels, {1: first, 2: second})
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    third = square(labels, 1100, 1300, 3)
    labels.write(second.box, np.zeros(second.box.shape, np.uint32))
    save(folder, labels, {2: None, 3: third})
    now = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    changed = {path for path in now if stamps.get(path) != now[path]}
    # The chunk, one of each level above it, the rows and the document.
    assert len(changed) == len(labels.shapes) + 2
    found = opened(folder, tmp_path)
    assert dict(found.records) == {1: first, 3: third}
    np.testing.assert_array_equal(found.labels.read(Box.whole(SHAPE)), labels.read(Box.whole(SHAPE)))


def test_a_chunk_that_became_empty_goes(tmp_path: Path, labels: ChunkedLabels) -> None:
    folder = tmp_path / "slide.cpsam" / "whole"
    row = square(labels, 10, 10, 1)
    save(folder, labels, {1: row})
    labels.write(row.box, np.zeros(row.box.shape, np.uint32))
    save(folder, labels, {1: None})
    found = opened(folder, tmp_path)
    assert not found.labels.read(Box.whole(SHAPE)).any()
    assert not found.records


@pytest.mark.parametrize("stop", range(12))
def test_killed_at_any_moment_it_is_the_state_before_or_after(
    tmp_path: Path, labels: ChunkedLabels, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    folder = tmp_path / "slide.cpsam" / "whole"
    first = square(labels, 10, 10, 1)
    save(folder, labels, {1: first})
    before = labels.read(Box.whole(SHAPE))
    second = square(labels, 1100, 1400, 2)
    labels.write(first.box, np.zeros(first.box.shape, np.uint32))
    after = labels.read(Box.whole(SHAPE))
    count = 0

    def dying(real: Any) -> Any:
        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            if count > stop:
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        return step

    with monkeypatch.context() as patch:
        for owner, name in ((Path, "replace"), (Path, "unlink"), (Path, "write_bytes"), (Path, "mkdir")):
            patch.setattr(owner, name, dying(getattr(owner, name)))
        with pytest.raises(KeyboardInterrupt):
            save(folder, labels, {1: None, 2: second})
    found = opened(folder, tmp_path)
    now = found.labels.read(Box.whole(SHAPE))
    is_after = 2 in found.records
    np.testing.assert_array_equal(now, after if is_after else before)
    assert dict(found.records) == ({2: second} if is_after else {1: first})


def test_a_cancelled_save_leaves_what_was_there(tmp_path: Path, labels: ChunkedLabels) -> None:
    folder = tmp_path / "slide.cpsam" / "whole"
    save(folder, labels, {1: square(labels, 10, 10, 1)})

    def cancel(*_: Any) -> None:
        raise Cancelled

    row = square(labels, 600, 600, 2)
    with pytest.raises(Cancelled):
        save(folder, labels, {2: row}, cancel)
    assert set(opened(folder, tmp_path).records) == {1}
    save(folder, labels, {2: row})
    assert set(opened(folder, tmp_path).records) == {1, 2}


def test_labels_of_a_run_become_those_of_the_project(tmp_path: Path, labels: ChunkedLabels) -> None:
    folder = tmp_path / "slide.cpsam" / "whole"
    save(folder, labels, {1: square(labels, 10, 10, 1)})
    run = tmp_path / "run"
    shutil.copytree(folder / labels.key, run)
    other = ChunkedLabels(SHAPE, tmp_path / "work 3", run)
    square(other, 700, 700, 5)
    table = ColumnRecords()
    table[5] = ObjectRecord(1600, Box(0, 1, 700, 740, 700, 740))
    save(folder, other, table)
    # The labels before stay as long as the document is open: the run can be undone.
    assert (folder / labels.key).is_dir()
    found = opened(folder, tmp_path)
    assert set(found.records) == {5}
    np.testing.assert_array_equal(np.unique(found.labels.read(Box.whole(SHAPE))), [0, 1, 5])
    assert not (folder / labels.key).exists()
    other.close()


@pytest.mark.parametrize("path", ["../evil", "/etc/evil", "a/../../evil", "", "c:\\evil"])
def test_a_project_writes_nothing_outside_of_its_folder(
    tmp_path: Path, labels: ChunkedLabels, path: str
) -> None:
    folder = tmp_path / "slide.cpsam" / "whole"
    save(folder, labels, {})
    commit = {"labels": labels.key, "moved": [path], "empty": [path], "document": {}}
    (folder / COMMIT).write_text(json.dumps(commit))
    with pytest.raises(ImageError, match="damaged"):
        open_folder(folder, SHAPE, tmp_path / "work 2")
    (folder / COMMIT).unlink()
    document = json.loads((folder / DOCUMENT).read_text())
    (folder / DOCUMENT).write_text(json.dumps(document | {"labels": path}))
    with pytest.raises(ImageError, match="damaged"):
        open_folder(folder, SHAPE, tmp_path / "work 2")


@pytest.mark.parametrize(
    "damage", [b"", b"[]", b"{}", b'{"version": 1}', b'{"version": 99}', b'{"version": 1, "labels": 3}']
)
def test_a_damaged_document_is_one_clear_line(tmp_path: Path, labels: ChunkedLabels, damage: bytes) -> None:
    folder = tmp_path / "slide.cpsam" / "whole"
    save(folder, labels, {})
    (folder / DOCUMENT).write_bytes(damage)
    with pytest.raises(ImageError):
        open_folder(folder, SHAPE, tmp_path / "work 2")


def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, labels: ChunkedLabels, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "slide.cpsam" / "whole"
    save(folder, labels, {1: square(labels, 10, 10, 1)})
    row = square(labels, 600, 600, 2)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(project_folder.LevelFiles, "write", full)
        with pytest.raises(ImageError, match=r"[Ss]pace|full|room"):
            save(folder, labels, {2: row})
    assert set(opened(folder, tmp_path).records) == {1}
