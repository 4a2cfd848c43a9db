"""What the program is in the middle of when its window closes, and what must be true afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile

from tests.hostile.closing_stage import NAMES, SHAPE, Stage, discs

if TYPE_CHECKING:
    from cpsam_gui.state.document import Document


@dataclass(frozen=True)
class State:
    """What the program is in the middle of, and what must be true when its job came to its end after the window."""

    begin: Callable[[Stage], None]
    check: Callable[[Stage], None]


def _stall_network(stage: Stage, passes: int = 0) -> None:
    """Have the engine segment with a network that stalls after so many batches of tiles."""
    from cpsam_core.segment.segmenter import Segmenter
    from tests.core.conftest import DiskNetwork

    class Stalling(DiskNetwork):
        def __call__(self, tiles: Any) -> Any:
            stage.stall.wait()
            return super().__call__(tiles)

    stage.stall.before(lambda: None, passes)
    network: Any = Stalling()
    stage.load = lambda choice, progress: Segmenter(network)


def _opening(stage: Stage) -> None:
    from cpsam_core.images import readers

    stage.patch.setattr(readers, "read_raw", stage.stall.before(readers.read_raw))
    stage.window.open(stage.folder / NAMES[0])


def _never_opened(stage: Stage) -> None:
    assert stage.window.session.path is None
    assert not stage.written


def _run(stage: Stage) -> None:
    _stall_network(stage)
    stage.open()
    stage.window.run()


def _nothing_found(stage: Stage) -> None:
    assert not stage.window.session.document.objects
    assert not stage.written


def _folder_run(stage: Stage) -> None:
    _stall_network(stage, passes=2)
    stage.open()
    run = stage.window.session.folder_run
    run.look()
    stage.wait(lambda: run.reading is None)
    run.start()


def _done_images_are_saved(stage: Stage) -> None:
    """What was done before stays done, and the image that was at work has nothing or all: here nothing."""
    from cpsam_core.images.project_files import read_project_file

    assert stage.written == {"a.cpsam", "b.cpsam", "b_masks.tif"}
    for name in ("a.cpsam", "b.cpsam"):
        assert len(read_project_file(stage.folder / name).objects) == 4


def _look_ahead(stage: Stage) -> None:
    from cpsam_gui.session import look_ahead

    stage.patch.setattr(look_ahead, "REST_MS", 0)
    stage.patch.setattr(look_ahead, "on_battery", lambda: False)
    _stall_network(stage, passes=1)
    stage.window.open_folder(stage.folder)
    folder = stage.window.session.folder
    stage.wait(lambda: len(folder.now.states) == len(NAMES))
    stage.window.run()


def _only_the_open_image_is_saved(stage: Stage) -> None:
    assert stage.written == {"a.cpsam"}
    assert not stage.window.session.look_ahead.ready


def _training(stage: Stage) -> None:
    from cpsam_core.finetune.learner import Learner
    from cpsam_core.retrain import TrainOptions
    from tests.core.conftest import tiny_model_in

    stage.patch.setenv("CPSAM_MODELS", str(stage.folder.parent / "models"))
    for name in NAMES:
        tifffile.imwrite(stage.folder / f"{Path(name).stem}_masks.tif", discs())
    stage.patch.setattr(Learner, "step", stage.stall.before(Learner.step, skip=4))
    start = tiny_model_in(stage.folder.parent)
    stage.open()
    quick = {"epochs": 50, "samples": 2, "batch_size": 2, "warmup": 0, "threads": 1}
    training = stage.window.session.training
    training.choose(TrainOptions(str(start), "new", quick, device="cpu", precision="float32"))
    training.start()


def _training_can_go_on(stage: Stage) -> None:
    from cpsam_core.retrain import requests

    assert [one.options.name for one in requests.interrupted()] == ["new"]
    assert requests.state_path("new").stat().st_size > 0, "the state after the last epoch"
    assert not (stage.folder.parent / "models" / "new.safetensors").exists()


def _stall_disk(stage: Stage) -> None:
    """Have a disk that does not answer when a file is complete."""
    from cpsam_core.system import atomic

    stage.patch.setattr(atomic, "_flush", stage.stall.before(atomic._flush))


def _export(stage: Stage) -> None:
    from cpsam_core.formats import WriteOptions, format_of
    from cpsam_gui.tasks.exporting import ExportPlan

    stage.open_with_masks()
    _stall_disk(stage)
    target = stage.folder / "cells.geojson"
    chosen = format_of(target)
    assert chosen is not None
    stage.window.session.exporting.export(target, ExportPlan(chosen, WriteOptions()))


def _exported_whole(stage: Stage) -> None:
    from cpsam_core.formats import ReadHints, read_objects

    assert stage.written == {"a_masks.tif", "cells.geojson"}
    labels = read_objects(stage.folder / "cells.geojson", None, ReadHints(shape=SHAPE)).labels
    assert np.array_equal(labels, discs())


def _measuring(stage: Stage) -> None:
    from cpsam_gui.tasks import measuring

    stage.open_with_masks()
    stage.patch.setattr(measuring, "measure", stage.stall.before(measuring.measure))
    stage.window.session.measuring.follow("a test", True)


def _nothing_measured(stage: Stage) -> None:
    assert stage.window.session.measuring.now is None
    assert stage.written == {"a_masks.tif"}


CONTENT = bytes(range(256)) * 40


def _download(stage: Stage) -> None:
    """Have a server that stops in the middle of the weights."""
    from cpsam_core.weights import pins, transfer
    from cpsam_gui.runs.models import load_segmenter

    checksum = hashlib.sha256(CONTENT).hexdigest()
    told = SimpleNamespace(etag=checksum, size=len(CONTENT), location="https://localhost/cpsam_v2")

    def send(address: str, file: Any, **how: Any) -> None:
        half = len(CONTENT) // 2
        file.write(CONTENT[:half])
        stage.stall.wait()
        file.write(CONTENT[half:])

    stage.patch.setattr(pins, "PINS", {"cpsam_v2": pins.Pin(len(CONTENT), checksum)})
    stage.patch.setattr(transfer, "_metadata", lambda remote: told)
    stage.patch.setattr(transfer, "http_get", send)
    stage.patch.setenv("CELLPOSE_LOCAL_MODELS_PATH", str(stage.folder.parent / "published"))
    stage.patch.setenv("HOME", str(stage.folder.parent / "home"))
    stage.patch.setenv("HF_HUB_OFFLINE", "0")
    stage.load = load_segmenter
    stage.open()
    stage.window.session.run_state.change(name="cpsam_v2")
    stage.window.run()


def _download_can_go_on(stage: Stage) -> None:
    published = stage.folder.parent / "published"
    assert not (published / "cpsam_v2").exists()
    (part,) = published.glob(".cpsam_v2.*.part")
    assert CONTENT.startswith(part.read_bytes()) and part.stat().st_size >= len(CONTENT) // 2


def draw(document: Document) -> None:
    """Paint an object as one step."""
    from cpsam_gui.state.box import Box

    number = document.new_id()
    with document.step("Draw"):
        document.write(Box(0, 1, 2, 6, 40, 44), np.full((1, 4, 4), number, np.uint32))


def _saving(stage: Stage) -> None:
    stage.open_with_masks()
    _stall_disk(stage)
    draw(stage.window.session.document)
    stage.window.session.persistence.save(masks=False)


def _saved(stage: Stage) -> None:
    from cpsam_core.images.project_files import read_project_file

    assert len(read_project_file(stage.folder / "a.cpsam").objects) == 5


def _journal(stage: Stage) -> None:
    """Have a disk that does not answer for the journal, while the project is saved elsewhere."""
    from cpsam_gui.storage.journal_writer import JournalWriter

    stage.open_with_masks()
    stage.patch.setattr(JournalWriter, "settle", stage.stall.before(JournalWriter.settle))
    draw(stage.window.session.document)


STATES = {
    "opening": State(_opening, _never_opened),
    "run": State(_run, _nothing_found),
    "folder run": State(_folder_run, _done_images_are_saved),
    "look-ahead": State(_look_ahead, _only_the_open_image_is_saved),
    "training": State(_training, _training_can_go_on),
    "export": State(_export, _exported_whole),
    "measuring": State(_measuring, _nothing_measured),
    "download": State(_download, _download_can_go_on),
    "saving": State(_saving, _saved),
    "journal": State(_journal, _saved),
}
