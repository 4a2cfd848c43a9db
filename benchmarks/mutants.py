"""Do the tests notice a fault? Small faults are put into a module, one at a time, and its tests are run with each.

Usage: python benchmarks/mutants.py --out mutants.csv [--each 25] [--only diameter judge] [--seconds 600] [--again]

A fault is one change of the code: a comparison, an operator, a number, a condition, a keyword left out, or a call left
out. Text, annotations and messages are left alone. The seed draws the sample of each part. What is in the file already
is not measured again, but for what lived, with `--again`: so new tests are seen to kill it.
"""

from __future__ import annotations

import argparse
import ast
import copy
import csv
import importlib
import itertools
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
LIVED, KILLED = "lived", "killed"
CORE, TESTS = "core/cpsam_core", "tests/core"
OPERATIONS = "tests/gui/operations"
JUDGING = (
    "retrain/test_retrain.py::test_objects_gained_and_lost",
    "retrain/test_retrain.py::test_the_three_words",
    "retrain/test_retrain.py::test_each_segmented_image_is_a_step_of_the_judging",
    "retrain/test_retrain.py::test_the_precision_told_is_that_of_the_verdict",
    "retrain/test_retrain.py::test_more_better_than_worse_is_not_enough",
    "retrain/test_retrain.py::test_a_badly_outlined_cell_is_one_fault",
    "retrain/test_retrain.py::test_false_objects_on_the_ground_are_units_of_their_own",
    "retrain/test_retrain.py::test_precision_is_that_at_half_overlap",
    "retrain/test_retrain.py::test_only_the_part_kept_aside_counts",
    "retrain/test_verdict.py::test_the_interval_and_what_would_settle_it",
    "retrain/test_verdict.py::test_an_image_of_few_cells_does_not_outweigh_the_others",
    "retrain/test_verdict.py::test_whole_images_speak_where_there_are_many",
    "retrain/test_verdict.py::test_the_interval_over_images_is_as_wide_as_so_few_ask_for",
    "retrain/test_verdict.py::test_an_image_in_which_a_model_finds_nothing_wrong_counts_as_right",
    "retrain/test_verdict.py::test_so_many_more_cells_settle_the_question",
    "retrain/test_verdict.py::test_nothing_more_is_asked_for_where_a_difference_would_have_been_seen",
    "retrain/test_verdict.py::test_false_objects_count_and_few_objects_say_nothing",
    "retrain/test_verdict.py::test_a_true_gain_of_a_tenth_is_seen_with_a_hundred_cells",
    "retrain/test_verdict.py::test_over_all_of_them_at_most_one_in_twenty",
)
"""The tests of the verdict that train nothing."""


@dataclass(frozen=True)
class Part:
    """Files that are mutated, and the tests that are to notice, the quick ones first."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


PARTS = {
    "augment": Part(
        tuple(f"{CORE}/data/{name}.py" for name in ("augment", "intensities", "crops")),
        (f"{TESTS}/data/test_augment.py", f"{TESTS}/data/test_stain.py"),
    ),
    "degrade": Part(
        (f"{CORE}/data/degrade.py",), (f"{TESTS}/data/test_degrade.py", f"{TESTS}/data/test_augment.py")
    ),
    "dataset": Part(
        (f"{CORE}/data/dataset.py",),
        (f"{TESTS}/data/test_dataset.py",),
    ),
    "diameter": Part((f"{CORE}/segment/diameter.py",), (f"{TESTS}/segment/test_diameter.py",)),
    "judge": Part(
        (f"{CORE}/retrain/judge.py", f"{CORE}/retrain/verdict.py"),
        tuple(f"{TESTS}/{one}" for one in JUDGING),
    ),
    "kept by a run": Part(
        tuple(f"cpsam_gui/operations/{name}.py" for name in ("compose", "carry_over", "replacing")),
        tuple(f"{OPERATIONS}/test_{name}.py" for name in ("compose_ids", "replacing", "operations")),
    ),
    "review": Part(
        ("cpsam_gui/state/review_rule.py", "cpsam_gui/operations/reviewing.py", f"{CORE}/review/doubt.py"),
        (
            "tests/gui/state/test_review_rule.py",
            f"{OPERATIONS}/test_review_marks.py",
            f"{TESTS}/review/test_doubt.py",
        ),
    ),
}

OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
"""What takes the place of a comparison or an operator."""


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is, and what became of it. `number` counts the faults of its file."""

    part: str
    file: str
    number: int
    line: int
    change: str
    result: str = ""


