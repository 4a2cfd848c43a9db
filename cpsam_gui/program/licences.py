"""Whose work the program stands on: licences of its code, its models and its libraries. No Qt."""

from __future__ import annotations

import importlib.metadata
import re
from dataclasses import dataclass

CODE = ("cpsam-gui", "BSD-3-Clause", "https://opensource.org/license/bsd-3-clause")
METHOD = (
    "Pachitariu, Rariden, Stringer: Cellpose-SAM: superhuman generalization for cellular segmentation (2025)"
)
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Licence:
    """A library or a model, its version or kind, and its licence."""

    name: str
    version: str
    licence: str


def libraries() -> tuple[Licence, ...]:
    """Return the libraries that this installation depends on, and theirs, with the licences that they state."""
    found: dict[str, Licence] = {}
    waiting = ["cpsam-gui"]
    while waiting:
        name = waiting.pop()
        try:
            about = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            # An extra that is not installed.
            continue
        key = _plain(about["Name"] or name)
        if key in found:
            continue
        found[key] = Licence(about["Name"] or name, about["Version"] or "", _stated(about))
        waiting += [
            _required(one) for one in importlib.metadata.requires(name) or () if "extra ==" not in one
        ]
    found.pop("cpsam-gui", None)
    return tuple(found[key] for key in sorted(found))


def models() -> tuple[Licence, ...]:
    """Return the models of this computer with the licences that their cards state."""
    from cpsam_core.weights import list_models

    rows = []
    for one in list_models():
        rows.append(Licence(one.name, one.kind, one.card.licence if one.card is not None else ""))
    return tuple(rows)


def _stated(about: importlib.metadata.PackageMetadata) -> str:
    """Return the licence in a few words: the expression, else a classifier, else the first line of the text."""
    expression = _field(about, "License-Expression")
    if expression:
        return str(expression)
    classes = [
        one.split(" :: ")[-1] for one in about.get_all("Classifier") or () if one.startswith("License ::")
    ]
    if classes and classes != ["OSI Approved"]:
        return ", ".join(classes)
    lines = _field(about, "License").strip().splitlines()
    return lines[0][:LONGEST] if lines else ""


def _field(about: importlib.metadata.PackageMetadata, name: str) -> str:
    """Return a field, empty where the library does not state it."""
    return str((about.get_all(name) or [""])[0])


def _required(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    return match[0] if match else requirement


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
