"""What a program is in the middle of when it is killed, and what must be true afterwards."""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.hostile import large_scene, packing_scene

SHAPE = (1, 160, 160)


@dataclass(frozen=True)
class Outcome:
    """What a kill cost: steps, and seconds that the oldest of them was old; or what is wrong."""

    steps: int = 0
    seconds: float = 0.0
    fault: str = ""


@dataclass(frozen=True)
class Scene:
    """Work until killed, and a look at what it left."""

    work: Callable[[Path, int], None]
    check: Callable[[Path, int, float], Outcome]


def _steps(document: Any, seed: int) -> Iterator[int]:
    """Edit for ever, the same way for the same seed; yield the number of each step when it is done."""
    from cpsam_gui import drawing, operations
    from cpsam_gui.state.slice import Slice

    dice, number = random.Random(seed), 0
    while True:
        way = [(dice.uniform(0, SHAPE[1]), dice.uniform(0, SHAPE[2])) for _ in range(2)]
        box, mask = drawing.stroke(Slice(0, 0), way[0], way[1], dice.uniform(1, 9))
        choice = dice.random()
        if choice < 0.15 and document.objects:
            operations.delete(document, [dice.choice(sorted(document.objects))])
        elif choice < 0.2:
            operations.clear(document)
        else:
            with document.step("Brush"):
                operations.paint(document, box, mask, document.new_id())
        number += 1
        yield number


