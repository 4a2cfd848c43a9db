"""Training on crops that the device makes."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.finetune import TrainSettings, crops
from cpsam_core.progress import Cancelled
from tests.core.finetune.tiny_training import LITE, QUICK, CancelAfter, Disks, same, trainer

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = replace(QUICK, augmentation=Augmentation.whole(crop=32, scale=(0.5, 2.0)))


@pytest.fixture
def on_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a processor count as a device on which making crops pays."""
    monkeypatch.setattr(crops, "_pays", lambda *given: True)
    monkeypatch.setattr(crops, "free_memory", lambda device: 2**33)


@pytest.mark.usefixtures("on_device")
def test_a_training_says_where_its_crops_are_made(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "cpsam_core.finetune.trainer")
    trainer(SETTINGS).run()
    assert "crops made on cpu from 1 of 1 images there, " in caplog.text


@pytest.mark.usefixtures("on_device")
@pytest.mark.parametrize("steps", [1, 3, 5])
def test_the_same_seed_gives_the_same_network_interrupted_or_not(tmp_path: Path, steps: int) -> None:
    whole = trainer(SETTINGS).run()
    assert same(whole.model, trainer(SETTINGS).run().model)
    state = tmp_path / "run.partial"
    with pytest.raises(Cancelled):
        trainer(SETTINGS, resume=state).run(CancelAfter(steps))
    result = trainer(SETTINGS, resume=state).run()
    assert result.losses == whole.losses and same(result.model, whole.model)
    assert not same(whole.model, trainer(replace(SETTINGS, seed=1)).run().model)


@pytest.mark.usefixtures("on_device")
@pytest.mark.parametrize(("first", "later"), [(2**33, 2**32), (1000, 2**33)])
def test_a_training_that_goes_on_has_its_crops_made_where_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int, later: int
) -> None:
    """Another program had come or gone, and the crops were made elsewhere from then on."""
    free = [first]
    monkeypatch.setattr(crops, "free_memory", lambda device: free[0])
    # Of the larger memory all images find room, of the smaller one none do.
    monkeypatch.setattr(crops, "SHARE_FOR_IMAGES", 80 * 80 * 9.5 / 2**33)
    whole, state = trainer(SETTINGS).run(), tmp_path / "run.partial"
    with pytest.raises(Cancelled):
        trainer(SETTINGS, resume=state).run(CancelAfter(5))
    free[0] = later
    result = trainer(SETTINGS, resume=state).run()
    assert result.losses == whole.losses and same(result.model, whole.model)


@pytest.mark.usefixtures("on_device")
def test_where_its_images_find_no_room_any_more_it_goes_on_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    state = tmp_path / "run.partial"
    with pytest.raises(Cancelled):
        trainer(SETTINGS, resume=state).run(CancelAfter(5))
    assert not caplog.records
    monkeypatch.setattr(crops, "free_memory", lambda device: 1000)
    assert len(trainer(SETTINGS, resume=state).run().losses) == 3
    assert "less memory left than when the training began" in caplog.text


@pytest.mark.usefixtures("on_device")
def test_classes_are_learnt_from_such_crops() -> None:
    config = replace(LITE, out_channels=6)
    assert len(trainer(SETTINGS, config, Disks(classes=True)).run().losses) == 3


@pytest.mark.usefixtures("on_device")
def test_without_memory_the_processor_makes_them(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cpsam_core.finetune.trainer")
    monkeypatch.setattr(crops, "free_memory", lambda device: 1000)
    result = trainer(SETTINGS).run()
    assert "crops made by threads, 2" in caplog.text
    monkeypatch.setattr(crops, "_pays", lambda *given: False)
    assert same(result.model, trainer(SETTINGS).run().model)


@pytest.mark.usefixtures("on_device")
def test_images_take_no_memory_that_the_network_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a small card they had, and training went on in a slower mode, or ended."""
    limits: list[int] = []

    def admit(data: object, device: object, limit: int, progress: object) -> list[object]:
        limits.append(limit)
        return []

    monkeypatch.setattr(crops, "DeviceImages", admit)
    large = replace(SETTINGS, memory="plenty", batch_size=4)
    need = trainer(large).learner.need
    # The weights are there already.
    wanted = need.total - need.weights + crops.MAKING_BYTES
    for free in (8 * 2**30 - need.weights, wanted + 5000, wanted):
        monkeypatch.setattr(crops, "free_memory", lambda device, free=free: free)
        trainer(large).run()
    assert limits == [2 * 2**30, 5000]


@pytest.mark.usefixtures("on_device")
def test_a_training_is_cancelled_while_its_images_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def cancel(done: int, total: int, note: str = "") -> None:
        said.append(note)
        raise Cancelled

    with pytest.raises(Cancelled):
        trainer(SETTINGS).run(cancel)
    assert said == ["Reading the images"]


@pytest.mark.usefixtures("on_device")
def test_a_full_device_makes_no_crops(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("cpsam_core.data.device_batches.maps_of", full)
    result = trainer(SETTINGS).run()
    monkeypatch.setattr(crops, "_pays", lambda *given: False)
    assert same(result.model, trainer(SETTINGS).run().model)


def test_it_pays_on_cards_for_small_networks_unless_processes_are_asked_for() -> None:
    def pays(device: str, settings: TrainSettings) -> bool:
        learner = trainer(settings).learner
        learner.device = torch.device(device)
        return crops._pays(learner)

    assert pays("cuda", QUICK)
    assert not pays("cpu", QUICK)
    assert not pays("mps", QUICK)
    assert not pays("cuda", replace(QUICK, processes=2))
    assert crops.MOST_WEIGHTS < 300_000_000
