"""A name, a path or a Hugging Face id to a weight file, and to a network that is ready to use."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from cpsam_core.checkpoints.cards import WEIGHT_SUFFIXES
from cpsam_core.errors import WeightsError
from cpsam_core.progress import Progress, silent
from cpsam_core.system.paths import expanded
from cpsam_core.weights.folders import EMBEDDED, PUBLISHED, embedded_file, is_web_page, published_folders
from cpsam_core.weights.hub import fetch
from cpsam_core.weights.library import own_file, own_files

if TYPE_CHECKING:
    from cpsam_core.checkpoints.cards import ModelCard
    from cpsam_core.network.network import Network
    from cpsam_core.network.vit import FlowVit

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(/[^\\]+)?")


def find(name_or_path: str | os.PathLike[str], progress: Progress = silent) -> Path:
    """Find a weight file, fetching it where it is published and not yet here.

    Parameters
    ----------
    name_or_path
        In this order: a path, ``cpsam-lite``, one of the user's own models, ``cpsam_v2`` or ``cpsam``,
        another model in the folders of Cellpose, an id of Hugging Face (``owner/repository`` or
        ``owner/repository/file``).
    progress
        Told of the bytes that have arrived.

    Returns
    -------
    Path
        An existing file. Whether it holds a network is seen when it is loaded.

    Raises
    ------
    WeightsError
        There is no such model, or it cannot be fetched; the message names the places searched.
    """
    place = _place(name_or_path)
    return fetch(os.fspath(name_or_path), progress) if place is None else place


def is_known(name_or_path: str | os.PathLike[str]) -> bool:
    """Tell whether `find` would find a model here or know where to fetch it; nothing is fetched."""
    try:
        _place(name_or_path)
    except WeightsError:
        return False
    return True


def _place(name_or_path: str | os.PathLike[str]) -> Path | None:
    """Return the file of a model as `find` does; None for one that is to be fetched.

    Raises
    ------
    WeightsError
        There is no such model.
    """
    path = expanded(name_or_path)
    if _is_file(path):
        return path
    name = os.fspath(name_or_path)
    if isinstance(name_or_path, os.PathLike) or _looks_like_path(name):
        raise WeightsError(f"The weight file {path} does not exist.")
    if name == EMBEDDED:
        return _embedded()
    if own := own_file(name):
        return own
    if name in PUBLISHED:
        return None
    for folder in published_folders():
        if _is_file(folder / name) and not is_web_page(folder / name):
            return folder / name
    if HUB_ID.fullmatch(name):
        return None
    raise WeightsError(_unknown(name))


def load_network(
    name_or_path: str | os.PathLike[str],
    device: str | None = None,
    precision: str | None = None,
    progress: Progress = silent,
) -> Network:
    """Find a model and make it ready to run.

    Parameters
    ----------
    name_or_path
        See :func:`find`.
    device
        For example ``"cuda"``, ``"mps"`` or ``"cpu"``; None takes the best there is.
    precision
        ``"float32"``, ``"bfloat16"`` or ``"float16"``; None takes bfloat16 where the hardware has it.
    progress
        Told of a download, if one is needed.

    Returns
    -------
    Network
        Ready for tiles.

    Raises
    ------
    WeightsError
        The model is not found, cannot be fetched, is damaged or of another kind.
    SettingsError
        The device or the precision is not available.
    """
    path = find(name_or_path, progress)
    # torch takes seconds to import: only those who run a network wait for it.
    from cpsam_core.checkpoints import load_model
    from cpsam_core.network.devices import choose_device, choose_precision
    from cpsam_core.network.network import Network

    model, card = load_model(path)
    chosen = choose_device(device)
    name = (card.name if card else "") or path.name
    diameter, channels = (card.diameter, card.channels) if card else (None, ())
    precise = choose_precision(chosen, precision)
    # The published models, which have no card, were judged in 3D by the paper.
    judged = card is None or card.judged_in_3d
    return Network(model, model.config, chosen, precise, name, diameter, channels, judged)


def load_start(
    name_or_path: str | os.PathLike[str],
    in_channels: int | None = None,
    out_channels: int | None = None,
    progress: Progress = silent,
) -> tuple[FlowVit, ModelCard | None]:
    """Find a model and make it the start of a training.

    Parameters
    ----------
    name_or_path
        See :func:`find`. A SAM checkpoint is welcome here: its read-out starts at random.
    in_channels, out_channels
        Channels and maps (class maps, flow y, flow x, cell) wanted; None keeps those of the model.
    progress
        Told of a download, if one is needed.

    Returns
    -------
    model
        On the CPU, float32, its parameters ready to be trained; the file itself is never written to.
    card
        What is known about it, if anything.

    Raises
    ------
    WeightsError
        As :func:`load_network`.
    SettingsError
        The numbers of channels or maps make no sense.
    """
    path = find(name_or_path, progress)
    from cpsam_core.checkpoints import load_model

    return load_model(path, in_channels, out_channels, allow_sam=True)


def _embedded() -> Path:
    path = embedded_file()
    if not path.is_file():
        raise WeightsError(
            f"The embedded model {path} is missing: this installation is incomplete, install again."
        )
    return path


def _is_file(path: Path) -> bool:
    """Tell whether there is a file; a name that the system cannot hold is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _looks_like_path(name: str) -> bool:
    """Tell a path from a Hugging Face id, which also has slashes."""
    if "/" not in name and "\\" not in name:
        return name.lower().endswith(WEIGHT_SUFFIXES)
    if not HUB_ID.fullmatch(name):
        return True
    # `models/cells.pth` has the form of an id, but ids of repositories do not end like files.
    short = name.count("/") == 1
    return short and (name.lower().endswith(WEIGHT_SUFFIXES) or Path(name).parent.is_dir())


def _unknown(name: str) -> str:
    known = (EMBEDDED, *PUBLISHED, *own_files())
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"There is no model named {name!r}.{hint} Known are: {', '.join(known)}."