def main() -> None:
    """Measure what is asked for, and say how many faults were noticed."""
    args = options()
    os.chdir(ROOT)
    until: float = time.monotonic() + args.seconds
    rows = read_rows(args.out)
    for name in args.only:
        done = {(row.part, row.file, row.number) for row in rows if not (args.again and row.result == LIVED)}
        todo = [
            one for one in sample(name, args.each, args.seed) if (one.part, one.file, one.number) not in done
        ]

        def tell(one: Mutant) -> bool:
            print(f"{one.result}: {one.file}:{one.line} {one.change}", flush=True)
            rows[:] = [row for row in rows if (row.file, row.number) != (one.file, one.number)]
            rows.append(one)
            write_rows(args.out, rows)
            return time.monotonic() < until

        if todo and time.monotonic() < until:
            pytest.main(["-q", "-n0", "-p", "no:cacheprovider", *PARTS[name].tests], [Faults(todo, tell)])
    for name in args.only:
        own = [row for row in rows if row.part == name]
        killed = sum(row.result != LIVED for row in own)
        print(f"{name}: {killed} of {len(own)} killed ({killed / max(len(own), 1):.0%})")


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="CSV of the faults and what became of them")
    parser.add_argument("--only", nargs="+", choices=[*PARTS], default=[*PARTS])
    parser.add_argument("--each", type=int, default=25, help="faults of each part")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin none later than that")
    parser.add_argument("--again", action="store_true", help="try again what lived")
    args = parser.parse_args()
    args.out = args.out.resolve()
    return args


def sample(name: str, count: int, seed: int) -> list[Mutant]:
    """Draw faults of a part."""
    every = [one for file in PARTS[name].files for one in mutants_of(name, file)]
    random.Random(f"{seed} {name}").shuffle(every)
    drawn = sorted(every[:count], key=lambda one: (one.file, one.number))
    # A type, which nothing runs.
    return [one for one in drawn if "| None  ->" not in one.change]


def mutants_of(part: str, file: str) -> list[Mutant]:
    """Return all faults of a file."""
    found = []
    for number, (node, changed) in enumerate(changes(ast.parse((ROOT / file).read_text()))):
        before, after = (ast.unparse(one) if one is not None else "" for one in (node, changed))
        found.append(
            Mutant(part, file, number, getattr(node, "lineno", 0), f"{before}  ->  {after or 'gone'}")
        )
    return found


