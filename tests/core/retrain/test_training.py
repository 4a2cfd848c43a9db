"""A plan is trained: the model and its card, its channels and classes, a start that is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.checkpoints import load_model
from cpsam_core.checkpoints.cards import read_card
from cpsam_core.data.pairs import find_pairs
from cpsam_core.errors import TrainingError, WeightsError
from cpsam_core.images import write_labels
from cpsam_core.progress import Cancelled
from cpsam_core.retrain import describe, plan_retraining, retrain, scorer
from tests.core.retrain.scenes import QUICK, candidates, grid, put


def test_reading_the_images_can_be_cancelled(folder: Path, tiny_model: Path) -> None:
    plan = plan_retraining(candidates(folder, 3), str(tiny_model), settings=QUICK)

    def cancel(done: int, total: int, note: str = "") -> None:
        if note == "Reading the images":
            raise Cancelled

    with pytest.raises(Cancelled):
        retrain(plan, folder / "new.pth", progress=cancel)
    assert not (folder / "new.pth").exists()


def test_training_as_planned(folder: Path, tiny_model: Path) -> None:
    plan = plan_retraining(candidates(folder, 3), str(tiny_model), settings=QUICK)
    measure = scorer(plan, "cpu", "float32")
    assert measure is not None
    told: list[tuple[str, bool]] = []

    def listen(done: int, total: int, note: str = "") -> None:
        told.append((note, Path("out/new.safetensors").exists()))

    done = retrain(
        plan,
        Path("out/new.safetensors"),
        device="cpu",
        precision="float32",
        score=measure,
        progress=listen,
    )
    assert told[-1] == ("Saving the new model", False), "no words of an epoch stand while it is written"
    assert done.result.reports[-1].average_precision is not None
    model, card = load_model(done.path)
    assert card == read_card(done.path)
    assert card is not None
    assert (card.name, card.parent, card.notes) == (plan.name, "tiny", plan.text)
    assert list(card.aside) == [plan.aside[0].digest] and not set(card.aside) & set(card.images)
    assert card.channels == ("channel 1",)
    assert len(card.images) == 2 and len(card.losses) == len(card.validation_losses) == 2
    assert model.config.in_channels == 3
    assert not Path("out/new.partial").exists()


def test_channels_and_classes_extend_the_network(folder: Path, tiny_model: Path) -> None:
    pair = put(folder / "cells", "a", grid(), channels=4)
    kinds = np.where(grid() > 0, 1 + grid() % 2, 0)
    write_labels(folder / "cells/a_classes.png", kinds)
    (found,) = find_pairs(folder / "cells")
    assert found.classes is not None and found.image == pair.image
    plan = plan_retraining([describe(found)], str(tiny_model), settings=QUICK)
    assert plan.classes == ("background", "class 1", "class 2")
    done = retrain(plan, Path("new.safetensors"), device="cpu", precision="float32")
    model, card = load_model(done.path)
    assert (model.config.in_channels, model.config.classes) == (4, 3)
    assert card is not None and card.classes == plan.classes
    plain = plan_retraining([describe(found)], str(tiny_model), settings=QUICK, classes=False)
    assert plain.classes == ()
    cells = retrain(plain, Path("cells.safetensors"), device="cpu", precision="float32")
    assert load_model(cells.path)[0].config.classes == 0, "their classes are left alone"
    with pytest.raises(TrainingError, match="no object has a class"):
        plan_retraining(candidates(folder, 1), "cpsam-lite", classes=True)


def test_a_start_of_another_kind_is_refused(folder: Path) -> None:
    Path("other.pth").write_bytes(b"no weights at all")
    plan = plan_retraining(candidates(folder, 3), "other.pth", settings=QUICK)
    with pytest.raises(WeightsError, match=r"other\.pth"):
        retrain(plan, Path("new.pth"))
    with pytest.raises(WeightsError, match="no model named"):
        retrain(replace(plan, start="unheard of"), Path("new.pth"))
