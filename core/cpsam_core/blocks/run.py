"""A run by blocks: its folder, its stages in order, and what must not change when it goes on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable
from concurrent.futures import Executor, as_completed
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from cpsam_core.blocks.arrays import read_arrays
from cpsam_core.blocks.choose import choose_block
from cpsam_core.blocks.claims import claimed
from cpsam_core.blocks.executors import own_card, said_in_words
from cpsam_core.blocks.find import find_block
from cpsam_core.blocks.join import join_planes, write_column
from cpsam_core.blocks.labels import Numbers, number_objects, write_block
from cpsam_core.blocks.limits import load_limits, save_limits, source_limits
from cpsam_core.blocks.plan import Block, Plan
from cpsam_core.blocks.task import BlocksFolder, Work, plane_settings
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.images.files import write_text
from cpsam_core.images.label_arrays import LabelArray
from cpsam_core.images.sources import Source, open_source
from cpsam_core.preprocess.in_parts import PartNormalizer
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.diameter import estimate_diameter
from cpsam_core.segment.predict import TileNetwork
from cpsam_core.segment.scale_search import LARGEST_SIDE_PX, SCALES
from cpsam_core.segment.settings import Settings
from cpsam_core.system.file_identity import identity_of

__all__ = ["BlockReading", "BlockRun", "run_task", "start_run"]

VERSION = 2
POLL_S = 0.5
"""Seconds between looks at what others work on."""


@dataclass(frozen=True)
class BlockReading:
    """Which image of which file, and the model: what a worker on another machine needs to begin."""

    path: str
    scene: int | str | None = None
    time: int | None = None
    axes: str | None = None
    model: str = ""
    device: str | None = None
    precision: str | None = None

    def open(self) -> Source:
        """Open the image."""
        return open_source(self.path, self.axes, time=self.time, scene=self.scene)


class BlockRun:
    """A run in its folder.

    Parameters
    ----------
    work
        The run as this process sees it.
    """

    def __init__(self, work: Work) -> None:
        self.work = work
        self._marks = {
            "find": work.folder.steps,
            "choose": work.folder.chosen,
            "write": work.folder.written,
            "join": work.folder.joined,
        }

    def stages(self) -> list[str]:
        """Return the stages that are made of tasks, in order."""
        return ["find", "choose", "write", *(["join"] if self.work.joins else [])]

    def tasks(self, stage: str) -> list[Block]:
        """Return the blocks of a stage; bodies are written in columns through all planes."""
        blocks = list(self.work.plan.blocks())
        return [block for block in blocks if block.plane == 0] if stage == "join" else blocks

    def left(self, stage: str) -> list[Block]:
        """Return the blocks of a stage that are not done."""
        mark = self._marks[stage]
        return [block for block in self.tasks(stage) if not mark(block).exists()]

    def run(self, progress: Progress = silent, executor: Executor | None = None) -> None:
        """Do all that is left, and share it with whoever else works on the folder.

        Parameters
        ----------
        progress
            Called after each block with the blocks done and their number in all stages; may raise Cancelled.
        executor
            Runs the tasks; None does them here, one after another.

        Raises
        ------
        ImageError
            The image cannot be read, the disk is full, or a file of the run is damaged. What is done stays.
        """
        total = sum(len(self.tasks(stage)) for stage in self.stages())
        before = 0
        for stage in self.stages():
            self._prepare(stage)
            count = len(self.tasks(stage))

            def report(left: int, before: int = before, count: int = count, stage: str = stage) -> None:
                progress(before + count - left, total, NOTES[stage])

            report(len(self.left(stage)))
            if executor is None:
                self._here(stage, report)
            else:
                self._elsewhere(stage, report, executor)
            if stage == "find":
                # The last look: what was read before it is of one image.
                self.check_image()
            before += count

    def _here(self, stage: str, report: Callable[[int], None]) -> None:
        left = self.left(stage)
        while left:
            done = False
            for block in left:
                with claimed(self.work.folder.claim(f"{stage}-{block.name}")) as mine:
                    if mine and not self._marks[stage](block).exists():
                        self.do(stage, block)
                        done = True
                if done:
                    report(len(self.left(stage)))
            left = self.left(stage)
            if left and not done:
                time.sleep(POLL_S)
                report(len(left))

    def _elsewhere(self, stage: str, report: Callable[[int], None], executor: Executor) -> None:
        left = self.left(stage)
        while left:
            with said_in_words(self.work.folder.path):
                futures = [
                    executor.submit(run_task, str(self.work.folder.path), stage, block) for block in left
                ]
            try:
                with said_in_words(self.work.folder.path):
                    for done, future in enumerate(as_completed(futures), 1):
                        future.result()
                        report(len(left) - done)
            finally:
                for future in futures:
                    future.cancel()
            left = self.left(stage)
            # Claimed by another command.
            if left:
                time.sleep(POLL_S)

    def check_image(self) -> None:
        """Refuse to go on with an image whose file changed since the run began.

        Raises
        ------
        ImageError
            It did; blocks of two images would make one result.
        """
        path = Path(_facts(self.work.folder)["reading"]["path"])
        if _facts(self.work.folder)["image state"] != image_state(path):
            raise ImageError(
                f"{path} changed while it was read: what was found so far is of another image. Delete "
                f"{self.work.folder.path}, and give the command again once nothing writes to it."
            )

    def do(self, stage: str, block: Block) -> None:
        """Do one task."""
        folder = self.work.folder
        if stage == "find":
            self.check_image()
            find_block(self.work, block)
        elif stage == "choose":
            choose_block(self.work, block, self._steps(block.plane))
        elif stage == "write":
            target = folder.planes if self.work.joins else folder.level(0)
            write_block(self.work, block, self._numbers(), LabelArray(target))
        else:
            write_column(self.work, block, LabelArray(folder.planes), LabelArray(folder.level(0)))

    def _prepare(self, stage: str) -> None:
        """Do once what a stage needs of all blocks before it."""
        folder = self.work.folder
        if stage == "write":
            target, plan = folder.planes if self.work.joins else folder.level(0), self.work.plan
            LabelArray.make(target, plan.shape, plan.chunks)
            self._once("number", folder.numbers, lambda: number_objects(self.work))
        elif stage == "join":
            LabelArray.make(folder.level(0), self.work.plan.shape)
            self._once("bodies", folder.bodies, lambda: join_planes(self.work, LabelArray(folder.planes)))

    def _once(self, name: str, made: Path, make: Callable[[], object]) -> None:
        while not made.exists():
            with claimed(self.work.folder.claim(name)) as mine:
                if mine and not made.exists():
                    make()
            if not made.exists():
                time.sleep(POLL_S)

    def _steps(self, plane: int) -> int:
        """Return the steps of diffusion that the largest object of a plane (of the whole volume) needs."""
        known: dict[int, int] = self.__dict__.setdefault("_known_steps", {})
        if plane not in known:
            every = self.work.plan.is_volume
            blocks = [block for block in self.work.plan.blocks() if every or block.plane == plane]
            known[plane] = max(int(read_arrays(self.work.folder.steps(one))["steps"][0]) for one in blocks)
        return known[plane]

    def _numbers(self) -> Numbers:
        numbers: Numbers = self.__dict__.setdefault("_known_numbers", None) or Numbers(self.work)
        self.__dict__["_known_numbers"] = numbers
        return numbers


NOTES = {
    "find": "blocks: network and flows",
    "choose": "blocks: objects",
    "write": "blocks: labels",
    "join": "blocks: bodies",
}


def start_run(
    folder: Path,
    reading: BlockReading,
    network: TileNetwork,
    settings: Settings,
    plan_for: Callable[[float], Plan],
) -> BlockRun:
    """Begin a run in a folder, or go on with the one that is there.

    Parameters
    ----------
    folder
        Of the run; made where it is missing.
    reading
        The image and the model.
    network
        The loaded model.
    settings
        How to segment; a diameter of ``"auto"`` is measured first.
    plan_for
        Returns the plan for cells of a diameter.

    Raises
    ------
    ImageError
        The image cannot be read, or the folder holds a run with another image, model or other settings.
    SettingsError
        A setting does not work by blocks.
    """
    files = BlocksFolder(folder.absolute())
    source = reading.open()
    _check(source, settings)
    if files.facts.exists():
        return _again(files, source, reading, network, settings)
    files.make()
    limits = source_limits(source, settings.channels, network.in_channels, plane_settings(settings, source))
    save_limits(files.limits, limits)
    used = replace(settings, diameter=_diameter(files, source, network, settings))
    plan = plan_for(used.diameter if isinstance(used.diameter, float) else 30.0)
    facts = {
        "version": VERSION,
        "reading": asdict(reading) | {"path": str(Path(reading.path).absolute())},
        "asked": _as_json(settings),
        "settings": _as_json(used),
        "plan": asdict(plan),
        "hash": _hash(source, reading, settings),
        "image state": image_state(Path(reading.path).absolute()),
    }
    write_text(files.facts, json.dumps(facts, indent=1))
    return BlockRun(Work(files, source, network, used, plan))


def run_task(folder: str, stage: str, block: Block) -> None:
    """Do one task of a run in this process, which may be one of many; what it needs is kept for the next."""
    run = _opened(folder)
    with claimed(run.work.folder.claim(f"{stage}-{block.name}")) as mine:
        if mine and not run._marks[stage](block).exists():
            run.do(stage, block)


@lru_cache(maxsize=1)
def _opened(folder: str) -> BlockRun:
    from cpsam_core.weights import load_network

    files = BlocksFolder(Path(folder))
    facts = _facts(files)
    reading = BlockReading(**facts["reading"])
    network = load_network(reading.model, own_card(reading.device), reading.precision)
    return BlockRun(Work(files, reading.open(), network, _settings(facts["settings"]), _plan(facts["plan"])))


def _again(
    files: BlocksFolder, source: Source, reading: BlockReading, network: TileNetwork, settings: Settings
) -> BlockRun:
    facts = _facts(files)
    if facts.get("hash") != _hash(source, reading, settings):
        asked = _as_json(settings)
        differs = [name for name, value in asked.items() if facts.get("asked", {}).get(name) != value]
        what = (
            f"other settings ({', '.join(differs)})"
            if differs
            else "another image, model or version of either"
        )
        raise ImageError(
            f"{files.path} holds a run with {what}. Give the settings of that run to go on with it, another folder, "
            "or delete it to begin anew."
        )
    files.make()
    return BlockRun(Work(files, source, network, _settings(facts["settings"]), _plan(facts["plan"])))


def _facts(files: BlocksFolder) -> dict[str, Any]:
    try:
        facts = json.loads(files.facts.read_text(encoding="utf-8"))
        if facts["version"] != VERSION:
            raise ValueError(f"it was begun by another version ({facts['version']})")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ImageError(
            f"{files.facts} cannot be read ({error}); delete the folder to begin anew."
        ) from error
    return dict(facts)


def _check(source: Source, settings: Settings) -> None:
    if settings.do_3D and not source.image.is_stack:
        raise SettingsError("do_3D needs a stack of planes; this image has one plane only")
    joins = settings.stitch_threshold > 0 and source.shape[0] > 1 and not settings.do_3D
    if joins and not settings.resample:
        raise SettingsError(
            "Stitched stacks with resample off do not work by blocks: leave out --no-resample, or --stitch_threshold."
        )


def _diameter(files: BlocksFolder, source: Source, network: TileNetwork, settings: Settings) -> float | None:
    diameter = settings.diameter
    if diameter is None:
        diameter = getattr(network, "diameter", None)
    if diameter != "auto":
        return None if diameter is None else float(diameter)
    # The middle of the middle plane, as much of it as the estimate looks at.
    side = int(LARGEST_SIDE_PX / min(SCALES))
    depth, height, width = source.shape[:3]
    sides = [slice((n - min(n, side)) // 2, (n - min(n, side)) // 2 + min(n, side)) for n in (height, width)]
    work = Work(files, source, network, settings, Plan(source.shape[:3], 512, 0))
    normalizer = PartNormalizer(
        work.read, source.shape[:3], plane_settings(settings, source), load_limits(files.limits)
    )
    middle = normalizer((slice(depth // 2, depth // 2 + 1), sides[0], sides[1]))[0]
    return estimate_diameter(network, middle, settings)


def image_state(path: Path) -> list[int]:
    """Return size and time of the last change of the file of an image, or of the metadata of an OME-Zarr."""
    state: list[int] = []
    for one in (path, path / ".zattrs", path / "zarr.json"):
        if one.is_file():
            found = identity_of(one)
            state += [found.size, found.changed]
    return state


def _hash(source: Source, reading: BlockReading, settings: Settings) -> str:
    """Return what tells runs apart whose blocks must not be mixed."""
    path = Path(reading.path)
    state: list[Any] = [str(path.absolute()), reading.scene, reading.time, reading.axes, reading.model]
    state += image_state(path)
    with contextlib.suppress(OSError):
        if Path(reading.model).is_file():
            state.append(hashlib.sha256(Path(reading.model).read_bytes()).hexdigest())
    state += [list(source.shape), source.dtype.str, _as_json(settings)]
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def _as_json(settings: Settings) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(json.dumps(asdict(settings), default=_plain))
    # Says how, not what.
    given.pop("batch_size")
    return given


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in a run")


def _settings(stored: dict[str, Any]) -> Settings:
    given = dict(stored)
    brightness = dict(given.pop("normalize"))
    brightness["percentile"] = tuple(brightness["percentile"])
    limits = brightness["lowhigh"]
    if limits is not None:
        brightness["lowhigh"] = tuple(tuple(one) if isinstance(one, list) else one for one in limits)
    if isinstance(given.get("flow3D_smooth"), list):
        given["flow3D_smooth"] = tuple(given["flow3D_smooth"])
    return Settings(normalize=NormalizeSettings(**brightness), **given)


def _plan(stored: dict[str, Any]) -> Plan:
    depth, height, width = stored["shape"]
    return Plan(**stored | {"shape": (depth, height, width)})
