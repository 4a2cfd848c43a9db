"""`cpsam info`: what the program found on this computer."""

from __future__ import annotations

import argparse
import json
from typing import Any

from cpsam_core.cli.common import OK, add_device_options, say
from cpsam_core.cli.table import align
from cpsam_core.system.sizes import size_in_words

SUMMARY = "show what was found: device, precision, versions, memory, models"


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description = (
        "Show what the program found on this computer: versions, processor, memory, graphics, the device "
        "and precision that it would use, and the models. Include this when you report a problem."
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")
    add_device_options(parser)


def run(args: argparse.Namespace) -> int:
    """Say what was found; return the exit code."""
    facts = _gather(args.device, args.precision)
    say(json.dumps(facts, indent=2, ensure_ascii=False) if args.json else _as_text(facts))
    return OK


def _gather(device: str | None, precision: str | None) -> dict[str, Any]:
    from cpsam_core.doctor import gather

    return {**gather(device, precision), **_models()}


def _models() -> dict[str, Any]:
    from cpsam_core.cli.models import model_rows
    from cpsam_core.weights import list_models, own_folder, published_folders

    return {
        "own_models_folder": str(own_folder()),
        "published_models_folders": [str(folder) for folder in published_folders()],
        "models": [
            dict(zip(("name", "kind", "size", "file"), row, strict=True)) for row in model_rows(list_models())
        ],
    }


def _as_text(facts: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {version or 'missing'}" for name, version in facts["packages"].items())
    cards = [_card_text(card) for card in facts["graphics"]]
    rows = [
        ("cpsam", facts["cpsam"]),
        ("Python", facts["python"]),
        ("system", facts["system"]),
        ("packages", packages),
        ("processor", facts["processor"]),
        ("cores", f"{facts['cores']}, usable {facts['usable_cores']}; torch uses {facts['threads']} threads"),
        ("memory", f"{_gigabytes(facts['memory'])}, {_gigabytes(facts['free_memory'])} free"),
        ("bfloat16", "yes" if facts["bfloat16_on_cpu"] else "no (on the processor)"),
        ("graphics", "; ".join(cards) or ("Apple (MPS)" if facts["mps"] else "none found")),
        ("device", f"{facts['device']}, in {facts['precision']}"),
        *([("advice", facts["advice"])] if facts["advice"] else []),
        ("own models", facts["own_models_folder"]),
        ("published", ", ".join(facts["published_models_folders"])),
    ]
    models = [
        ("  " + model["name"], model["kind"], model["size"], model["file"]) for model in facts["models"]
    ]
    return "\n".join([align(rows), "models", align(models, right=(2,))])


def _card_text(card: dict[str, Any]) -> str:
    sizes = f"{_gigabytes(card['memory'])}, {_gigabytes(card['free_memory'])} free"
    return f"{card['device']} {card['name']} ({sizes}, bfloat16 {'yes' if card['bfloat16'] else 'no'})"


def _gigabytes(size: int | None) -> str:
    return "unknown" if size is None else size_in_words(size)
