"""The site: what can be checked without building it."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the script reads TOML")
def test_the_picture_of_the_rooms_has_every_room() -> None:
    picture = runpy.run_path(str(DOCS / "make_rooms.py"))["drawn"]()
    for package in ("core/cpsam_core", "cpsam_gui"):
        rooms = {path.parent.name for path in (DOCS.parent / package).glob("*/__init__.py")}
        left_out = {room for room in rooms if f">{room}<" not in picture}
        assert left_out <= {"demo", "icons", "models"}


def test_every_tutorial_runs_something() -> None:
    blocks = runpy.run_path(str(DOCS / "run_tutorials.py"))["_blocks"]
    pages = [page for page in (DOCS / "tutorials").glob("*.md") if page.stem != "notebook"]
    assert len(pages) == 6
    assert all(blocks(page) for page in pages)


def test_files_that_the_architecture_names_exist() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    roots = [DOCS.parent / "core" / "cpsam_core", DOCS.parent / "cpsam_gui", DOCS.parent]
    named = set(re.findall(r"`([a-z_]+/[a-z_/]+)(?:\.py)?`", text))
    missing = [n for n in named if not any((r / n).exists() or (r / f"{n}.py").exists() for r in roots)]
    assert len(named) > 15
    assert missing == []
