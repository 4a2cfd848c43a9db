"""How a run by blocks begins, or goes on: what it checks, measures and writes into its folder first."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cpsam_core.blocks.claims import claimed
from cpsam_core.blocks.limits import load_limits, save_limits, source_limits
from cpsam_core.blocks.plan import Plan
from cpsam_core.blocks.reading import BlockReading
from cpsam_core.blocks.record import (
    differing_settings,
    is_same_run,
    plan_from,
    read_record,
    settings_from,
    write_record,
)
from cpsam_core.blocks.run import POLL_S, BlockRun
from cpsam_core.blocks.task import BlocksFolder, Work, anisotropy_of, plane_settings
from cpsam_core.errors import ImageError, SettingsError
from cpsam_core.images.sources import Source
from cpsam_core.preprocess.in_parts import PartNormalizer
from cpsam_core.segment.diameter import estimate_diameter
from cpsam_core.segment.predict import TileNetwork
from cpsam_core.segment.settings import Settings

__all__ = ["start_run"]


def start_run(
    folder: Path,
    reading: BlockReading,
    network: TileNetwork,
    settings: Settings,
    plan_for: Callable[[float, float | None], Plan],
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
        Returns the plan for cells of a diameter; gets the anisotropy of what is segmented as a volume, and None where
        planes are segmented one by one, as `plan_blocks` takes it.

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
    # Commands that begin together must have one plan: it depends on the memory that is free at that moment.
    while not files.facts.exists():
        with claimed(files.claim("start")) as mine:
            if mine and not files.facts.exists():
                return _first(files, source, reading, network, settings, plan_for)
        time.sleep(POLL_S)
    return _again(files, source, reading, network, settings)


def _first(
    files: BlocksFolder,
    source: Source,
    reading: BlockReading,
    network: TileNetwork,
    settings: Settings,
    plan_for: Callable[[float, float | None], Plan],
) -> BlockRun:
    """Begin a run: measure what it needs of the whole image, and write down what it is."""
    limits = source_limits(source, settings.channels, network.in_channels, plane_settings(settings, source))
    save_limits(files.limits, limits)
    used = replace(settings, diameter=_diameter(files, source, network, settings))
    anisotropy = anisotropy_of(used, source) if used.do_3D else None
    plan = plan_for(used.diameter if isinstance(used.diameter, float) else 30.0, anisotropy)
    write_record(files, source, reading, settings, used, plan)
    return BlockRun(Work(files, source, network, used, plan))


def _again(
    files: BlocksFolder, source: Source, reading: BlockReading, network: TileNetwork, settings: Settings
) -> BlockRun:
    facts = read_record(files)
    if not is_same_run(facts, source, reading, settings):
        differs = differing_settings(facts, settings)
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
    return BlockRun(Work(files, source, network, settings_from(facts["settings"]), plan_from(facts["plan"])))


def _check(source: Source, settings: Settings) -> None:
    if settings.do_3D and not source.image.is_stack:
        raise SettingsError("do_3D needs a stack of planes; this image has one plane only")
    joins = settings.stitch_threshold > 0 and source.shape[0] > 1 and not settings.do_3D
    if joins and not settings.resample:
        raise SettingsError(
            "Stitched stacks with resample off do not work by blocks: turn resample on, or stitching off.",
            options="--no-resample, --stitch_threshold",
        )


class _MiddlePlane:
    """The normalised middle plane of an image of shape (z, y, x, channel), read where it is looked at."""

    def __init__(self, read: PartNormalizer, shape: tuple[int, ...]) -> None:
        self._read, self._middle, self.shape = read, shape[0] // 2, shape[1:]

    def __getitem__(self, part: tuple[slice, slice]) -> NDArray[np.float32]:
        planes = self._read((slice(self._middle, self._middle + 1), *part))
        return np.asarray(planes[0], np.float32)


def _diameter(files: BlocksFolder, source: Source, network: TileNetwork, settings: Settings) -> float | None:
    diameter = settings.diameter
    if diameter is None:
        diameter = getattr(network, "diameter", None)
    if diameter != "auto":
        return None if diameter is None else float(diameter)
    work = Work(files, source, network, settings, Plan(source.shape[:3], 512, 0))
    normalizer = PartNormalizer(
        work.read, source.shape[:3], plane_settings(settings, source), load_limits(files.limits)
    )
    return estimate_diameter(network, _MiddlePlane(normalizer, source.shape), settings)
