"""Labels are packed again only where they changed."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile

from cpsam_core.images import packed_labels
from cpsam_core.images.packed_labels import pack_labels
from cpsam_core.images.project_files import ProjectFile, Reuse, read_project_file, write_project_file
from cpsam_core.images.project_members import packed

SHAPES = [(1, 1000, 1300), (5, 300, 40), (3, 100, 100), (1, 16, 70_000), (1, 3, 3), (2, 700, 1), (4, 17, 16)]


def random_labels(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 9, shape).astype(np.uint32)


@pytest.mark.parametrize("shape", SHAPES)
def test_any_shape_comes_back(shape: tuple[int, int, int]) -> None:
    labels = random_labels(shape)
    first = pack_labels(labels)
    assert np.array_equal(tifffile.imread(io.BytesIO(first)).reshape(shape), labels)
    changed = labels.copy()
    changed[-1, -1, -1] = 77
    last = shape[0] - 1, shape[1]
    second = pack_labels(changed, first, lambda plane, top, bottom: (plane, bottom) != last)
    assert np.array_equal(tifffile.imread(io.BytesIO(second)).reshape(shape), changed)


def test_only_what_changed_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    labels, done = random_labels((3, 2000, 700)), list[int]()
    real = packed_labels.zlib.compress

    def counted(data: bytes, level: int) -> bytes:
        done.append(len(data))
        return real(data, level)

    monkeypatch.setattr(packed_labels.zlib, "compress", counted)
    first = pack_labels(labels)
    assert sum(done) == labels.nbytes
    done.clear()
    labels[1, 1000, 5] += 1
    second = pack_labels(labels, first, lambda plane, top, bottom: not (plane == 1 and top <= 1000 < bottom))
    assert len(done) == 1
    assert np.array_equal(tifffile.imread(io.BytesIO(second)), labels)


@pytest.mark.parametrize("other", ["another size", "another program", "damaged", "16 bits", "nothing"])
def test_of_a_file_that_does_not_fit_nothing_is_taken_over(other: str) -> None:
    labels = random_labels((1, 200, 300))
    earlier = {
        "another size": pack_labels(np.zeros((1, 200, 301), np.uint32)),
        "another program": packed(np.zeros((1, 500, 300), np.uint32)),
        "damaged": pack_labels(labels * 0)[:-300],
        "16 bits": packed(np.zeros((1, 200, 300), np.uint16)),
        "nothing": b"",
    }[other]
    made = pack_labels(labels, earlier, lambda *rows: True)
    assert np.array_equal(tifffile.imread(io.BytesIO(made)).reshape(labels.shape), labels)


def test_a_project_is_written_on_top_of_the_earlier_one(tmp_path: Path) -> None:
    path, labels = tmp_path / "a.cpsam", random_labels((1, 600, 600))
    write_project_file(path, ProjectFile(labels, {1: {"origin": "hand"}}))
    labels[0, :8] = 5
    rows = {1: '{"origin": "model"}', 2: '{"origin": "hand"}'}
    write_project_file(path, ProjectFile(labels), reuse=Reuse(lambda plane, top, bottom: top >= 8, rows))
    found = read_project_file(path)
    assert np.array_equal(found.labels, labels)
    assert found.objects == {1: {"origin": "model"}, 2: {"origin": "hand"}}
    # A file that has gone meanwhile: everything is packed.
    path.unlink()
    write_project_file(path, ProjectFile(labels), reuse=Reuse(lambda *rows: True, rows))
    assert np.array_equal(read_project_file(path).labels, labels)
