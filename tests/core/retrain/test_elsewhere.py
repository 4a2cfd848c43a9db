"""What a new model lost on images other than those it was trained for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from cpsam_core.checkpoints.cards import Aside, hash_file
from cpsam_core.data.image_input import ImageInput
from cpsam_core.data.pairs import pair_of
from cpsam_core.images import write_labels, write_picture, write_tiff
from cpsam_core.retrain import elsewhere
from cpsam_core.retrain.elsewhere import (
    Forgetting,
    compare_elsewhere,
    earlier_images,
    forgetting_text,
    in_its_size,
    remember_images,
)
from cpsam_core.retrain.lineage import Lineage
from cpsam_core.retrain.verdict import Difference
from cpsam_core.segment.segmenter import Segmenter
from tests.core.conftest import DiskNetwork, disks

pytestmark = pytest.mark.usefixtures("one_thread")


def test_what_was_lost_elsewhere_is_said() -> None:
    lost = Forgetting("fluorescent nuclei", Difference("worse", -0.2, -0.3, -0.1, 90, 4))
    same = Forgetting("stained tissue", Difference("not different", 0.0, -0.1, 0.1, 60, 4, 50))
    assert forgetting_text([lost, same]) == "Elsewhere, the new model loses 0.20 on fluorescent nuclei."
    assert forgetting_text([same]) == f"Elsewhere ({same.kind}) no difference was found."
    assert forgetting_text([]) == ""
    open_one = Forgetting("stained tissue", Difference("not different", -0.1, -0.23, 0.02, 60, 4, 70))
    said = "On stained tissue a change of -0.10 may be chance: the true change lies between -0.23 and +0.02."
    assert forgetting_text([open_one]) == said
    assert forgetting_text([lost, open_one]).endswith(said)


def test_earlier_images_are_found_again(cells: Path, tiny_model: Path) -> None:
    digests = {name: hash_file(cells / f"{name}.tif") for name in ("c0", "c1", "c2")}
    remember_images((digest, cells / f"{name}.tif") for name, digest in digests.items())
    lineage = Lineage(
        {}, {digests["c0"]: Aside("c0.tif")}, {digests["c1"]: "c1.tif", digests["c2"]: "c2.tif"}
    )
    found = earlier_images(lineage, [digests["c2"]])
    assert [pair.image.name for pair in found] == ["c0.tif", "c1.tif"]
    write_tiff(cells / "c1.tif", np.zeros((64, 64), np.uint8), "YX")  # another image by now
    (cells / "c0.tif").unlink()
    assert [pair.image.name for pair in earlier_images(lineage, [])] == ["c2.tif"]
    model = Segmenter.load(tiny_model, "cpu", "float32")
    kinds = compare_elsewhere(model, model, earlier_images(lineage, []))
    assert kinds[0].kind == "your earlier images" and len(kinds) == 4
    assert all(one.difference.word == "not different" for one in kinds)


def test_a_model_made_for_other_sizes_has_forgotten_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new model is the old one, but its card asks for cells of another size."""
    pairs = []
    for number in range(4):
        write_picture(folder / f"d{number}.png", disks(3))
        _, labels = cv2.connectedComponents((disks(3) > 100).astype(np.uint8))
        write_labels(folder / f"d{number}_masks.tif", labels.astype(np.uint32))
        pairs.append(pair_of(folder / f"d{number}.png"))
    monkeypatch.setattr(elsewhere, "reference_pairs", lambda part: pairs)
    old, new = DiskNetwork(), DiskNetwork()
    new.diameter = 160.0  # type: ignore[attr-defined]
    (kind,) = compare_elsewhere(Segmenter(old), Segmenter(new))
    assert kind.difference.before == kind.difference.after > 0.9
    assert kind.difference.word == "not different" and kind.difference.objects == 12
    assert in_its_size(pairs[0]).seen.scale == pytest.approx(20, abs=1)
    own = replace(pairs[0], seen=ImageInput(diameter=9.0))
    assert in_its_size(own) is own


def test_labels_of_other_size_do_not_stop_the_look(cells: Path, tiny_model: Path) -> None:
    write_labels(cells / "c0_masks.tif", np.zeros((9, 9), np.uint32))
    model = Segmenter.load(tiny_model, "cpu", "float32")
    assert len(compare_elsewhere(model, model, [pair_of(cells / "c0.tif")])) == 3
