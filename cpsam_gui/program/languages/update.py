"""Bring a language up to date: ``python -m cpsam_gui.program.languages.update de``.

Collects the texts of the window from its sources and writes them to ``languages/XX.ts``, where Qt Linguist or any
editor takes the translations. Finished translations stay; texts that are gone go.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import cpsam_core
from cpsam_gui.program.i18n import CONTEXT, FOLDER, read_ts

PACKAGE = Path(__file__).parents[2]
SPEAKERS = (
    "operations",
    "tools",
    "dialogs/axes.py",
    "dialogs/model_tree.py",
    "panels/history.py",
    "session/run_results.py",
    "runs/accelerator.py",
    "runs/fates.py",
    "runs/folder_queue.py",
    "runs/left_out.py",
    "runs/movie_times.py",
    "session/images.py",
    "session/segmenting.py",
    "storage/folder.py",
    "storage/parts_done.py",
    "session/unattended.py",
    "tasks/exporting.py",
    "tasks/models.py",
    "tasks/rejected.py",
    "tasks/saving.py",
    "tasks/saving_found.py",
    "tasks/suggesting.py",
    "tasks/unattended.py",
    "panels/segment",
    "panels/train",
    "panels/objects",
    "window/tool_options.py",
    "window/tour.py",
    "actions/install.py",
    "state/image_facts.py",
)
"""Modules and folders whose words `translate_said` translates elsewhere: all of theirs are taken."""


ROWS = {"Action": (1,), "in_submenu": (0,), "Place": (0,), "Measure": (1, 2), "Phase": (1,), "progress": (2,)}
"""Rows of tables, and calls, whose words are translated where they are shown, and which arguments are texts."""

ENGINE = (
    "checkpoints/room.py",
    "data/device_images.py",
    "review/doubt.py",
    "segment/confidence.py",
    "finetune/anchor.py",
    "finetune/keeper.py",
    "finetune/learner.py",
    "finetune/reports.py",
    "finetune/settings.py",
    "finetune/trainer.py",
    "formats/kinds.py",
    "formats/registry.py",
    "images/files.py",
    "images/project_summary.py",
    "images/replaceable.py",
    "labels/parts.py",
    "measure/catalogue.py",
    "measure/expressions.py",
    "network/devices.py",
    "retrain/budget.py",
    "retrain/classes.py",
    "retrain/click.py",
    "retrain/elsewhere.py",
    "retrain/judge.py",
    "retrain/kept_aside.py",
    "retrain/outcome.py",
    "retrain/plan.py",
    "retrain/requests.py",
    "retrain/run.py",
    "retrain/verdict.py",
    "weights/claims.py",
    "system/sizes.py",
    "system/write_errors.py",
)
"""Modules of the engine of which the same is true."""

RAISERS = (
    "images/array_files.py",
    "images/image.py",
    "images/label_arrays.py",
    "images/label_files.py",
    "images/limits.py",
    "images/npy.py",
    "images/picture_bytes.py",
    "images/pictures.py",
    "images/project_archive.py",
    "images/project_files.py",
    "images/readers.py",
    "images/seg_npy.py",
    "images/sources.py",
    "images/tiff.py",
    "images/tiff_chain.py",
    "images/tiff_grid.py",
    "images/tiff_scenes.py",
    "images/vendor_readers.py",
    "images/zarr_folder.py",
    "images/zarr_images.py",
)
"""Modules of the engine of which only what they raise is read in the window: why a file cannot be read."""

KINDS = {"Reader": 0, "_register": 0, "decoding": 1}
"""Calls in those that name a kind of file, and the place of the name."""


def texts_of(source: str, *, speaks: bool = False) -> set[str]:
    """Return the texts of one module that are shown translated; all of its words where it `speaks`.

    They stand in calls of `translate`; where its argument is a name, the texts come from tables of the module, so
    all of its words are taken then.
    """
    tree = ast.parse(source)
    found, by_name = set(_templates(tree)) if speaks else set(), speaks
    rows = ROWS | _own_rows(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) == "translate" and node.args:
            literals = list(_literals(node.args[0]))
            found.update(literals)
            by_name |= not literals
        elif isinstance(node, ast.Call):
            places = rows.get(_name(node), ())
            found.update(
                text for at in places for one in node.args[at : at + 1] for text in _literals(one) if text
            )
    if by_name:
        documents = set(_documents(tree)) | _pieces(tree)
        found.update(
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documents
            and _is_text(node.value)
        )
    return found


def raised_texts(source: str) -> set[str]:
    """Return the texts of the errors that a module raises, and the kinds of files that it names in them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Raise) and node.exc is not None:
            pieces = _pieces(node.exc)
            found.update(_templates(node.exc))
            found.update(
                one.value
                for one in ast.walk(node.exc)
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in pieces
            )
        elif isinstance(node, ast.Call) and _name(node) in KINDS:
            for one in node.args[KINDS[_name(node)] :][:1]:
                found.update((*_literals(one), *_templates(one)))
    return set(filter(_is_text, found))