def _edit(folder: Path, seed: int) -> None:
    from cpsam_gui.state.document import Document
    from cpsam_gui.storage.journal import Journal

    document = Document(SHAPE)
    journal = Journal(document, folder / "cells.tif", folder)
    told = os.open(folder / "steps", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    dice = random.Random(seed + 1)
    for number in _steps(document, seed):
        # As `recover` tells them: by the time in the journal.
        os.write(told, f"{number} {time.time()}\n".encode())
        time.sleep(dice.choice((0, 0, 0.001, 0.02)))
    journal.close()


def _edited(folder: Path, seed: int, killed: float) -> Outcome:
    from cpsam_gui.state.document import Document
    from cpsam_gui.storage.journal_folder import left_behind
    from cpsam_gui.storage.journal_format import recover
    from cpsam_gui.storage.project import fields_of

    lines = (folder / "steps").read_text().splitlines() if (folder / "steps").exists() else []
    done = [(int(line.split()[0]), float(line.split()[1])) for line in lines if line.count(" ") == 1]
    journals = left_behind(folder)
    found = recover(journals[0]) if journals else None
    if found is None:
        first = done[0][1] if done else killed
        fault = "nothing is recovered" if len(done) > 20 or (done and killed - first > 0.3 + SLACK) else ""
        return Outcome(len(done), killed - first, fault)
    # The same steps anew, until the state is the one that was recovered.
    document, reached = Document(SHAPE), 0
    for number in _steps(document, seed):
        rows = {key: fields_of(row) for key, row in document.objects.items()}
        if rows == found.objects and np.array_equal(document.labels, found.labels):
            reached = number
        if number > len(done) + 1:
            break
    if not reached:
        return Outcome(len(done), 0.0, "what is recovered is no state that there was")
    lost = [since for number, since in done if number > reached]
    age = killed - lost[0] if lost else 0.0
    too_late = len(lost) > 20 and age > 0.3 + SLACK
    return Outcome(len(lost), age, f"{len(lost)} steps of {age:.2f} s are lost" if too_late else "")


SLACK = 0.05
"""Seconds between the end of a step and the note of it, and between the kill and its clock."""


def _states(seed: int) -> list[Any]:
    """Return two label images that a project may hold."""
    dice = np.random.default_rng(seed)
    return [
        np.kron(dice.integers(0, 50, (1, 40, 40)), np.ones((1, 16, 16), int)).astype(np.uint32)
        for _ in (0, 1)
    ]


def _save(folder: Path, seed: int) -> None:
    from cpsam_core.progress import silent
    from cpsam_gui.state.image_facts import ImageFacts
    from cpsam_gui.state.objects import Origin
    from cpsam_gui.tasks.records import records_of
    from cpsam_gui.tasks.saving import SaveExtras, save

    states = [(labels, records_of(labels, Origin.HAND)) for labels in _states(seed)]
    count = 0
    while True:
        labels, records = states[count % 2]
        extra = SaveExtras(folder / "cells.tif", facts=ImageFacts(notes=str(count)))
        for name in ("cells.cpsam", "cells_masks.tif", "cells_seg.npy"):
            save(folder / name, labels, records, extra, silent)
        count += 1


def _saved(folder: Path, seed: int, killed: float) -> Outcome:
    from cpsam_core.images import read_labels
    from cpsam_core.images.project_files import read_project_file

    states = _states(seed)
    for path in _visible(folder):
        labels = read_project_file(path).labels if path.suffix == ".cpsam" else read_labels(path)
        if not any(np.array_equal(labels.reshape(SHAPE_OF_STATES), state) for state in states):
            return Outcome(fault=f"{path.name} holds neither what was there before nor after")
    return Outcome()


SHAPE_OF_STATES = (1, 640, 640)


def _autosave(folder: Path, seed: int) -> None:
    """Edit with a journal, and save whenever some steps are done, as the program does by itself."""
    from cpsam_core.progress import silent
    from cpsam_gui.state.document import Document
    from cpsam_gui.storage.journal import Journal
    from cpsam_gui.tasks.saving import SaveExtras, save

    document = Document(SHAPE)
    journal = Journal(document, folder / "cells.tif", folder)
    told = os.open(folder / "steps", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for number in _steps(document, seed):
        os.write(told, f"{number} {time.time()}\n".encode())
        if number % 7 == 0:
            save(
                folder / "cells.cpsam",
                document.snapshot(),
                document.objects,
                SaveExtras(folder / "cells.tif"),
                silent,
            )
            journal.restart()


def _autosaved(folder: Path, seed: int, killed: float) -> Outcome:
    """What is saved or in the journal, whichever is later, is a state that there was, and late enough."""
    from cpsam_core.images.project_files import read_project_file
    from cpsam_gui.state.document import Document
    from cpsam_gui.storage.journal_folder import left_behind
    from cpsam_gui.storage.journal_format import recover

    lines = (folder / "steps").read_text().splitlines() if (folder / "steps").exists() else []
    done = [(int(line.split()[0]), float(line.split()[1])) for line in lines if line.count(" ") == 1]
    kept = [recover(path) for path in left_behind(folder)]
    held = [found.labels for found in kept if found is not None]
    if (folder / "cells.cpsam").exists():
        held.append(read_project_file(folder / "cells.cpsam").labels)
    document, reached = Document(SHAPE), [0] * len(held)
    for number in _steps(document, seed):
        for place, labels in enumerate(held):
            if np.array_equal(document.labels, labels):
                reached[place] = number
        if number > len(done) + 1:
            break
    if not all(reached):
        return Outcome(fault="a file holds a state that there never was")
    lost = [since for number, since in done if number > max(reached, default=0)]
    age = killed - lost[0] if lost else 0.0
    late = len(lost) > 20 and age > 0.3 + SLACK
    return Outcome(len(lost), age, f"{len(lost)} steps of {age:.2f} s are lost" if late else "")


EXPORTS = (
    "cells.geojson",
    "cells_coco.json",
    "cells_rois.zip",
    "cells_outlines.txt",
    "cells_masks.png",
    "a_masks.tif",
)


def _export(folder: Path, seed: int) -> None:
    from cpsam_core.formats import ObjectSet, write_objects

    sets = [ObjectSet(labels[0], image_name="cells.tif") for labels in _states(seed)]
    count = 0
    while True:
        for name in EXPORTS:
            write_objects(folder / name, sets[count % 2])
        count += 1


def _exported(folder: Path, seed: int, killed: float) -> Outcome:
    from cpsam_core.formats import ReadHints, read_objects

    states = _states(seed)
    for path in _visible(folder):
        labels = read_objects(path, None, ReadHints(shape=states[0][0].shape)).labels
        counts = [len(np.unique(state)) for state in states]
        if path.name.endswith("outlines.txt"):  # holds no holes and one part of each object
            good = len(np.unique(labels)) <= max(counts)
        else:
            good = any(np.array_equal(labels, state[0]) for state in states)
        if not good:
            return Outcome(fault=f"{path.name} holds neither what was there before nor after")
    return Outcome()


def _train(folder: Path, seed: int) -> None:
    from dataclasses import replace

    from tests.core.finetune.tiny_training import QUICK, trainer

    trainer(replace(QUICK, epochs=400, averaging=0.9), resume=folder / "run.partial").run()


def _trained(folder: Path, seed: int, killed: float) -> Outcome:
    """A training that goes on has the losses of one that was never interrupted."""
    from dataclasses import replace

    from tests.core.finetune.tiny_training import QUICK, CancelAfter, trainer

    settings = replace(QUICK, epochs=400, averaging=0.9)
    if not (folder / "run.partial").exists():
        return Outcome()
    resumed = trainer(settings, resume=folder / "run.partial")
    epochs = len(resumed.losses)
    wanted = _losses(settings, epochs, CancelAfter, trainer)
    same = list(resumed.losses) == wanted[:epochs]
    return Outcome(fault="" if same else "the losses differ from those of a training without a kill")


_known_losses: list[float] = []


def _losses(settings: Any, epochs: int, cancel_after: Any, trainer: Any) -> list[float]:
    from cpsam_core.progress import Cancelled

    if len(_known_losses) < epochs:
        whole = trainer(settings)
        with contextlib.suppress(Cancelled):
            whole.run(cancel_after(2 * epochs + 2))
        _known_losses[:] = list(whole.losses)
    return _known_losses


def _folder_run(folder: Path, seed: int) -> None:
    _segment(folder)


def _segment(folder: Path) -> int:
    import tifffile

    import cpsam_core.weights
    from cpsam_core.cli import main
    from tests.core.conftest import DiskNetwork, disks

    (folder / "in").mkdir(exist_ok=True)
    for number in range(12):
        path = folder / "in" / f"{number}.tif"
        if not path.exists():
            partial = folder / f".{number}.part.tif"
            tifffile.imwrite(partial, disks())
            partial.replace(path)
    cpsam_core.weights.load_network = lambda *args: DiskNetwork()  # type: ignore[assignment]
    return main(["segment", str(folder / "in"), "--out", str(folder / "out"), "--save", "tif,csv,seg,rois"])


def _folder_ran(folder: Path, seed: int, killed: float) -> Outcome:
    """The same command goes on and ends with all files, whole; what was complete before is not made again."""
    from cpsam_core.images import read_labels

    before = _complete(folder)
    if _segment(folder) != 0:
        return Outcome(fault="the same command does not go on")
    names = sorted(path.name for path in _visible(folder / "out"))
    if len(names) != 12 * 4:
        return Outcome(fault=f"{len(names)} files instead of {12 * 4}")
    for number in range(12):
        for ending in ("_masks.tif", "_seg.npy"):
            if read_labels(folder / "out" / f"{number}{ending}").max() != 3:
                return Outcome(fault=f"{number}{ending} holds other objects")
    if before != {path: path.stat().st_mtime_ns for path in before}:
        return Outcome(fault="what was complete is made again")
    return Outcome()


def _complete(folder: Path) -> dict[Path, int]:
    """Return when the files of each image that has all four were written."""
    images = [(folder / "out").glob(f"{number}_*") for number in range(12)]
    whole = [files for files in map(list, images) if len(files) == 4]
    return {path: path.stat().st_mtime_ns for files in whole for path in files}


SLIDE = (460, 560)


def _run_by_blocks(folder: Path, seed: int) -> None:
    _segment_by_blocks(folder)


def _segment_by_blocks(folder: Path) -> int:
    import cpsam_core.weights
    from cpsam_core.cli import main
    from tests.core.blocks.scenes import cells, save_tiled
    from tests.core.conftest import DiskNetwork

    (folder / "in").mkdir(exist_ok=True)
    path = folder / "in" / "slide.tif"
    if not path.exists():
        partial = save_tiled(folder / ".slide.part.tif", cells(SLIDE, 150), "YX")
        partial.replace(path)
    cpsam_core.weights.load_network = lambda *args: DiskNetwork()  # type: ignore[assignment]
    given = ["segment", str(path), "--out", str(folder / "out"), "--blocks", "300", "--save", "tif,csv"]
    return main(given)


def _ran_by_blocks(folder: Path, seed: int, killed: float) -> Outcome:
    """The same command goes on and ends with the objects of a run without a kill."""
    from cpsam_core.images import read_image, read_labels
    from cpsam_core.segment.segmenter import Segmenter
    from tests.core.conftest import DiskNetwork

    if _segment_by_blocks(folder) != 0:
        return Outcome(fault="the same command does not go on")
    found = read_labels(folder / "out" / "slide_masks.tif")
    if not _known_slide:
        _known_slide.append(Segmenter(DiskNetwork()).segment(read_image(folder / "in" / "slide.tif")).labels)
    if not np.array_equal(found.reshape(SLIDE), _known_slide[0].reshape(SLIDE)):
        return Outcome(fault="the labels are not those of a run without a kill")
    left = [path.name for path in (folder / "out").iterdir() if path.name.startswith(".")]
    return Outcome(fault=f"half-written files are left: {left}" if left else "")


_known_slide: list[Any] = []


def _visible(folder: Path) -> list[Path]:
    kinds = (".journal", "")
    return [
        path
        for path in sorted(folder.iterdir())
        if not path.name.startswith(".") and path.suffix not in kinds
    ]


def _large(folder: Path, seed: int, killed: float) -> Outcome:
    return Outcome(*large_scene.check(folder, seed, killed))


def _packing(folder: Path, seed: int, killed: float) -> Outcome:
    return Outcome(*packing_scene.check(folder, seed, killed))


SCENES = {
    "editing": Scene(_edit, _edited),
    "autosave": Scene(_autosave, _autosaved),
    "save": Scene(_save, _saved),
    "export": Scene(_export, _exported),
    "training": Scene(_train, _trained),
    "folder": Scene(_folder_run, _folder_ran),
    "blocks": Scene(_run_by_blocks, _ran_by_blocks),
    "large": Scene(large_scene.edit, _large),
    "packing": Scene(packing_scene.edit, _packing),
}
