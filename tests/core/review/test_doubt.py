"""The order of doubt, its reasons in words, and which image comes next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.errors import SettingsError
from cpsam_core.images.document_key import WHOLE
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.measure import ObjectFacts, measure
from cpsam_core.metrics.compare import compare
from cpsam_core.review.doubt import DoubtSettings, image_doubt, object_doubt, review_order
from cpsam_gui.tasks.suggesting import SavedWork, doubt_in


def columns(count: int = 20, **special: Any) -> dict[str, Any]:
    """Return a table of ordinary objects; `special` sets columns of the first one."""
    rng = np.random.default_rng(0)
    table: dict[str, Any] = {
        "id": np.arange(10, 10 + count, dtype=np.uint32),
        "area": rng.integers(180, 220, count),
        "solidity": rng.uniform(0.93, 0.97, count),
        "eccentricity": rng.uniform(0.4, 0.6, count),
        "flow_error": rng.uniform(0.02, 0.1, count).astype(np.float32),
        "probability": rng.uniform(0.9, 0.99, count).astype(np.float32),
        "touches_border": np.zeros(count, bool),
    }
    for name, value in special.items():
        table[name][0] = value
    return table


def test_a_body_that_changes_abruptly_from_plane_to_plane_is_doubtful() -> None:
    table = columns()
    table["plane_steps"] = np.ones(20)
    assert object_doubt(table).scores.max() < 0.1
    table["plane_steps"][0] = 5.0
    doubt = object_doubt(table)
    assert doubt.scores[0] > 0.5
    assert doubt.reasons(0) == ("changes abruptly from plane to plane",)


def test_an_object_of_one_piece_is_not_doubted_for_its_pieces() -> None:
    table = columns()
    table["pieces"] = np.ones(20)
    table["pieces"][0] = 2
    doubt = object_doubt(table)
    assert doubt.reasons(0) == ("in 2 pieces",)
    assert not doubt.parts["pieces"][1:].any()


def test_ordinary_objects_raise_no_doubt() -> None:
    doubt = object_doubt(columns())
    assert len(doubt) == 20
    assert doubt.scores.max() < 0.1
    assert doubt.reasons(3) == ()


@pytest.mark.parametrize(
    ("special", "words"),
    [
        ({"flow_error": 0.6}, "flow error 0.6"),
        ({"probability": 0.55}, "low probability (0.55)"),
        ({"area": 900}, "much larger than the others"),
        ({"area": 20}, "much smaller than the others"),
        ({"solidity": 0.6}, "more concave than the others"),
        ({"eccentricity": 0.995}, "longer than the others"),
        ({"touches_border": True}, "cut by the border"),
    ],
)
def test_each_reason_is_found_and_said(special: dict[str, Any], words: str) -> None:
    doubt = object_doubt(columns(**special))
    assert doubt.order[0] == 0
    assert doubt.reasons(0) == (words,)
    assert 0.1 < doubt.scores[0] <= 1


def test_reasons_add_up_and_the_strongest_comes_first() -> None:
    doubt = object_doubt(columns(flow_error=0.6, area=900, touches_border=True))
    alone = object_doubt(columns(flow_error=0.6))
    assert alone.scores[0] < doubt.scores[0] < 1
    assert doubt.reasons(0) == ("flow error 0.6", "much larger than the others")


def test_what_is_not_known_raises_no_doubt() -> None:
    table = columns(area=900)
    table["flow_error"][:] = np.nan
    del table["probability"], table["eccentricity"]
    doubt = object_doubt(table)
    assert np.isfinite(doubt.scores).all()
    assert doubt.reasons(0) == ("much larger than the others",)


def test_among_few_objects_none_is_unusual() -> None:
    assert object_doubt(columns(5, area=900)).scores.max() < 0.1


def test_a_second_set_of_masks_counts() -> None:
    labels = np.zeros((20, 60), np.uint16)
    for number in range(3):
        labels[2:18, 20 * number + 2 : 20 * number + 18] = number + 1
    other = labels.copy()
    other[labels == 2] = 0
    other[2:10][labels[2:10] == 3] = 0
    doubt = object_doubt(measure(labels), compare(labels, other).first_ious)
    assert doubt.ids[doubt.order].tolist() == [2, 3, 1]
    assert doubt.reasons(1) == ("not in the other masks",)
    assert doubt.reasons(2) == ("differs in the other masks (IoU 0.50)",)
    with pytest.raises(SettingsError, match="agreement"):
        object_doubt(measure(labels), [0.5])


def test_measured_tables_are_understood() -> None:
    labels = np.repeat([[1, 1, 0, 2, 2]], 3, axis=0)
    facts = ObjectFacts([1, 2], flow_errors=[0.05, 0.5], probabilities=[0.95, 0.95])
    doubt = object_doubt(measure(labels, facts=facts))
    assert doubt.reasons(1)[0] == "flow error 0.5"
    stack = object_doubt(measure(np.repeat(labels[np.newaxis], 2, axis=0)))
    assert stack.parts["border"].all()


def test_settled_objects_leave_the_review() -> None:
    doubt = object_doubt(columns(flow_error=0.6))
    assert review_order(doubt)[0] == 10
    left = review_order(doubt, settled=[10, 12])
    assert len(left) == 18 and not np.isin([10, 12], left).any()


def test_which_image_comes_next() -> None:
    good, bad = object_doubt(columns()), object_doubt(columns(flow_error=0.6))
    assert image_doubt(good).score < image_doubt(bad).score < image_doubt(good, missed=10).score <= 1
    found = image_doubt(bad, missed=2)
    assert (found.objects, found.missed) == (20, 2)
    assert found.mean == pytest.approx(bad.scores.mean())
    empty = object_doubt({name: column[:0] for name, column in columns().items()})
    assert image_doubt(empty).score == 0
    assert image_doubt(empty, missed=3).score == 1


def test_weights_can_be_set_and_are_checked() -> None:
    table = columns(flow_error=0.6)
    assert object_doubt(table, settings=DoubtSettings(weights={"flow_error": 0})).scores[0] < 0.1
    with pytest.raises(SettingsError, match="colour"):
        DoubtSettings(weights={"colour": 1})
    with pytest.raises(SettingsError, match="from 0 to 1"):
        DoubtSettings(weights={"size": 2})
    with pytest.raises(SettingsError, match="rise"):
        DoubtSettings(outlier=(3, 3))


@pytest.mark.parametrize(("error", "probability"), [(0.1, 0.9), (0.4, 0.95), (0.05, 0.8), (0.5, 0.3)])
def test_review_and_next_image_doubt_an_object_alike(
    tmp_path: Path, error: float, probability: float
) -> None:
    columns = {"id": np.array([1]), "flow_error": np.array([error]), "probability": np.array([probability])}
    masks = np.zeros((1, 20, 20), np.uint32)
    masks[0, 3:9, 3:9] = 1
    row = {"origin": "model", "flow_error": error, "probability": probability}
    write_project_file(tmp_path / "a.cpsam", ProjectFile(masks, {1: row}))
    found = doubt_in(SavedWork(tmp_path / "a.tif", tmp_path / "a.cpsam", WHOLE))
    assert found is not None and found.score == pytest.approx(object_doubt(columns).scores[0], abs=1e-6)