def _own_rows(tree: ast.Module) -> dict[str, tuple[int, ...]]:
    """Return the functions of a module that make a row of one of their parameters, and its place."""
    found = {}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        names = [parameter.arg for parameter in function.args.args]
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            handed = [
                getattr(call.args[at], "id", "") for at in ROWS.get(_name(call), ()) if at < len(call.args)
            ]
            places = tuple(names.index(name) for name in handed if name in names)
            if places:
                found[function.name] = places
    return found


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _literals(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an argument may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _templates(tree: ast.AST) -> Iterator[str]:
    """Yield the texts with values in them, which are ``{}``; two where a word depends on something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            for parts in product(*(_choices(part) for part in node.values)):
                text = "".join(parts)
                if _is_text(text):
                    yield text


def _choices(part: ast.expr) -> list[str]:
    inside = part.value if isinstance(part, ast.FormattedValue) else part
    return list(_literals(inside)) or ["{}"]


def _pieces(tree: ast.AST) -> set[int]:
    """Return the identities of the constants that are a part of a longer text."""
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    return {id(node) for text in texts for node in ast.walk(text) if isinstance(node, ast.Constant)}


def _documents(tree: ast.Module) -> Iterator[int]:
    """Yield the identities of the constants that only describe the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)
        elif isinstance(node, ast.Assign) and any(
            getattr(one, "id", "") == "__all__" for one in node.targets
        ):
            yield from map(id, ast.walk(node.value))


def _is_text(value: str) -> bool:
    """Whether a constant is made of words for people rather than a key or a name."""
    words = re.sub(r"<[^>]*>", "", value).strip()
    # Of style sheets, and of the log, which is for developers.
    other = re.search(r"[a-z-]+: [^;]*;\s*\}?$|%[sd]", words)
    return (
        any(map(str.isalpha, words)) and (" " in words or value[0].isupper()) and len(value) > 1 and not other
    )


def all_texts(package: Path = PACKAGE) -> list[str]:
    """Return the texts of the window in alphabetical order."""
    found: set[str] = set()
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package).as_posix()
        speaks = place.startswith(SPEAKERS) and path.name != "__init__.py"
        found |= texts_of(path.read_text(encoding="utf-8"), speaks=speaks)
    engine = Path(cpsam_core.__file__).parent
    for name in ENGINE:
        found |= texts_of((engine / name).read_text(encoding="utf-8"), speaks=True)
    for name in RAISERS:
        found |= raised_texts((engine / name).read_text(encoding="utf-8"))
    return sorted(text for text in found if text.strip())


def write_ts(path: Path, code: str, texts: Sequence[str]) -> tuple[int, int]:
    """Write a file of Qt Linguist; return how many texts it has and how many of them are translated."""
    known = read_ts(path) if path.is_file() else {}
    root = ElementTree.Element("TS", version="2.1", language=code, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    for text in texts:
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "source").text = text
        translation = ElementTree.SubElement(message, "translation")
        if text in known:
            translation.text = known[text]
        else:
            translation.set("type", "unfinished")
    ElementTree.indent(root)
    path.write_bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")
    return len(texts), sum(text in known for text in texts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    codes = list(sys.argv[1:] if arguments is None else arguments)
    if not codes or not all(re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", code) for code in codes):
        sys.stderr.write("usage: python -m cpsam_gui.program.languages.update XX (two letters, such as de)\n")
        return 2
    texts = all_texts()
    for code in codes:
        total, done = write_ts(FOLDER / f"{code}.ts", code, texts)
        sys.stdout.write(f"{code}: {total} texts, {done} translated\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
