"""The model that comes with the program: its card, its size, and whose images made it."""

from __future__ import annotations

import re

import pytest

from cpsam_core.checkpoints.cards import ModelCard, read_card
from cpsam_core.weights.folders import embedded_file

LARGEST_BYTES = 25 * 10**6


@pytest.fixture
def card() -> ModelCard:
    found = read_card(embedded_file())
    assert found is not None
    return found


def test_every_set_that_it_was_trained_on_is_named_with_its_licence(card: ModelCard) -> None:
    text = embedded_file().with_name("NOTICES.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "---" not in line][1:]
    licences = {
        name: row.rstrip(" |").rsplit("|", 1)[1]
        for row in rows
        for name in re.findall(r"\w+", row.split("|")[1])
    }
    sets = {name.split("/")[0] for name in card.images.values()}
    assert len(sets) > 5
    assert sets <= set(licences)
    assert all(any(known in licences[name] for known in ("CC0", "MIT", "BSD", "CC BY 4.0")) for name in sets)
    if any("CC BY" in licences[name] for name in sets):
        assert "CC BY" in card.licence
        assert "NOTICES" in card.licence


def test_the_card_belongs_to_the_weights_and_says_how_good_they_are(card: ModelCard) -> None:
    assert card.name == "cpsam-lite"
    assert card.diameter == "auto"
    assert embedded_file().stat().st_size < LARGEST_BYTES
    assert card.scores
    assert all(0 <= row["ap_0.5"] <= 1 for row in card.scores.values())
    # What the scores were measured on was not trained on.
    assert all(row["images"] >= 5 for row in card.scores.values())


def test_weak_kinds_are_named(card: ModelCard) -> None:
    assert "Weak" in card.notes
