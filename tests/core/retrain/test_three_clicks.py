"""Three clicks on growing data without a window: channels chosen, kept, used, trained again, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.checkpoints.cards import ModelCard, read_card
from cpsam_core.cli import main
from cpsam_core.cli.common import OK
from cpsam_core.data.image_input import ImageInput
from cpsam_core.images import read_image, write_labels, write_tiff
from cpsam_core.retrain import Lineage, TrainOptions, candidates_in, elsewhere, one_click
from cpsam_core.segment.segmenter import Segmenter
from cpsam_core.segment.settings import Settings
from cpsam_core.weights import find, list_models, remove_model
from tests.core.retrain.clicks import FLAGS, QUICK, Hears
from tests.core.retrain.scenes import grid

pytestmark = pytest.mark.usefixtures("one_thread")

SEEN = 2
"""The channel that shows the cells; the first one, which a model would see unasked, shows noise."""


def add(folder: Path, number: int) -> Path:
    """Write an image of four channels with masks of the third."""
    folder.mkdir(exist_ok=True)
    pixels = np.random.default_rng(number).integers(0, 200, (4, 64, 64)).astype(np.uint8)
    pixels[SEEN] = 150 * (grid() > 0) + number
    write_tiff(folder / f"c{number}.tif", pixels, "CYX")
    write_labels(folder / f"c{number}_masks.tif", grid())
    return folder / f"c{number}.tif"


@dataclass(frozen=True)
class ByCommand:
    """Types the commands."""

    capsys: pytest.CaptureFixture[str]

    def click(self, folder: Path, start: str, name: str) -> None:
        """Retrain, and keep the new model."""
        asked = ["--model", start, "--name", name, "--use-channels", str(SEEN), "--promote", "always"]
        assert main(["retrain", str(folder), *asked, *FLAGS]) == OK

    def segment(self, image: Path, model: str, *, chosen: bool) -> str:
        """Segment with the channels that were taught, or with the first ones, and return what is said."""
        asked = ["--channels", str(SEEN)] if chosen else []
        self.capsys.readouterr()
        to = ["--out", "found", "--overwrite", "--device", "cpu"]
        assert main(["segment", str(image), "--model", model, *to, *asked]) == OK
        return self.capsys.readouterr().err

    def take_back(self, name: str) -> None:
        """Remove a model."""
        assert main(["models", "remove", name]) == OK


@dataclass(frozen=True)
class InPython:
    """Calls the package."""

    def click(self, folder: Path, start: str, name: str) -> None:
        """Retrain; the new model is there until it is removed."""
        seen = candidates_in(folder, otherwise=ImageInput(channels=(SEEN,)))
        one_click(seen, TrainOptions(start, name, QUICK, device="cpu", precision="float32"), Hears())

    def segment(self, image: Path, model: str, *, chosen: bool) -> str:
        """Segment with the channels that were taught, or with the first ones, and return what is said."""
        settings = Settings(channels=(SEEN,) if chosen else None)
        return " ".join(Segmenter.load(model, "cpu").segment(read_image(image), settings).notes)

    def take_back(self, name: str) -> None:
        """Remove a model."""
        remove_model(name)


def card_of(name: str) -> ModelCard:
    card = read_card(find(name))
    assert card is not None
    return card


@pytest.fixture(autouse=True)
def no_look_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the comparison on images that come with the program, which takes most of the time of a short click."""
    monkeypatch.setattr(elsewhere, "reference_pairs", lambda part: ())


@pytest.mark.parametrize("by_command", [True, False], ids=["command", "python"])
def test_three_clicks_on_growing_data(
    folder: Path, tiny_model: Path, by_command: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    way = ByCommand(capsys) if by_command else InPython()
    cells, start = folder / "cells", str(tiny_model)
    learnt, judged = set[str](), set[str]()
    for number, name in enumerate(("one", "two", "three")):
        images = [add(cells, 3 * number + more) for more in range(3)]
        way.click(cells, start, name)
        card = card_of(name)
        assert card.channels == ("channel 3",)
        assert card.parent == Path(start).stem
        assert not set(card.aside) & (learnt | set(card.images)), "what was learnt from never judges"
        assert judged <= set(card.aside), "what was kept aside stays aside"
        assert card.scores["kept aside"]["images"] == len(card.aside)
        learnt, judged, start = learnt | set(card.images), set(card.aside), name
        for chosen in (True, False):
            said = way.segment(images[0], name, chosen=chosen)
            assert ("taught with channel 3 and now sees" in said) is not chosen
    assert len(learnt) + len(judged) == 9
    assert set(Lineage.of("three").learnt_by_own) == learnt
    way.take_back("three")
    assert [one.name for one in list_models() if one.kind == "own"] == ["one", "two"]
    # The line goes on from the one before, and knows what it learnt from; that of the third click is new again.
    assert not set(Lineage.of("two").learnt) & judged
    way.click(cells, "two", "other three")
    other = card_of("other three")
    assert other.parent == "two" and not set(other.aside) & set(Lineage.of("two").learnt)
