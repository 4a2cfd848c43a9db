"""What the engine says is read in the window, in Python and on the command line."""

from __future__ import annotations

import ast
import pickle
import re
from pathlib import Path
from typing import TYPE_CHECKING

import cpsam_core
from cpsam_core.cli.common import describe
from cpsam_core.errors import CpsamError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTION = re.compile(r"(^|[ (])--[a-z]")
OF_ITS_OWN = ("cli", "doctor.py", "system/machine.py", "system/torch_flavour.py", "finetune/ranks.py")
"""Where words belong to the command line, or name options of other programs."""


def sentences(node: ast.AST) -> Iterator[str]:
    """Yield the words of a node, but docstrings and those for the command line."""
    if isinstance(node, ast.keyword) and node.arg in ("options", "extra"):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from sentences(child)


def test_what_the_engine_says_names_no_option_of_the_command_line() -> None:
    """A warning about binary masks had named one in the window."""
    folder = Path(cpsam_core.__file__).parent
    wrong = [
        f"{path.relative_to(folder)}: {words}"
        for path in folder.rglob("*.py")
        if not path.relative_to(folder).as_posix().startswith(OF_ITS_OWN)
        for words in sentences(ast.parse(path.read_text(encoding="utf-8")))
        if OPTION.search(words)
    ]
    assert wrong == []


def test_the_command_line_adds_its_options() -> None:
    error = SettingsError("Blocks need more memory: allow more.", options="--max-memory")
    assert describe(error) == "Blocks need more memory: allow more. Options: --max-memory"
    assert describe(CpsamError("no images")) == "no images"
    # As many errors do, it ends without a full stop.
    assert describe(CpsamError("begin anew", options="--restart")) == "begin anew. Options: --restart"
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.options) == (str(error), error.options)
