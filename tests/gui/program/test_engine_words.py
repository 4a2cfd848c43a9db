"""What the engine says of a training is read in the window's language: whole sentences, values where they belong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import imagecodecs
import numpy as np
import pytest
import tifffile
from PyQt6.QtGui import QStandardItemModel

import cpsam_core
from cpsam_core.errors import ImageError
from cpsam_core.images import read_image
from cpsam_core.retrain.elsewhere import Forgetting, forgetting_text
from cpsam_core.retrain.judge import verdict_text
from cpsam_core.retrain.verdict import difference_of
from cpsam_gui.panels import SegmentPanel
from cpsam_gui.program import i18n
from cpsam_gui.program.i18n import translate_said
from cpsam_gui.program.languages import update

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PyQt6.QtCore import QCoreApplication

    from cpsam_gui.window.window import Window

ENGLISH = re.compile(
    r"\b(the|of|and|is|are|were|has|have|on|to|from|more|than|before|after|image|images)\b", re.I
)
VALUES = "cells_07.png", "12", "0.35", "b.tif"
GERMAN = "cells_07.png", "12", "0,35", "b.tif"


@pytest.fixture(autouse=True)
def speaks_german(german: None) -> None:
    """All of these tests read German."""


def engine_texts() -> list[str]:
    folder = Path(cpsam_core.__file__).parent
    found: set[str] = set()
    for name in update.ENGINE:
        found |= update.texts_of((folder / name).read_text(encoding="utf-8"), speaks=True)
    for name in update.RAISERS:
        found |= update.raised_texts((folder / name).read_text(encoding="utf-8"))
    return sorted(found)


def filled(template: str, values: tuple[str, ...]) -> str:
    parts = template.split("{}")
    return i18n._filled(template, [values[place % len(values)] for place in range(len(parts) - 1)])


def test_every_sentence_of_the_engine_is_found_again_with_its_values() -> None:
    words = i18n.read_ts(i18n.FOLDER / "de.ts")
    texts = [
        one for one in engine_texts() if "{}" in one and sum(map(str.isalpha, one)) >= i18n.LEAST_LETTERS
    ]
    assert len(texts) > 60
    wrong = [one for one in texts if translate_said(filled(one, VALUES)) != filled(words[one], GERMAN)]
    assert wrong == []


def units(kept: int, gained: int, lost: int) -> NDArray[np.int64]:
    rows = [[1, 1, 1, 1, 1]] * kept + [[0, 1, 1, 1, 1]] * gained + [[1, 1, 0, 1, 1]] * lost
    return np.array(rows, np.int64).reshape(-1, 5)


@pytest.mark.parametrize(
    "counts", [(30, 30, 0), (30, 0, 30), (40, 6, 5), (4, 1, 0), (0, 0, 0), (60, 3, 0), (2000, 0, 0)]
)
def test_verdicts_hold_no_english_word(counts: tuple[int, int, int]) -> None:
    difference = difference_of([units(*counts)])
    for text in (verdict_text((), difference), forgetting_text([Forgetting("phase contrast", difference)])):
        assert ENGLISH.findall(translate_said(text)) == [], translate_said(text)


@pytest.mark.parametrize(
    "text",
    [
        "The new model learns from 3 images. It is judged on a.png, the bodies of b.tif and others, which neither it "
        "nor the models before it learnt from. That has been kept aside since an earlier training.",
        "There are fewer than 3 images, so a quarter of each image that has enough objects is left out of the training "
        "and the new model is judged on it. That says less than images of their own: correct more images to be sure.",
        "Training ended early: no better result in 1 epoch.",
        "These images cannot be used:\n  a.png: no objects; the model learns that everything there is background.",
        "Only 40% of the change was kept: more of it would make the new model worse on the kinds of images that the "
        "built-in model knows (its loss on them would rise by more than 5%). 3 of 10,000 steps were left out, because "
        "the gradient was not finite.",
        "Looking for what was forgotten, 3 of 11: stained tissue",
        "Elsewhere (fluorescent nuclei, phase contrast) no difference was found.",
    ],
)
def test_compound_sentences_hold_no_english_word(text: str) -> None:
    said = translate_said(text)
    assert ENGLISH.findall(said) == [], said
    for value in re.findall(r"\w+\.(?:png|tif)|\d+%|\d{1,2},\d{3}", text):
        assert value.replace(",", ".") in said


@pytest.mark.parametrize(
    "name", ["text.tif", "cut.tif", "text.png", "cut.png", "cut.jpg", "text.npy", "text.czi"]
)
def test_why_a_damaged_image_cannot_be_read_is_german(tmp_path: Path, name: str) -> None:
    path, whole = tmp_path / name, tmp_path / f"whole{Path(name).suffix}"
    path.write_bytes(b"This is the text of a letter and not an image. " * 40)
    if name.startswith("cut"):
        pixels = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
        if name.endswith(".tif"):
            tifffile.imwrite(whole, np.stack([pixels] * 3), imagej=True)
        else:
            imagecodecs.imwrite(whole, pixels)
        path.write_bytes(whole.read_bytes()[:1500])
    with pytest.raises(ImageError) as caught:
        read_image(path)
    text = str(caught.value).replace(str(path), name)
    said = translate_said(text)
    assert said != text
    # What a library said stays as it said it, in quotes.
    assert ENGLISH.findall(re.sub(r"'[^']*'", "", said)) == [], said


def test_parts_of_masks_and_devices_that_are_missing_are_told_in_german(window: Window) -> None:
    assert translate_said("1 value, 9 separate parts") == "1 Wert, 9 getrennte Teile"
    assert translate_said("3 values, 1,234 separate parts") == "3 Werte, 1.234 getrennte Teile"
    more = window.panel(SegmentPanel).more
    more.disable_devices({"cuda": "this machine has no cuda device that torch 2.13.0 can use"})
    model = more.device.model()
    assert isinstance(model, QStandardItemModel)
    place = more.device.findData("cuda")
    assert model.item(place).toolTip() == "Auf diesem Rechner gibt es kein cuda, das torch 2.13.0 nutzen kann"


def test_words_that_only_look_alike_are_left_alone(qapp: QCoreApplication) -> None:
    for text in ("Report of and others.txt", "x: y", "A sentence nobody knows. Another one."):
        assert translate_said(text) == text
