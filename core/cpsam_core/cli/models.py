"""`cpsam models`: list and verify the models of this computer, and add, remove or rename one's own."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpsam_core.cli.common import FAILED, OK, HelpFormatter, add_verbose_option, fetch_progress, say
from cpsam_core.cli.table import align
from cpsam_core.errors import SettingsError
from cpsam_core.system.sizes import size_in_words

if TYPE_CHECKING:
    from cpsam_core.weights import ModelInfo

SUMMARY = "list, verify, add, remove and rename models"


def add_parser(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description = (
        "List and verify the models on this computer, and add, remove or rename your own. The embedded "
        "model and the published ones are always listed; published ones are downloaded when they are "
        "first used."
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION", title="actions")

    def action(name: str, text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(
            name, help=text, description=f"{text[0].upper()}{text[1:]}.", formatter_class=HelpFormatter
        )
        add_verbose_option(made)
        return made

    listing = action("list", "list the models and where they are")
    listing.add_argument("--json", action="store_true", help="write JSON instead of a table")
    listing.set_defaults(act=_list)
    adding = action(
        "add", "copy a weight file into the folder of your own models, after checking that it can be used"
    )
    adding.add_argument("file", type=Path, metavar="FILE", help="weights of this program or of Cellpose-SAM")
    adding.add_argument("--name", help="what to call it (default: the name of the file)")
    adding.set_defaults(act=_add)
    removing = action("remove", "delete one of your own models and its card")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(act=_remove)
    renaming = action("rename", "give one of your own models another name")
    renaming.add_argument("name", metavar="NAME")
    renaming.add_argument("new_name", metavar="NEW_NAME")
    renaming.set_defaults(act=_rename)
    verifying = action(
        "verify",
        "check published and downloaded models against their checksums; the exit code is 1 if one differs",
    )
    verifying.add_argument(
        "names", nargs="*", metavar="NAME", help="published models or ids of Hugging Face (default: all here)"
    )
    verifying.add_argument(
        "--hub",
        action="store_true",
        help="compare the checksums that the program knows with those that Hugging Face states; fetches no weights",
    )
    verifying.set_defaults(act=_verify)


def run(args: argparse.Namespace) -> int:
    """List or change the models; return the exit code."""
    code = args.act(args)
    return OK if code is None else int(code)


def model_rows(models: tuple[ModelInfo, ...]) -> list[tuple[str, str, str, str]]:
    """Return name, kind, size and place of each model in words."""
    return [
        (model.name, _kind(model), _size(model.size), str(model.path) if model.present else _absent(model))
        for model in models
    ]


def _list(args: argparse.Namespace) -> None:
    from cpsam_core.weights import list_models

    models = list_models()
    if args.json:
        say(json.dumps([_facts(model) for model in models], indent=2, ensure_ascii=False))
        return
    say(align([("MODEL", "KIND", "SIZE", "FILE"), *model_rows(models)], right=(2,)))


def _add(args: argparse.Namespace) -> None:
    from cpsam_core.weights import add_model

    model = add_model(args.file, args.name)
    say(f"added {model.name}: {model.path}")


def _remove(args: argparse.Namespace) -> None:
    from cpsam_core.weights import remove_model

    remove_model(args.name)
    say(f"removed {args.name}")


def _rename(args: argparse.Namespace) -> None:
    from cpsam_core.weights import rename_model

    model = rename_model(args.name, args.new_name)
    say(f"renamed {args.name} to {model.name}")


def _verify(args: argparse.Namespace) -> int:
    from cpsam_core.weights.verify import Verdict, verify_files, verify_pins

    if args.hub and args.names:
        raise SettingsError("--hub compares all published models: give no names with it.")
    with fetch_progress() as progress:
        findings = verify_pins() if args.hub else verify_files(args.names, progress)
    words = {
        Verdict.SAME: "same",
        Verdict.DIFFERS: "DIFFERS",
        Verdict.UNKNOWN: "no checksum was kept",
    }
    rows = [(one.name, words[one.verdict], one.found, one.place) for one in findings]
    say(align([("MODEL", "VERDICT", "SHA-256", "WHERE"), *rows]))
    for one in findings:
        if one.verdict is Verdict.DIFFERS:
            say(f"{one.name} should have {one.expected}")
    return FAILED if any(one.verdict is Verdict.DIFFERS for one in findings) else OK


def _facts(model: ModelInfo) -> dict[str, Any]:
    card = model.card
    return {
        "name": model.name,
        "kind": model.kind,
        "present": model.present,
        "bytes": model.size,
        "path": str(model.path),
        "licence": card.licence if card else "",
        "parent": card.parent if card else None,
        "created": card.created if card else "",
        "compared": not model.is_unjudged,
    }


def _kind(model: ModelInfo) -> str:
    return f"{model.kind}, not compared" if model.is_unjudged else model.kind


def _absent(model: ModelInfo) -> str:
    if model.kind == "published":
        return f"not here yet; fetched when first used, to {model.path}"
    return "not here"


def _size(size: int | None) -> str:
    return "" if size is None else size_in_words(size)
