"""No model is trained for which there is no room, and none that was trained is thrown away for want of it."""

from __future__ import annotations

import errno
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from safetensors import SafetensorError

from cpsam_core.checkpoints import load_model, room
from cpsam_core.checkpoints import write as write_module
from cpsam_core.checkpoints.cards import ModelCard
from cpsam_core.errors import TrainingError, WeightsError
from cpsam_core.progress import Cancelled
from tests.core.checkpoints.networks import LITE, tiny

CARD = ModelCard(name="new")
Usage = namedtuple("Usage", "total used free")


class Disk:
    """A disk with so much room; whatever is larger is refused."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
        self.free, self.tries = free, 0
        self.quota = False
        self._save = write_module.save_file
        monkeypatch.setattr(room.shutil, "disk_usage", lambda folder: Usage(free, 0, self.free))
        monkeypatch.setattr(write_module, "save_file", self.save)
        monkeypatch.setattr(room, "LOOK_SECONDS", 0.0)

    def save(self, state: dict[str, object], path: Path, **more: object) -> None:
        self.tries += 1
        if self.quota:
            # As safetensors says it.
            raise SafetensorError("Error while serializing: I/O error: Disk quota exceeded (os error 122)")
        if self.free < 1000:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._save(state, path, **more)


def test_too_little_room_is_said_before_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny(LITE)
    size = write_module.write_checkpoint(tmp_path / "one.safetensors", model).stat().st_size
    disk = Disk(monkeypatch, size)
    room.check_room(tmp_path / "two.safetensors", model)
    disk.free = size // 2
    with pytest.raises(TrainingError, match=r"takes [\d.]+ MB, and [\d.]+ MB are free"):
        room.check_room(tmp_path / "two.safetensors", model)
    room.check_room(tmp_path / "two.safetensors", model, half=True)


def test_a_trained_model_waits_for_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch, 0)
    told: list[str] = []
    waited: list[str] = []

    def progress(done: int, total: int, note: str = "") -> None:
        waited.append(note)
        if len(waited) == 3:
            disk.free = 10**9

    path = tmp_path / "new.safetensors"
    room.write_when_there_is_room(path, tiny(LITE), CARD, tell=told.append, progress=progress)
    assert load_model(path) is not None
    assert len(told) == 1 and "0 bytes are free" in told[0]
    assert waited == ["Waiting for room on the disk"] * 3
    assert disk.tries == 1, "what cannot fit is not written"


@pytest.mark.skipif(sys.platform == "win32", reason="there the number means something else")
def test_a_trained_model_waits_where_a_person_has_used_up_the_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch, 10**9)
    disk.quota = True
    told: list[str] = []
    waited = 0

    def progress(done: int, total: int, note: str = "") -> None:
        nonlocal waited
        waited += 1
        disk.quota = waited < 3

    path = tmp_path / "new.safetensors"
    room.write_when_there_is_room(path, tiny(LITE), CARD, tell=told.append, progress=progress)
    assert load_model(path) is not None
    assert len(told) == 1 and "space allowed to you" in told[0]
    assert disk.tries == 2 and waited == room.LOOKS_UNTIL_TRIED


def test_who_waits_may_give_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Disk(monkeypatch, 0)

    def progress(done: int, total: int, note: str = "") -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        room.write_when_there_is_room(
            tmp_path / "new.safetensors", tiny(LITE), CARD, tell=str, progress=progress
        )
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_waited_for_that_does_not_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch, 10**9)

    def refused(*args: object, **more: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as forbidden, pytest.raises(WeightsError):
        forbidden.setattr(write_module, "save_file", refused)
        room.write_when_there_is_room(tmp_path / "new.safetensors", tiny(LITE), CARD, tell=str)
    disk.free = 0
    monkeypatch.setattr(room, "WAIT_SECONDS", -1.0)
    with pytest.raises(WeightsError):
        room.write_when_there_is_room(tmp_path / "new.safetensors", tiny(LITE), CARD, tell=str)
