"""Folders of links, as DVC, git-annex and people who make subsets have them, are never left."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import tifffile

from cpsam_core.cli import main
from cpsam_core.images import read_labels
from cpsam_core.images.file_names import walk
from tests.core.conftest import disks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights of their own on Windows")


@pytest.fixture
def links(folder: Path) -> Path:
    store = Path("store")
    store.mkdir()
    subset = Path("subset")
    subset.mkdir()
    for name in ("a", "b"):
        tifffile.imwrite(store / f"{name * 8}.tif", disks())
        (subset / f"{name}.tif").symlink_to(Path("..", "store", f"{name * 8}.tif"))
    return subset


def test_results_lie_beside_the_links(links: Path, disk_model: Any) -> None:
    assert main(["segment", str(links), "--save", "tif,seg"]) == 0
    names = sorted(path.name for path in links.iterdir())
    assert names == ["a.tif", "a_masks.tif", "a_seg.npy", "b.tif", "b_masks.tif", "b_seg.npy"]
    assert sorted(path.name for path in Path("store").iterdir()) == ["aaaaaaaa.tif", "bbbbbbbb.tif"]
    assert main(["measure", str(links), "--out", "table.csv"]) == 0
    assert "aaaa" not in Path("table.csv").read_text(encoding="utf-8")


def test_a_result_that_is_a_link_is_replaced_itself(links: Path, disk_model: Any) -> None:
    (links / "a_masks.tif").symlink_to(Path("..", "store", "shared.tif"))
    tifffile.imwrite("store/shared.tif", disks())
    before = Path("store/shared.tif").read_bytes()
    assert main(["segment", str(links / "a.tif"), "--overwrite"]) == 0
    assert Path("store/shared.tif").read_bytes() == before
    assert not (links / "a_masks.tif").is_symlink()
    assert read_labels(links / "a_masks.tif").max() == 3


def test_links_to_folders_are_followed_once(links: Path) -> None:
    (links / "below").symlink_to(Path("..", "store"))
    (links / "again").symlink_to(Path())
    found = [str(path.relative_to(links)) for path in walk(links)]
    assert found == ["a.tif", "b.tif", "below/aaaaaaaa.tif", "below/bbbbbbbb.tif"]
