"""`cpsam retrain`: what it keeps, what it refuses, and how it is stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cpsam_core.cli import main
from cpsam_core.cli.common import CANCELLED, FAILED, OK, USAGE
from cpsam_core.images import read_labels, write_labels
from cpsam_core.progress import Cancelled
from cpsam_core.retrain import TrainOptions, candidates_in, requests
from tests.core.conftest import cancel_training
from tests.core.retrain.clicks import FLAGS, IN_FULL

pytestmark = pytest.mark.usefixtures("one_thread")


def test_the_command_keeps_only_what_is_better(
    cells: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = ["retrain", str(cells), "--model", str(tiny_model), "--name", "mine", *FLAGS]
    assert main(command) == OK
    said = capsys.readouterr()
    assert "not kept: mine, it is not known to be better" in said.out
    assert "judged on" in said.err and "all kept aside" in said.out and "not different" in said.out
    assert not (tmp_path / "models" / "mine.safetensors").exists()
    assert main([*command, "--promote", "always"]) == OK
    assert "kept: mine" in capsys.readouterr().out
    assert (tmp_path / "models" / "mine.safetensors").exists()
    assert main([*command, "--name", "other", "--promote", "never"]) == OK
    assert not (tmp_path / "models" / "other.safetensors").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], USAGE, "which folder"),
        (["nowhere"], USAGE, "no folder nowhere"),
        (["cells", "--aside", "x.tif"], USAGE, "no image x.tif"),
        (["cells", "--epochs", "0"], USAGE, "at least one epoch"),
        (["cells", "--minutes", "0"], USAGE, "above 0"),
        (["--resume", "mine"], FAILED, "no interrupted training named 'mine'"),
        (
            ["cells", "--exclude", "c0.tif", "c1.tif", "c2.tif", "c3.tif"],
            FAILED,
            "Every corrected image is left out",
        ),
    ],
)
def test_what_makes_no_sense_is_said(
    cells: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert main(["retrain", *arguments]) == code
    assert said in capsys.readouterr().err


def test_masks_with_one_number_for_all_are_parted_as_asked(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in cells.glob("*_masks.tif"):
        write_labels(path, (read_labels(path) > 0) * np.uint32(255))
    whole, parted = candidates_in(cells, pieces="no"), candidates_in(cells)
    assert {one.objects for one in whole} == {1} and min(one.objects for one in parted) > 3
    assert all(one.parts == f"1 value, {one.objects} separate parts" for one in parted)
    assert {one.parts for one in whole} == {""}
    requests.write_request(requests.request_path("mine"), whole, TrainOptions("cpsam-lite", "mine"))
    (request,) = requests.interrupted()
    assert [one.objects for one in requests.candidates_of(request)] == [1] * len(whole)
    seen: list[list[int]] = []
    monkeypatch.setattr(
        "cpsam_core.retrain.one_click", lambda found, *_, **__: seen.append([one.objects for one in found])
    )
    monkeypatch.setattr("cpsam_core.cli.retrain._report", lambda outcome: (_ for _ in ()).throw(Cancelled()))
    assert main(["retrain", str(cells), "--separate-parts", "no"]) == CANCELLED
    assert seen == [[1] * len(whole)]
    assert main(["retrain", str(cells)]) == CANCELLED
    assert capsys.readouterr().err.count("c0_masks.tif holds one number") == 1, (
        "once, by the first who read it"
    )


def test_a_cancelled_command_can_go_on(
    cells: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["retrain", str(cells), "--model", str(tiny_model), "--name", "mine", *IN_FULL]
    with monkeypatch.context() as patch:
        cancel_training(patch, after=3)
        assert main(command) == CANCELLED
    assert [request.options.name for request in requests.interrupted()] == ["mine"]
    requests.throw_away("mine")
    assert requests.interrupted() == ()
