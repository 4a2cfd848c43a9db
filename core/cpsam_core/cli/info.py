"""`cpsam info`: what the program found on this computer."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from typing import TYPE_CHECKING, Any

from .common import OK, add_device_options, say
from .table import align

if TYPE_CHECKING:
    import torch

SUMMARY = "say what was found: device, precision, versions, memory, models"


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description = (
        "Say what the program found on this computer: versions, processor, memory, graphics, the device and precision "
        "that it would use, and the models. Add this to a report of a problem."
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")
    add_device_options(parser)


def run(args: argparse.Namespace) -> int:
    """Say what was found; return the exit code."""
    facts = _gather(args.device, args.precision)
    say(json.dumps(facts, indent=2, ensure_ascii=False) if args.json else _as_text(facts))
    return OK


def _gather(device: str | None, precision: str | None) -> dict[str, Any]:
    import torch

    from cpsam_core import __version__
    from cpsam_core.devices import choose_device, choose_precision, cpu_has_bfloat16
    from cpsam_core.machine import cores, cuda_advice, memory, package_versions, processor, system_name

    chosen = choose_device(device)
    number, allowed = cores()
    main_memory = memory()
    return {
        "cpsam": __version__,
        "python": f"{platform.python_version()} ({sys.executable})",
        "system": system_name(),
        "packages": package_versions(),
        "processor": processor(),
        "cores": number,
        "usable_cores": allowed,
        "threads": torch.get_num_threads(),
        "memory": main_memory.total,
        "free_memory": main_memory.free,
        "bfloat16_on_cpu": cpu_has_bfloat16(),
        "graphics": [_card(torch.device("cuda", index)) for index in range(torch.cuda.device_count())],
        "mps": torch.backends.mps.is_available(),
        "device": str(chosen),
        "precision": str(choose_precision(chosen, precision)).removeprefix("torch."),
        "advice": cuda_advice(torch),
        **_models(),
    }


def _card(device: torch.device) -> dict[str, Any]:
    import torch

    properties = torch.cuda.get_device_properties(device)
    free, total = torch.cuda.mem_get_info(device)
    return {
        "device": str(device),
        "name": properties.name,
        "memory": total,
        "free_memory": free,
        "bfloat16": properties.major >= 8,
    }


def _models() -> dict[str, Any]:
    from cpsam_core.weights import list_models, own_folder, published_folders

    from .models import model_rows

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
    return "unknown" if size is None else f"{size / 1e9:.1f} GB"
