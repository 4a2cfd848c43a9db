"""`cpsam evaluate`: which files belong together, tables and JSON, sets."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.cli import main
from cpsam_core.cli.evaluate_report import mean_scores
from cpsam_core.data.label_folders import find_labels, pair_labels
from cpsam_core.errors import ImageError
from cpsam_core.images import write_labels, write_picture
from cpsam_core.images.project_files import ProjectFile, write_project_file
from cpsam_core.metrics import average_precision, pooled, score

Labels = NDArray[np.uint16]


def squares(*ids: int) -> Labels:
    """Return labels (20, 100) with a square of 10 x 10 for each number that is not 0, side by side."""
    labels = np.zeros((20, 100), np.uint16)
    for place, number in enumerate(ids):
        labels[5:15, 20 * place : 20 * place + 10] = number
    return labels


def put(name: str, labels: Labels) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    write_labels(name, labels)


def result(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return parsed


@pytest.fixture
def two_sets(folder: Path) -> None:
    """Write two sets, in the layout of data sets on one side and of `cpsam segment` on the other."""
    put("true/x/masks/1.tif", squares(1, 2, 3))
    put("true/x/masks/2.tif", squares(1))
    put("true/y/masks/1.tif", squares(1, 2))
    write_picture(_made("true/x/images/1.png"), np.zeros((20, 100), np.uint8))
    put("out/x/images/1_masks.tif", squares(5, 6, 0))
    put("out/x/images/2_masks.tif", squares(0, 9))
    put("out/y/images/1_masks.tif", squares(2, 1))
    write_picture("out/x/images/1_overlay.png", np.zeros((20, 100, 3), np.uint8))


def _made(name: str) -> Path:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    return Path(name)


def test_json_holds_images_sets_and_all(two_sets: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "true", "out", "--json"]) == 0
    scores = result(capsys)
    assert scores["thresholds"] == [0.5, 0.75, 0.9] and scores["failed"] == {}
    assert [(one["set"], one["name"]) for one in scores["images"]] == [("x", "1"), ("x", "2"), ("y", "1")]
    assert [one["average_precision"][0] for one in scores["images"]] == pytest.approx([2 / 3, 0, 1])
    assert scores["sets"]["x"]["mean"]["average_precision"][0] == pytest.approx(1 / 3)
    assert scores["sets"]["y"]["mean"]["average_precision"] == [1, 1, 1]
    assert scores["all"]["images"] == 3
    assert scores["all"]["mean"]["average_precision"][0] == pytest.approx(5 / 9)
    assert scores["all"]["pooled"]["average_precision"][0] == pytest.approx(4 / 7)
    assert scores["all"]["pooled"]["true_objects"] == scores["all"]["mean"]["true_objects"] == 6


def test_scores_are_those_of_metrics(two_sets: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "true", "out", "--json", "--thresholds", "0.3,0.6"]) == 0
    first = result(capsys)["images"][0]
    expected = score(squares(1, 2, 3), squares(5, 6, 0), (0.3, 0.6))
    ap, *_ = average_precision(squares(1, 2, 3), squares(5, 6, 0), (0.3, 0.6))
    assert first["average_precision"] == pytest.approx(ap.tolist())
    assert first["f1"] == pytest.approx(expected.f1.tolist())
    assert first["error_rate"] == pytest.approx(expected.error_rate.tolist())
    assert first["aggregated_jaccard"] == pytest.approx(expected.aggregated_jaccard)
    assert first["panoptic_quality"] == pytest.approx(expected.panoptic_quality)


def test_table_has_a_line_an_image_and_two_a_set(two_sets: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "true", "out"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    scores = ["AP@0.5", "AP@0.75", "AP@0.9", "F1@0.5", "ERROR@0.5", "AJI", "PQ"]
    changes = ["LOST", "GAINED", "SPLIT", "MERGED"]
    assert lines[0].split() == ["IMAGE", "TRUE", "FOUND", *scores, *changes]
    assert [line.split("  ")[0] for line in lines[1:]] == [
        "x/1",
        "x/2",
        "y/1",
        "x, mean of 2",
        "x, pooled",
        "y, mean of 1",
        "y, pooled",
        "all, mean of 3",
        "all, pooled",
    ]
    assert "0.667" in lines[1]


def halved(labels: Labels) -> Labels:
    """Return the labels with each object in two pieces, one above the other."""
    other = labels * np.uint16(10)
    other[10:][labels[10:] > 0] += 1
    return other


def test_what_became_of_the_objects_is_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put("true/1.tif", squares(1, 2, 3))
    put("out/1.tif", squares(4, 0, 0, 5))
    put("true/2.tif", squares(1, 2))
    put("out/2.tif", halved(squares(1, 2)))
    put("true/3.tif", halved(squares(7)))
    put("out/3.tif", squares(9))
    assert main(["evaluate", "true", "out", "--json"]) == 0
    scores = result(capsys)
    names = ("matched", "lost", "gained", "split", "merged")
    counts = [tuple(one[name] for name in names) for one in scores["images"]]
    assert counts == [(1, 2, 1, 0, 0), (2, 0, 0, 2, 0), (1, 0, 0, 0, 1)]
    assert tuple(scores["all"]["pooled"][name] for name in names) == (4, 2, 1, 2, 1)
    assert scores["images"][0]["recall"][0] == pytest.approx(1 / 3)
    assert scores["images"][0]["precision"][0] == pytest.approx(1 / 2)
    assert main(["evaluate", "true", "out"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[-4:] == ["2", "1", "0", "0"]


def test_agreement_of_annotators(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put("anna/1.tif", squares(1, 2, 3, 0))
    put("ben/1.tif", squares(1, 2, 0, 4))
    put("carl/1.tif", squares(1, 0, 0, 0))
    put("anna/2.tif", squares(1))
    put("ben/2.tif", squares(1))
    assert main(["evaluate", "anna", "ben", "--json", "--annotator", "carl"]) == 0
    shown = capsys.readouterr()
    people = json.loads(shown.out)["agreement"]
    assert "2.tif is left out of the agreement: carl" in shown.err
    assert (people["annotators"], people["images"]) == (["anna", "ben", "carl"], 1)
    assert people["error_rates"][0] == pytest.approx([0, 2 / 3, 2 / 3])
    assert people["error_rates"][2] == pytest.approx([2, 2, 0])
    assert people["consensus_error_rate"] == pytest.approx(people["mean_error_rate"] / 2)
    assert main(["evaluate", "anna", "ben", "--agreement"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == (
        "agreement, mean of 2 images: error rate 0.333, F1 0.833, AP 0.750; estimate for a human consensus: "
        "error rate 0.167"
    )
    assert "agreement" not in _plain(capsys)


def _plain(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["evaluate", "anna", "ben", "--json"]) == 0
    return result(capsys)


def test_images_without_objects_do_not_count_in_means(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, labels in (("1", squares()), ("2", squares(1, 2))):
        put(f"true/{name}.tif", labels)
        put(f"out/{name}.tif", labels)
    assert main(["evaluate", "true", "out", "--json"]) == 0
    scores = result(capsys)
    assert scores["images"][0]["average_precision"] == [None] * 3
    assert scores["all"]["mean"]["average_precision"] == [1.0] * 3
    assert scores["all"]["mean"]["panoptic_quality"] == 1.0
    only_empty = score(squares(), squares())
    assert math.isnan(mean_scores([only_empty])["f1"][0])
    assert main(["evaluate", "true/1.tif", "out/1.tif"]) == 0
    assert " - " in capsys.readouterr().out


def test_missing_and_surplus_are_told_and_the_rest_compared(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        put(f"true/{name}.tif", squares(1))
    put("out/a_masks.tif", squares(1))
    put("out/c_masks.tif", squares(1))
    assert main(["evaluate", "true", "out", "--json"]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["failed"] == {str(Path("true/b.tif")): "no prediction of that name"}
    assert "b.tif" in shown.err and "c_masks.tif" in shown.err and "1 of 2" in shown.err


def test_projects_of_the_window_are_masks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put("true/a.tif", squares(1, 2))
    Path("out").mkdir()
    write_project_file("out/a.cpsam", ProjectFile(squares(5, 6)[np.newaxis].astype(np.uint32)))
    assert main(["evaluate", "true", "out", "--json"]) == 0
    assert result(capsys)["all"]["mean"]["average_precision"] == [1, 1, 1]


@pytest.mark.parametrize(("checked", "said"), [((1,), True), ((1, 2), False)])
def test_outlines_that_nobody_checked_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str], checked: tuple[int, ...], said: bool
) -> None:
    labels = squares(1, 2, 3)
    rows = {number: {"origin": "model", "verified": number in checked} for number in (1, 2, 3)}
    Path("true").mkdir()
    write_project_file(Path("true/a.cpsam"), ProjectFile(labels[None], rows))
    put("found/a.tif", labels)
    assert main(["evaluate", "true", "found"]) == 0
    told = "2 of the 3 true outlines are a model's own, neither accepted nor corrected"
    assert (told in capsys.readouterr().err) is said


def test_two_files_are_compared_whatever_their_names(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put("true.tif", squares(1))
    put("other.png", squares(1))
    assert main(["evaluate", "true.tif", "other.png", "--json"]) == 0
    assert result(capsys)["all"]["mean"]["average_precision"] == [1, 1, 1]


@pytest.mark.parametrize("arguments", [["true", "nowhere"], ["empty", "true"], ["true", "strange"]])
def test_nothing_to_compare_is_one_line(
    arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put("true/a.tif", squares(1))
    put("strange/b.tif", squares(1))
    Path("empty").mkdir()
    assert main(["evaluate", *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.count("\n") == 1


def test_thresholds_out_of_range_are_wrong_usage(folder: Path) -> None:
    assert main(["evaluate", "a", "b", "--thresholds", "0.5,1.5"]) == 2
    assert main(["evaluate", "a", "b", "--thresholds", "half"]) == 2


def labels_in(name: str) -> dict[tuple[str, str], str]:
    return {key: path.name for key, path in find_labels(Path(name)).items()}


def test_plain_files_are_labels_where_nothing_says_otherwise(folder: Path) -> None:
    put("d/a.tif", squares(1))
    put("d/b.png", squares(1))
    assert labels_in("d") == {("", "a"): "a.tif", ("", "b"): "b.png"}


def test_images_beside_their_masks_are_no_labels(folder: Path) -> None:
    for name in ("a.tif", "a_masks.tif", "b.tif", "b_cp_masks.png", "c.tif"):
        put(f"d/{name}", squares(1))
    assert labels_in("d") == {("", "a"): "a_masks.tif", ("", "b"): "b_cp_masks.png"}


def test_one_form_of_the_same_masks_is_taken(folder: Path) -> None:
    for name in ("a_masks.png", "a_masks.tif", "a_cp_masks.tif"):
        put(f"d/{name}", squares(1))
    assert labels_in("d") == {("", "a"): "a_masks.tif"}


def test_names_pair_within_sets_first_and_across_folders_where_they_are_unique(folder: Path) -> None:
    for name in ("true/x/1.tif", "true/y/1.tif", "true/z/2.tif", "true/z/3.tif"):
        put(name, squares(1))
    for name in ("out/x/1.tif", "out/y/1.tif", "out/2.tif", "out/p/3.tif", "out/q/3.tif"):
        put(name, squares(1))
    pairing = pair_labels(Path("true"), Path("out"))
    found = [(pair.true.as_posix(), pair.predicted.as_posix()) for pair in pairing.pairs]
    assert found == [
        ("true/x/1.tif", "out/x/1.tif"),
        ("true/y/1.tif", "out/y/1.tif"),
        ("true/z/2.tif", "out/2.tif"),
    ]
    assert [path.as_posix() for path in pairing.missing] == ["true/z/3.tif"]
    assert len(pairing.surplus) == 2


def test_a_missing_folder_is_named(folder: Path) -> None:
    with pytest.raises(ImageError, match="nowhere"):
        pair_labels(Path("nowhere"), Path("nowhere"))


def test_pooled_of_the_summary_is_that_of_metrics(two_sets: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "true/x", "out/x", "--json"]) == 0
    expected = pooled([score(squares(1, 2, 3), squares(5, 6)), score(squares(1), squares(0, 9))])
    assert result(capsys)["all"]["pooled"]["f1"] == pytest.approx(expected.f1.tolist())


def test_classes_are_scored_where_both_sides_know_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put("true/masks/1.tif", squares(1, 2, 3, 4))
    put("true/classes/1.png", squares(1, 1, 2, 2))
    put("true/images/1.png", squares(9))
    put("out/1_masks.tif", squares(5, 6, 7))
    assert main(["evaluate", "true", "out", "--json"]) == 0
    assert "by_class" not in result(capsys)
    put("out/1_classes.png", squares(1, 2, 2))
    assert main(["evaluate", "true", "out", "--json"]) == 0
    kinds = result(capsys)["by_class"]
    # Class 1: one of two found. Class 2: one found, one missed, one of class 1 taken for it.
    assert kinds["classes"]["class 1"]["average_precision"] == pytest.approx(1 / 2)
    assert kinds["classes"]["class 2"]["average_precision"] == pytest.approx(1 / 3)
    assert kinds["classes"]["class 2"]["error_rate"] == 1
    assert kinds["mean"]["average_precision"] == pytest.approx(5 / 12)
    assert main(["evaluate", "true", "out"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[-4:]] == ["CLASS", "class", "class", "mean"]


def test_only_what_is_complete_counts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put("true/1_masks.tif", squares(1, 2))
    put("out/1_masks.tif", squares(1, 0, 3, 4))
    complete = np.zeros((20, 100), np.uint16)
    complete[:, :15] = 1
    put("true/1_complete.png", complete)
    assert main(["evaluate", "true", "out", "--json"]) == 0
    assert result(capsys)["images"][0]["average_precision"] == [1, 1, 1]