def changes(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """Yield each node that can be changed, in a fixed order, and what may take its place; None where it is left out."""
    for node in ast.iter_child_nodes(tree):
        if is_text(node):
            continue
        yield from ((node, other) for other in changed(node))
        yield from changes(node)


def is_text(node: ast.AST) -> bool:
    """Whether a part of the code only says something, to people or to a type checker."""
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "TypeVar")):
        return True
    return bool(isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")


def changed(node: ast.AST) -> Iterator[ast.AST | None]:
    """Yield what may take the place of a node."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER:
        yield with_field(node, "ops", [OTHER[type(node.ops[0])](), *node.ops[1:]])
    elif isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in OTHER:
        yield with_field(node, "op", OTHER[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.copy_location(ast.Constant(not node.value), node)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield ast.copy_location(ast.Constant(node.value + 1), node)
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield with_field(node, "test", ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.Call):
        for key in node.keywords:
            yield with_field(node, "keywords", [other for other in node.keywords if other is not key])
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not is_text(node.value):
        yield None


def with_field(node: ast.AST, name: str, value: object) -> ast.AST:
    """Return a copy of a node with another value of a field."""
    other = copy.copy(node)
    setattr(other, name, value)
    return other


class Change(ast.NodeTransformer):
    """Puts something in the place of one node."""

    def __init__(self, node: ast.AST, other: ast.AST | None) -> None:
        self._node, self._other = node, other or ast.Pass()

    def visit(self, node: ast.AST) -> ast.AST:
        """Return what stands in the place of a node."""
        if node is self._node:
            return ast.copy_location(self._other, node)
        return self.generic_visit(node)


def compiled(file: str, number: int) -> CodeType:
    """Return the code of a file with one of its faults."""
    tree = ast.parse((ROOT / file).read_text())
    node, other = next(itertools.islice(changes(tree), number, None))
    Change(node, other).visit(tree)
    code: CodeType = compile(ast.fix_missing_locations(tree), str(ROOT / file), "exec")
    return code


def put_in(file: str, code: CodeType) -> None:
    """Give a module that is loaded, and whatever took something from it, the code with a fault."""
    name = file.removeprefix("core/").removesuffix(".py").replace("/", ".")
    module = importlib.import_module(name)
    fresh = ModuleType(name)
    vars(fresh).update({key: value for key, value in vars(module).items() if key.startswith("__")})
    # Where classes look for it while they are made.
    sys.modules[name] = fresh
    exec(code, vars(fresh))
    sys.modules[name] = module
    ours = [one for key, one in sys.modules.items() if key.startswith(("cpsam_", "tests.", "test_"))]
    for key, value in vars(fresh).items():
        before = vars(module).get(key)
        if isinstance(before, FunctionType | type) and getattr(before, "__module__", "") == name:
            take_over(before, value)
        elif not key.startswith("__"):
            for other in ours:
                if vars(other).get(key) is before:
                    setattr(other, key, value)


def take_over(before: Any, now: Any) -> None:
    """Give a function, or all those of a class, the code of another; who holds the first one runs the second."""
    if isinstance(before, type):
        for key, value in vars(now).items():
            if isinstance(value, FunctionType | classmethod | staticmethod | property | cached_property):
                take_over(vars(before).get(key), value)
        return
    for inside in ("__func__", "fget", "func"):
        if not isinstance(before, FunctionType) and hasattr(before, inside):
            before, now = getattr(before, inside), getattr(now, inside)
    if isinstance(before, FunctionType) and isinstance(now, FunctionType):
        before.__code__, before.__defaults__ = now.__code__, now.__defaults__
        before.__kwdefaults__ = now.__kwdefaults__


class Faults:
    """A plugin of pytest that runs the collected tests with each fault, each time in a process of its own."""

    def __init__(self, todo: Sequence[Mutant], tell: Callable[[Mutant], bool]) -> None:
        self._todo, self._tell = todo, tell

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests as they are, which have to pass, and then with each fault."""
        begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        if self._failed(session, None, 600.0):
            raise pytest.UsageError("the tests fail without any fault")
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begun
        for one in self._todo:
            # What takes five times as long as without it never ends.
            failed = self._failed(session, one, 5 * used + 10)
            if not self._tell(replace(one, result=KILLED if failed else LIVED)):
                break
        return True

    @staticmethod
    def _failed(session: pytest.Session, one: Mutant | None, seconds: float) -> bool:
        child = os.fork()
        if child:
            return os.waitpid(child, 0)[1] != 0
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
        code = 1
        try:
            if one is not None:
                put_in(one.file, compiled(one.file, one.number))
            for number, item in enumerate(session.items):
                following = session.items[number + 1] if number + 1 < len(session.items) else None
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    break
            else:
                code = 0
        finally:
            # Nothing of the parent is to be tidied up here.
            os._exit(code)


def read_rows(path: Path) -> list[Mutant]:
    """Return what was measured before."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Mutant(row["part"], row["file"], int(row["number"]), int(row["line"]), row["change"], row["result"])
        for row in rows
    ]


def write_rows(path: Path, rows: list[Mutant]) -> None:
    """Write what was measured."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([one.name for one in fields(Mutant)])
        writer.writerows(
            astuple(one) for one in sorted(rows, key=lambda one: (one.part, one.file, one.number))
        )


if __name__ == "__main__":
    main()
