"""Before and after on whole volumes: bodies are matched in 3D, and the card says so."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
import tifffile

from cpsam_core.data.pairs import Pair
from cpsam_core.retrain import candidates_in, plan_retraining
from cpsam_core.retrain.judge import change_of, judged

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.segment.segmenter import Segmenter
    from cpsam_core.segment.settings import Settings

SHAPE = (12, 40, 40)


def bodies(*places: tuple[int, int]) -> np.ndarray:
    labels = np.zeros(SHAPE, np.uint32)
    for number, (y, x) in enumerate(places, 1):
        labels[2:10, y : y + 10, x : x + 10] = number
    return labels


@dataclass
class Finds:
    """A model that finds what it is told to."""

    labels: np.ndarray
    asked: Any = None

    def segment(self, image: object, settings: Settings) -> SimpleNamespace:
        self.asked = settings
        return SimpleNamespace(labels=self.labels)


def put(folder: Path, name: str, truth: np.ndarray) -> Pair:
    metadata = {"axes": "ZYX", "spacing": 1.0, "unit": "um"}
    pixels = np.where(truth > 0, 200, 10).astype(np.uint8)
    tifffile.imwrite(folder / f"{name}.tif", pixels, imagej=True, resolution=(2.0, 2.0), metadata=metadata)
    tifffile.imwrite(folder / f"{name}_masks.tif", truth.astype(np.uint16))
    return Pair(folder / f"{name}.tif", folder / f"{name}_masks.tif", "")


def test_bodies_are_matched_in_3d(tmp_path: Path) -> None:
    truth = bodies((2, 2), (2, 25), (25, 2))
    pair = put(tmp_path, "a", truth)
    found, moved = np.where(truth == 2, 0, truth), truth.copy()
    # In most planes as it should be, and no body of its own for all that: it goes on into another one.
    moved[:, 2:12, 2:12] = 0
    old, new = Finds(found.astype(np.uint32)), Finds(moved)
    change = change_of(pair, cast("tuple[Segmenter, Segmenter]", (old, new)))
    assert change.is_volume
    assert change.spacing == 2.0
    assert (old.asked.do_3D, old.asked.anisotropy) == (True, 2.0)
    assert [(spot.id, round(spot.z)) for spot in change.gained] == [(2, 6)]
    assert [spot.id for spot in change.lost] == [1]
    assert judged([change]).difference.objects == 3


def test_a_stack_that_is_kept_aside_as_a_whole_is_judged_by_its_bodies(tmp_path: Path) -> None:
    put(tmp_path, "a", bodies((2, 2), (2, 25), (25, 25)))
    put(tmp_path, "b", bodies((2, 2), (2, 25), (25, 2)))
    path = tmp_path / "b.tif"
    candidates = candidates_in(tmp_path, {(path, ""): "aside"})
    plan = plan_retraining(candidates, "cpsam-lite", name="volumes-test")
    assert [pair.image for pair in plan.volumes] == [path]
    assert plan.judged == (plan.volumes[0], *(pair for pair in plan.aside if pair.image != path))
    assert plan.volumes[0].section is None
    assert len([pair for pair in plan.aside if pair.image == path]) > 8, "its planes give the loss"
    assert path not in {pair.image for pair in plan.training}
    assert "the bodies of b.tif" in plan.text


def test_of_a_stack_that_is_learnt_from_planes_judge(tmp_path: Path) -> None:
    put(tmp_path, "a", bodies((2, 2), (2, 25), (25, 2)))
    plan = plan_retraining(candidates_in(tmp_path), "cpsam-lite", name="volumes-test")
    assert not plan.volumes
    assert plan.judged == plan.aside
    with pytest.raises(Exception, match="none is left to learn"):
        plan_retraining(candidates_in(tmp_path, {(tmp_path / "a.tif", ""): "aside"}), "cpsam-lite", name="v")
