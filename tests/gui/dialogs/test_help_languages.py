"""The help pages in other languages: all of them, and with everything that the English ones name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from cpsam_core.measure import CATALOGUE
from cpsam_gui.dialogs.help.browser import FOLDER, PAGES, page_html
from cpsam_gui.program.i18n import FOLDER as LANGUAGES
from cpsam_gui.program.i18n import localised, read_ts
from cpsam_gui.window.tour import STOPS

if TYPE_CHECKING:
    from pathlib import Path

    from PyQt6.QtCore import QCoreApplication

ENGLISH = sorted(FOLDER.glob("*.md"))
CODE = re.compile(r"`[^`]+`")
PLACE = re.compile(r"(?<!`)\{\w+\}")


def outline(page: Path) -> dict[str, object]:
    """Return what must not differ between two languages."""
    text = page.read_text(encoding="utf-8")
    lines = text.splitlines()
    return {
        "headings": [len(line) - len(line.lstrip("#")) for line in lines if line.startswith("#")],
        "points": sum(bool(re.match(r"(-|\d\.) ", line)) for line in lines),
        "rows": sum(line.startswith("|") for line in lines),
        "paragraphs": len(re.split(r"\n\s*\n", text.strip())),
        # A decimal mark is that of the language.
        "code": sorted(re.sub(r"(\d),(\d)", r"\1.\2", code) for code in CODE.findall(text)),
        "places": PLACE.findall(text),
    }


@pytest.mark.parametrize("page", ENGLISH, ids=lambda page: page.stem)
def test_a_german_page_names_what_the_english_one_names(page: Path) -> None:
    assert outline(FOLDER / "de" / page.name) == outline(page)


@pytest.mark.parametrize(
    "page", sorted(FOLDER.rglob("*.md")), ids=lambda page: f"{page.parent.name}-{page.stem}"
)
def test_menus_that_a_page_names_are_those_of_the_window(page: Path) -> None:
    words = read_ts(LANGUAGES / "de.ts")
    known = words.values() if page.parent.name == "de" else words.keys()
    texts = {text.removesuffix("…") for text in known}
    named = re.findall(r"\*([^*|`]+ > [^*|`]+)\*", " ".join(page.read_text(encoding="utf-8").split()))
    assert [place for place in named if not set(place.split(" > ")) <= texts] == []


def test_no_page_is_without_its_english_one() -> None:
    assert {page.name for page in FOLDER.glob("*/*.md")} <= {page.name for page in ENGLISH}
    assert {page.stem for page in ENGLISH} == set(PAGES) - {"keys"}


def test_formulas_are_translated() -> None:
    words = read_ts(LANGUAGES / "de.ts")
    assert [one.name for one in CATALOGUE if not {one.formula, one.unit} - {""} <= words.keys()] == []


def test_the_help_is_shown_in_the_language_of_the_user(qapp: QCoreApplication) -> None:
    assert "Getting started" in page_html("start", {})
    qapp.setProperty("language", "de")
    try:
        assert "Erste Schritte" in page_html("start", {})
        qapp.setProperty("language", "fr")
        assert "Getting started" in page_html("start", {})
    finally:
        qapp.setProperty("language", None)
    assert localised(FOLDER / "start.md") == FOLDER / "start.md"


@pytest.mark.parametrize(("folder", "key"), [(FOLDER, "Ctrl+T"), (FOLDER / "de", "Strg+T")])
def test_the_first_steps_go_on_with_the_better_model(folder: Path, key: str) -> None:
    use = "Use the new model from now on"
    page = " ".join((folder / "start.md").read_text(encoding="utf-8").split())
    assert f"{key})" in page
    assert (use if folder == FOLDER else read_ts(LANGUAGES / "de.ts")[use]) in page


def test_the_tour_ends_with_the_better_model() -> None:
    words = STOPS[-1].words
    assert "Ctrl+T" in words
    assert "better" in words
