"""One click on an image larger than memory: learnt from, judged, and gone on with after an end in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from cpsam_core.checkpoints import load_model
from cpsam_core.checkpoints.cards import hash_file, read_card
from cpsam_core.cli import main
from cpsam_core.cli.common import FAILED, OK
from cpsam_core.progress import Cancelled
from cpsam_core.retrain import candidates, candidates_in, one_click, requests
from cpsam_core.retrain.candidates import Known
from tests.core.large_projects import STEP, disk_labels, write_large_project, write_slide
from tests.core.retrain.clicks import FLAGS, Hears, options

pytestmark = pytest.mark.usefixtures("one_thread", "no_look_elsewhere")

SIDE = 1024


@pytest.fixture
def slide(folder: Path) -> Path:
    labels = disk_labels(SIDE)
    path = write_slide(folder / "slides" / "slide.zarr", labels)
    across = len(range(STEP // 2, SIDE, STEP))
    corrected = [row * across + column + 1 for row in (2, 7) for column in (2, 7)]
    write_large_project(path.with_suffix(".cpsam"), labels, corrected=corrected)
    return path


def test_a_click_learns_from_squares_and_judges_on_others(slide: Path, tiny_model: Path) -> None:
    outcome = one_click(candidates_in(slide.parent), options(tiny_model), Hears())
    assert outcome.problem == ""
    assert len(outcome.plan.digests) == 4, "each square is known by its own"
    assert len(outcome.plan.training) == 4 - len(outcome.plan.aside)
    assert outcome.change is not None
    assert outcome.change.difference.objects >= 20
    card = read_card(outcome.trained.path)
    assert card is not None
    assert all(digest.startswith(hash_file(slide) + "_z0000_y") for digest in (*card.images, *card.aside))
    spot_row = 60
    pair = outcome.plan.training[0]
    assert pair.section is not None
    z, y, x = pair.section.voxel(spot_row, spot_row)
    labels = disk_labels(SIDE)
    shown = pair.read_image().pixels[0, spot_row, spot_row, 0]
    assert (shown > 0.3) == (labels[int(z), int(y), int(x)] > 0)


def test_an_interrupted_click_goes_on_with_the_same_squares(slide: Path, tiny_model: Path) -> None:
    def cancel(done: int, total: int, note: str = "") -> None:
        if note.startswith("epoch 2"):
            raise Cancelled

    known = candidates_in(slide.parent)
    before = Hears()
    with pytest.raises(Cancelled):
        one_click(known, options(tiny_model), before, cancel)
    (request,) = requests.interrupted()
    assert requests.candidates_of(request) == tuple(known)
    hears = Hears()
    outcome = one_click(requests.candidates_of(request), request.options, hears)
    assert len(hears.epochs) == 2
    # Its seconds would be others if it had been done again.
    assert hears.epochs[:1] == before.epochs
    whole = one_click(known, options(tiny_model, name="whole"), Hears())
    assert [pair.ending for pair in outcome.plan.aside] == [pair.ending for pair in whole.plan.aside]
    states = [load_model(one.trained.path)[0].state_dict() for one in (outcome, whole)]
    assert all(torch.equal(value, states[1][key]) for key, value in states[0].items())
    assert requests.interrupted() == ()


def test_the_command_learns_from_it(slide: Path, tiny_model: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.safetensors"
    command = ["train", str(slide.parent), "--model", str(tiny_model), "--out", str(out), *FLAGS]
    assert main(command) == OK
    card = read_card(out)
    assert card is not None
    assert len(card.images) == 4, "no verdict, so nothing is kept aside"


def test_the_retraining_command_names_the_image_and_its_squares(
    slide: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["retrain", str(slide.parent), "--model", str(tiny_model), "--name", "mine"]
    assert main([*command, "--exclude", slide.name]) == FAILED
    assert "Every corrected image is left out" in capsys.readouterr().err
    assert main([*command, *FLAGS]) == OK
    assert "slide.zarr part at y " in capsys.readouterr().out


def test_reading_a_large_image_for_its_digest_is_said(slide: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    known: Known = {}
    monkeypatch.setattr(candidates, "LONG_READ_BYTES", 1)
    candidates_in(slide.parent, known=known, progress=lambda done, total, note="": said.append(note))
    assert any("GB read" in note for note in said)
    said.clear()
    candidates_in(slide.parent, known=known, progress=lambda done, total, note="": said.append(note))
    assert not any("GB read" in note for note in said)
    (first,) = {one.digest.split("-")[0][:64] for one in candidates_in(slide.parent, known=known)}
    chunk = max((path for path in slide.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    chunk.write_bytes(chunk.read_bytes())
    candidates_in(slide.parent, known=known, progress=lambda done, total, note="": said.append(note))
    assert any("GB read" in note for note in said)
    assert all(one.digest[:64] == first for one in candidates_in(slide.parent, known=known))
