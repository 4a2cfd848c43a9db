"""Which images `cpsam train` learns from, which it leaves out, and what it says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpsam_core.checkpoints.cards import read_card
from cpsam_core.cli.common import CANCELLED, FAILED, OK
from cpsam_core.finetune import Trainer
from cpsam_core.images import read_labels, write_labels
from cpsam_core.progress import Cancelled
from tests.core.cli.trainings import train

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize(("choice", "objects"), [("auto", 5), ("yes", 5), ("no", 2)])
def test_masks_with_one_number_for_all_are_parted_as_asked(
    images: Path,
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    choice: str,
    objects: int,
) -> None:
    for name in ("a", "b"):
        masks = read_labels(images / f"{name}_masks.tif")
        write_labels(images / f"{name}_masks.tif", (masks > 0) * np.uint32(255))
    seen: list[int] = []

    def stopped(self: Trainer, progress: Any) -> Any:
        seen.append(self.data.objects(0) + self.data.objects(1))
        raise Cancelled

    monkeypatch.setattr(Trainer, "run", stopped)
    options = ["--separate-parts", choice, "--min-objects", "0"]
    assert train(images, tiny_model, *options) == CANCELLED
    assert seen == [objects]
    said = capsys.readouterr().err
    assert said.count("a_masks.tif holds one number in 3 pieces") == (choice == "auto"), said


def test_masks_in_another_folder(images: Path, tiny_model: Path) -> None:
    masks = images.parent / "true"
    masks.mkdir()
    for path in images.glob("*_masks.tif"):
        path.rename(masks / path.name.replace("_masks", ""))
    assert train(images, tiny_model) == FAILED
    assert train(images, tiny_model, "--masks", str(masks)) == OK


def test_images_with_few_objects_are_left_out(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(images, tiny_model, "--min-objects", "3") == OK
    assert "1 of 2 images are left out" in capsys.readouterr().err
    card = read_card("out/new.safetensors")
    assert card is not None and list(card.images.values()) == ["cells/a.png"]


def test_bad_images_are_named_before_training(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (images / "b.png").write_bytes(b"no picture")
    assert train(images, tiny_model, "--strict") == FAILED
    said = capsys.readouterr().err
    assert "these images cannot be used" in said
    assert "b.png" in said
    assert not list(Path().rglob("new*"))


@pytest.mark.parametrize("bad", ["image", "masks", "volume"])
def test_bad_images_are_left_out_with_a_line_each(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    """One damaged file of a hundred must not cost the night."""
    if bad == "image":
        (images / "b.png").write_bytes(b"no picture")
    elif bad == "masks":
        (images / "b_masks.tif").write_bytes(b"no picture")
    else:
        (images / "c.tif").write_bytes(b"II*\0 no picture")
        (images / "c_masks.tif").write_bytes(b"II*\0 no picture")
    assert train(images, tiny_model) == OK
    lines = [line for line in capsys.readouterr().err.splitlines() if "left out" in line]
    assert len(lines) == 1
    assert ("c.tif" if bad == "volume" else "b.png") in lines[0]


def test_a_folder_of_bad_images_is_refused(
    images: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for image in images.glob("?.png"):
        image.write_bytes(b"no picture")
    assert train(images, tiny_model) == FAILED
    assert "these images cannot be used" in capsys.readouterr().err
    assert not list(Path().rglob("new*"))
