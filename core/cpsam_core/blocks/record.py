"""What stands in the folder of a run: image, model, settings and plan, by which it can go on, here or elsewhere."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from cpsam_core.blocks.plan import Plan
from cpsam_core.blocks.reading import BlockReading, image_state
from cpsam_core.blocks.task import BlocksFolder
from cpsam_core.errors import ImageError
from cpsam_core.images.files import write_text
from cpsam_core.images.sources import Source
from cpsam_core.preprocess.normalize import NormalizeSettings
from cpsam_core.segment.settings import Settings

__all__ = ["differing_settings", "is_same_run", "plan_from", "read_record", "settings_from", "write_record"]

VERSION = 2


def write_record(
    files: BlocksFolder, source: Source, reading: BlockReading, asked: Settings, used: Settings, plan: Plan
) -> None:
    """Write what a run begins with: `asked` are the settings as they were given, `used` those with a diameter."""
    path = Path(reading.path).absolute()
    facts = {
        "version": VERSION,
        "reading": asdict(reading) | {"path": str(path)},
        "asked": _as_json(asked),
        "settings": _as_json(used),
        "plan": asdict(plan),
        "hash": _hash(source, reading, asked),
        "image state": image_state(path),
    }
    write_text(files.facts, json.dumps(facts, indent=1))


def read_record(files: BlocksFolder) -> dict[str, Any]:
    """Return what stands in the folder of a run.

    Raises
    ------
    ImageError
        It cannot be read, or another version began it.
    """
    try:
        facts = json.loads(files.facts.read_text(encoding="utf-8"))
        if facts["version"] != VERSION:
            raise ValueError(f"it was begun by another version ({facts['version']})")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ImageError(
            f"{files.facts} cannot be read ({error}); delete the folder to begin anew."
        ) from error
    return dict(facts)


def is_same_run(facts: dict[str, Any], source: Source, reading: BlockReading, settings: Settings) -> bool:
    """Tell whether a run is of this image, with this model and these settings."""
    return bool(facts.get("hash") == _hash(source, reading, settings))


def differing_settings(facts: dict[str, Any], settings: Settings) -> list[str]:
    """Return the names of the settings that are not those of a run."""
    return [name for name, value in _as_json(settings).items() if facts.get("asked", {}).get(name) != value]


def settings_from(stored: dict[str, Any]) -> Settings:
    """Return settings as a run stored them."""
    given = dict(stored)
    brightness = dict(given.pop("normalize"))
    brightness["percentile"] = tuple(brightness["percentile"])
    limits = brightness["lowhigh"]
    if limits is not None:
        brightness["lowhigh"] = tuple(tuple(one) if isinstance(one, list) else one for one in limits)
    if isinstance(given.get("flow3D_smooth"), list):
        given["flow3D_smooth"] = tuple(given["flow3D_smooth"])
    return Settings(normalize=NormalizeSettings(**brightness), **given)


def plan_from(stored: dict[str, Any]) -> Plan:
    """Return a plan as a run stored it."""
    depth, height, width = stored["shape"]
    return Plan(**stored | {"shape": (depth, height, width)})


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
