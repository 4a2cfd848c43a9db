"""No sentence of the engine comes out half in English and half in another language."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import cpsam_core
from cpsam_gui.program import i18n
from cpsam_gui.program.i18n import translate_said
from cpsam_gui.program.languages import update

ENGINE = Path(cpsam_core.__file__).parent
EXPRESSIONS = "measure/expressions.py"
VALUES = "cells_07.png", "12", "0.35", "b.tif"


@pytest.fixture(autouse=True)
def speaks_german(german: None) -> None:
    """All of these tests read German."""


def filled(template: str) -> str:
    parts = template.split("{}")
    return i18n._filled(template, [VALUES[place % len(VALUES)] for place in range(len(parts) - 1)])


def texts_in(*names: str) -> list[str]:
    found: set[str] = set()
    for name in names:
        found |= update.texts_of((ENGINE / name).read_text(encoding="utf-8"), speaks=True)
    return sorted(found)


def english_in(text: str, said: str) -> bool:
    """Whether some of a text was translated and some was left."""
    left = [part for part in i18n.SENTENCES.split(said) if i18n.PROSE.search(part)]
    # A sentence that nobody translated stays as it was, whole.
    return any(part.rstrip(".").replace(",", ".") not in text.replace(",", ".") for part in left)


def test_every_sentence_of_the_engine_is_of_one_language() -> None:
    every = [path.relative_to(ENGINE).as_posix() for path in sorted(ENGINE.rglob("*.py"))]
    # Its sentences name the words of the language that filters are written in.
    every.remove(EXPRESSIONS)
    texts = [filled(one) for one in texts_in(*every) if " " in one and "\n\n" not in one]
    assert len(texts) > 800
    mixed = {text: said for text in texts if english_in(text, said := translate_said(text))}
    assert not mixed, "\n".join(f"{text}\n    {said}" for text, said in mixed.items())


def test_sentences_that_follow_each_other_are_german() -> None:
    """As the panel of the training and the status bar put them together."""
    sentences = [
        filled(one)
        for one in texts_in(*(name for name in update.ENGINE if name != EXPRESSIONS))
        if one.endswith(".") and one[0].isupper() and " " in one
    ]
    assert len(sentences) > 40
    mixed = {
        text: said
        for one, other in pairwise(sentences)
        if i18n.PROSE.search(said := translate_said(text := f"2 images with 72 objects. {one} {other}"))
    }
    assert not mixed, "\n".join(f"{text}\n    {said}" for text, said in mixed.items())


def test_a_template_takes_no_words_that_nobody_translated() -> None:
    text = "Nobody has heard of the thing that is left out of training"
    assert translate_said(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "The masks in a.tif are 300 x 300 pixels, the open image is 256 x 256. "
            "Open the image that these masks belong to first.",
            "Die Masken in a.tif haben 300 x 300 Pixel, das offene Bild hat 256 x 256. "
            "Öffnen Sie zuerst das Bild, zu dem diese Masken gehören.",
        ),
        (
            "Cannot write /data/a.cpsam: the folder /data does not exist. Nothing was overwritten.",
            "/data/a.cpsam lässt sich nicht schreiben: den Ordner /data gibt es nicht. "
            "Nichts wurde überschrieben.",
        ),
        (
            "Cannot write a.tif: the disk is full (or the space allowed to you is used up): it takes 12.3 MB, "
            "and 812 bytes are free there. Nothing was overwritten.",
            "a.tif lässt sich nicht schreiben: der Datenträger ist voll (oder der Platz, der Ihnen zusteht, ist "
            "verbraucht): gebraucht werden 12,3 MB, und dort sind 812 Bytes frei. Nichts wurde überschrieben.",
        ),
    ],
)
def test_why_a_file_is_not_read_or_written_is_german(text: str, said: str) -> None:
    assert translate_said(text) == said
