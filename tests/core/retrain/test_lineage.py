"""What a line of models learnt from never judges, and what was kept aside stays aside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cpsam_core.checkpoints.cards import Aside, ModelCard, read_card, write_card
from cpsam_core.errors import TrainingError
from cpsam_core.retrain import Candidate, Lineage, plan_retraining, retrain
from cpsam_core.weights import list_models
from tests.core.retrain.scenes import QUICK, candidates


@pytest.fixture
def line(folder: Path, tiny_model: Path, tmp_path: Path) -> Path:
    """Return the folder of own models with a start in it."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "first.safetensors").write_bytes(tiny_model.read_bytes())
    return models


def click(folder: Path, start: str, name: str, count: int, **changes: bool) -> ModelCard:
    plan = plan_retraining(candidates(folder, count), start, name=name, settings=QUICK, **changes)
    return retrain(plan, device="cpu", precision="float32").card


def names(card: ModelCard) -> tuple[set[str], set[str]]:
    return {name.split("/")[-1] for name in card.images.values()}, {one.name for one in card.aside.values()}


def test_no_image_judges_that_the_line_learnt_from(folder: Path, line: Path) -> None:
    """Three clicks on growing data, each from the model before."""
    learnt, judged, start = set[str](), set[str](), "first"
    for number, count in enumerate((4, 6, 12), 1):
        card = click(folder, start, f"model-{number}", count)
        images, aside = names(card)
        assert not images & aside
        assert judged <= aside  # what was kept aside stays aside
        assert not aside & learnt
        learnt, judged, start = learnt | images, aside, f"model-{number}"
    assert len(judged) == 2
    lineage = Lineage.of("model-3")
    assert {name.split("/")[-1] for name in lineage.learnt.values()} == learnt
    (line / "model-1.safetensors").unlink()
    (line / "model-1.json").unlink()
    assert Lineage.of("model-3").learnt == lineage.learnt  # the cards hand it on


def test_a_part_that_was_kept_aside_stays_aside(folder: Path, line: Path) -> None:
    card = click(folder, "first", "one", 1)
    ((digest, kept),) = card.aside.items()
    assert kept.part is not None and digest in card.images
    plan = plan_retraining(candidates(folder, 1), "one", name="two", settings=QUICK)
    assert plan.how == "crops" and plan.training[0].leave_out == plan.aside[0].only == kept.part
    plan = plan_retraining(candidates(folder, 4), "one", name="three", settings=QUICK)
    assert plan.how == "images"
    whole = [pair for pair in plan.aside if pair.only is None]
    assert len(whole) == 1 and whole[0].image.name != kept.name
    assert [pair.only for pair in plan.aside if pair.only is not None] == [kept.part]
    assert [pair.leave_out for pair in plan.training if pair.image.name == kept.name] == [kept.part]


def test_images_that_were_learnt_from_judge_nothing(folder: Path, line: Path) -> None:
    some = [replace(one, use="train") for one in candidates(folder, 2)]
    card = ModelCard(name="first", images={one.digest: one.name for one in some})
    write_card(line / "first.safetensors", card)
    plan = plan_retraining(some, "first", settings=QUICK)
    assert plan.how == "none" and plan.aside == ()
    assert "learnt from these images" in plan.text and "one more image" in plan.text
    marked = [some[0], replace(some[1], use="aside")]
    plan = plan_retraining(marked, "first", settings=QUICK)
    assert plan.aside == () and any(some[1].name in text and "cannot judge" in text for text in plan.warnings)


def test_images_of_the_program_are_not_copied_onto_every_card(folder: Path, line: Path) -> None:
    embedded = next(model.card for model in list_models() if model.name == "cpsam-lite")
    assert embedded is not None and len(embedded.images) > 100
    lineage = Lineage.of("cpsam-lite")
    assert set(lineage.learnt) == set(embedded.images) and not lineage.learnt_by_own


def test_a_circle_of_cards_ends(folder: Path, line: Path) -> None:
    write_card(line / "first.safetensors", ModelCard(name="first", parent="second", images={"a": "a.tif"}))
    (line / "second.safetensors").write_bytes((line / "first.safetensors").read_bytes())
    aside = {"c": Aside("c.tif", (0, 1, 2, 3))}
    write_card(
        line / "second.safetensors",
        ModelCard(name="second", parent="first", images={"b": "b.tif"}, aside=aside),
    )
    assert set(Lineage.of("first").learnt) == {"a", "b"}
    card = read_card(line / "second.safetensors")
    assert card is not None and card.aside == aside


def test_folds_let_every_new_image_judge(folder: Path, line: Path) -> None:
    plan = plan_retraining(candidates(folder, 4), "first", settings=QUICK, thorough=True)
    assert plan.how == "folds" and len(plan.training) == 4 and plan.aside == ()
    assert sorted(pair.image for fold in plan.folds for pair in fold) == sorted(
        pair.image for pair in plan.training
    )
    assert "4 more models" in plan.text and "twice as long" in plan.text
    assert len(plan_retraining(candidates(folder, 9), "first", settings=QUICK, thorough=True).folds) == 5
    for count, said in ((1, "at least two images"), (11, "up to 10 images")):
        with pytest.raises(TrainingError, match=said):
            plan_retraining(candidates(folder, count), "first", settings=QUICK, thorough=True)


def with_layers(some: list[Candidate]) -> list[Candidate]:
    """Return each image twice: its main masks, and those of another layer."""
    layers = [replace(one, pair=replace(one.pair, key=replace(one.pair.key, layer="nuclei"))) for one in some]
    return [one for both in zip(some, layers, strict=True) for one in both]


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize("count", [2, 3])
def test_pixels_that_are_learnt_from_in_one_layer_do_not_judge_in_another(
    folder: Path, count: int, thorough: bool
) -> None:
    for seed in range(6):
        plan = plan_retraining(
            with_layers(candidates(folder, count)), "cpsam-lite", seed=seed, thorough=thorough
        )
        for judged in plan.folds or (plan.aside,):
            assert {pair.key.layer for pair in judged} == {"", "nuclei"}
            learnt = [pair for pair in plan.training if not thorough or pair not in judged]
            for one in judged:
                same = [pair for pair in learnt if pair.image == one.image]
                assert all(pair.leave_out == one.only is not None for pair in same)


def test_a_layer_kept_aside_by_hand_keeps_the_others_of_its_image_from_training(folder: Path) -> None:
    some = with_layers(candidates(folder, 2))
    plan = plan_retraining([replace(some[0], use="aside"), *some[1:]], "cpsam-lite")
    assert plan.aside == (some[0].pair,)
    assert plan.training == tuple(one.pair for one in some[2:])
    assert any("another layer of the same pixels is kept aside" in text for text in plan.warnings)


def test_images_with_few_objects_are_left_out_where_others_remain(folder: Path) -> None:
    some: list[Candidate] = candidates(folder, 3)
    few = [some[0], some[1], replace(some[2], objects=4)]
    plan = plan_retraining(few, "cpsam-lite")
    assert some[2].pair.image not in {pair.image for pair in (*plan.training, *plan.aside)}
    assert any("fewer than 5 objects" in text for text in plan.warnings)
    plan = plan_retraining([replace(one, objects=4) for one in some], "cpsam-lite")
    assert len(plan.training) + len(plan.aside) == 3
    assert np.isfinite(plan.settings.learning_rate)
