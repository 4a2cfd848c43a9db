"""Files of weights to tensors by name, memory-mapped, without ever running code from the file."""

from __future__ import annotations

import json
import os
import pickle
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import safetensors
import torch
from torch import Tensor

from cpsam_core.errors import DAMAGE, WeightsError
from cpsam_core.network.network import is_out_of_memory
from cpsam_core.system.paths import ordinary

Kind = Literal["cpsam", "own", "sam"]

WRAPPERS = ("state_dict", "model_state_dict", "model", "net")
# Bytes that tell the formats apart.
HEAD_BYTES = 512
# How torch's restricted unpickler says that a file wants a class or function, in old and new protocols.
OBJECTS = re.compile(r"GLOBAL|Unsupported class|Unsupported operand 14[79]\b")
FAILURES: tuple[type[Exception], ...] = (safetensors.SafetensorError, OSError, MemoryError, *DAMAGE)


def read_state(path: str | os.PathLike[str]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read the tensors of a weight file.

    Parameters
    ----------
    path
        A torch or a safetensors file; its content decides, not its suffix.

    Returns
    -------
    state
        Tensors on the CPU by name, in the file's dtypes, mapped from the file where the format allows it (so
        that reading 1.2 GB takes no time and no memory until it is used). A ``module.`` prefix is removed,
        and a state wrapped in a dictionary is unwrapped.
    metadata
        Text by name from a safetensors file; empty for torch files.

    Raises
    ------
    WeightsError
        The file is missing, empty, truncated, not a weight file, or would run code when loaded.
    """
    path = Path(path)
    head = _head(path)
    if _is_safetensors(head):
        return _read_safetensors(path)
    _refuse_foreign(path, head)
    return _tensors(_read_torch(path, mapped=head.startswith(b"PK")), path), {}


def kind_of(state: Mapping[str, Tensor], metadata: Mapping[str, str], path: str | os.PathLike[str]) -> Kind:
    """Tell what a state holds: ``cpsam`` (published layout), ``own`` (carries its config) or ``sam``.

    Raises
    ------
    WeightsError
        It is none of them; the message says what it is where that is known.
    """
    name = Path(path).name
    if "config" in metadata:
        return "own"
    if "W2" in state and "encoder.patch_embed.proj.weight" in state:
        return "cpsam"
    if "image_encoder.patch_embed.proj.weight" in state:
        return "sam"
    if "diam_mean" in state or any(key.startswith(("downsample.", "upsample.")) for key in state):
        raise WeightsError(
            f"{name} is a model of Cellpose 1, 2 or 3, which Cellpose-SAM cannot use. "
            "Use a Cellpose-SAM model (for example cpsam_v2 or cpsam-lite), or retrain from one."
        )
    if any(key.startswith("encoder.") for key in state):
        # A network of this program whose card holds the architecture; whether it does is seen later.
        return "own"
    raise WeightsError(f"{name} holds {len(state)} arrays, but not those of a Cellpose-SAM network.")


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise WeightsError(f"{path} is a folder, not a weight file.")
        with ordinary(path).open("rb") as file:
            return file.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise WeightsError(f"The weight file {path} does not exist.") from error
    except OSError as error:
        raise WeightsError(f"The weight file {path} cannot be read: {error.strerror or error}.") from error


def _is_safetensors(head: bytes) -> bool:
    """Tell a safetensors file: 8 bytes of header length, then the header's JSON."""
    return len(head) > 8 and head[8:9] == b"{" and head[6:8] == b"\0\0"


def _refuse_foreign(path: Path, head: bytes) -> None:
    """Name the files that end up in place of weights, instead of calling them damaged."""
    text = head.lstrip().lower()
    if not head:
        raise WeightsError(f"The weight file {path} is empty: fetch or copy it again.")
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise WeightsError(f"{path} is a web page, not weights: its download went wrong; fetch it again.")
    if text.startswith(b"version https://git-lfs"):
        raise WeightsError(f"{path} is a Git LFS pointer, not the weights themselves: run `git lfs pull`.")
    if not head.startswith((b"PK", b"\x80")):
        raise WeightsError(f"{path} is not a weight file (neither torch nor safetensors).")


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safetensors.safe_open(str(path), framework="pt", device="cpu") as file:
            metadata = dict(file.metadata() or {})
            loaded = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a mapping
    except FAILURES as error:
        raise _unreadable(path, error) from error
    return _tensors(loaded, path), metadata


def _read_torch(path: Path, mapped: bool) -> Any:
    """Load with torch's restricted unpickler, which knows tensors and containers and nothing else."""
    try:
        with warnings.catch_warnings():
            # It warns of pickles of unusual make before it refuses or reads them; the outcome says enough.
            warnings.simplefilter("ignore", UserWarning)
            return torch.load(path, map_location="cpu", mmap=mapped, weights_only=True)
    except pickle.UnpicklingError as error:
        if OBJECTS.search(str(error)):
            raise WeightsError(
                f"{path} holds Python objects that could run code when loaded; it was not loaded. "
                "Weights must be plain tensors: use a file from a source you trust."
            ) from error
        raise WeightsError(f"{path} is damaged or not a file of plain weights; it was not loaded.") from error
    except FAILURES as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> WeightsError:
    """Return the error for weights that could not be loaded: damage, unless memory ran out."""
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and is_out_of_memory(error)):
        return WeightsError(f"This machine has not enough memory to load {path}; close other programs.")
    return WeightsError(f"{path} is damaged or incomplete: fetch or copy it again ({_line(error)}).")


def _tensors(loaded: Any, path: Path) -> dict[str, Tensor]:
    """Unwrap the state and keep its tensors, under names without ``module.``."""
    for wrapper in WRAPPERS:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(wrapper), Mapping):
            loaded = loaded[wrapper]
            break
    if not isinstance(loaded, Mapping):
        raise WeightsError(f"{path} holds {type(loaded).__name__}, not the weights of a network by name.")
    state = {
        str(key).removeprefix("module."): value for key, value in loaded.items() if isinstance(value, Tensor)
    }
    if not state:
        raise WeightsError(f"{path} holds no weights.")
    return state


def config_of(metadata: Mapping[str, str], path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Return the architecture written into a safetensors file, or None where there is none."""
    if "config" not in metadata:
        return None
    try:
        config = json.loads(metadata["config"])
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"The architecture written into {path} is not valid JSON.") from error
    if not isinstance(config, dict):
        raise WeightsError(f"The architecture written into {path} is not a JSON object.")
    return config


def _line(error: BaseException) -> str:
    """Return the first line of an error's message, short enough for one line on a screen."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:160]
