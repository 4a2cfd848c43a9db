"""Choose objects by an expression over the columns of a table: ``area > 200 and solidity < 0.9 or class == 2``.

The text is parsed as a Python expression and only what is listed here is carried out, by functions of this module;
nothing is ever evaluated by Python itself.
"""

from __future__ import annotations

import ast
import difflib
import io
import keyword
import operator
import tokenize
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import SettingsError

__all__ = ["EXAMPLE", "FUNCTIONS", "Expression", "choose", "parse"]

EXAMPLE = "area > 200 and solidity < 0.9"
# Signs.
LONGEST = 2000
# Before names that are words of Python, such as class.
MARK = "_column_"

Column = NDArray[Any]
Columns = Mapping[str, Column]

_ARITHMETIC: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_NOT_KNOWN: dict[type, str] = {
    ast.Attribute: "a dot",
    ast.Subscript: "square brackets after a name",
    ast.Lambda: "a function",
    ast.IfExp: "if",
    ast.BitAnd: "&: write and",
    ast.BitOr: "|: write or",
    ast.Invert: "~: write not",
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "log": np.log,
    "log10": np.log10,
    "unknown": np.isnan,
}
"""What may be called, with one column or number; `unknown` is true where a value is not known."""


@dataclass(frozen=True)
class Expression:
    """A checked expression.

    Attributes
    ----------
    text : str
        As it was written.
    names : tuple of str
        Columns that it needs, in the order of their first use.
    """

    text: str
    names: tuple[str, ...]
    _tree: ast.expr

    def evaluate(self, columns: Columns) -> NDArray[np.bool_]:
        """Return which objects the expression chooses.

        Parameters
        ----------
        columns : mapping of str to (n,) array

        Returns
        -------
        (n,) bool
            A comparison with an unknown value is false.

        Raises
        ------
        SettingsError
            A column is missing, numbers are compared with text, or the expression gives numbers instead of yes or no.
        """
        missing = [name for name in self.names if name not in columns]
        if missing:
            raise SettingsError(_unknown(missing[0], columns))
        count = len(next(iter(columns.values()))) if columns else 0
        with np.errstate(all="ignore"):
            chosen = np.asarray(_Evaluator(columns).value(self._tree))
        if chosen.dtype != np.bool_:
            raise SettingsError(
                f"{self.text!r} gives values, not yes or no: compare with something, as in {EXAMPLE}."
            )
        return np.broadcast_to(chosen, (count,)).copy()


def choose(text: str, columns: Columns) -> NDArray[np.bool_]:
    """Return which objects an expression chooses; see `parse` and `Expression.evaluate`."""
    return parse(text).evaluate(columns)


def parse(text: str) -> Expression:
    """Check an expression.

    Names of columns, numbers, text in quotes, ``+ - * / % **``, ``< <= > >= == !=``, ``in (1, 2)``, ``and or not``,
    brackets, and the functions of `FUNCTIONS` are understood.

    Raises
    ------
    SettingsError
        The expression is not understood; the message says where.
    """
    if not text.strip():
        raise SettingsError(f"The expression is empty; an example is {EXAMPLE}.")
    if len(text) > LONGEST:
        raise SettingsError(f"The expression is longer than {LONGEST} signs.")
    try:
        tree = ast.parse(_readable(text), mode="eval").body
        if isinstance(tree, ast.Tuple) and not text.strip().startswith("("):
            raise SettingsError(f"{text!r} has a comma: decimals are written with a point, as in 2000.5.")
        names = _checked(tree, text)
    except (SyntaxError, tokenize.TokenError, ValueError, RecursionError, MemoryError) as error:
        place = f" near sign {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        raise SettingsError(f"{text!r} is not understood{place}; an example is {EXAMPLE}.") from error
    return Expression(text, names, tree)


def _readable(text: str) -> str:
    """Put a mark before columns whose names are words of Python, and leave out line breaks."""
    words = {"and", "or", "not", "in", str(True), str(False)}
    tokens = []
    for kind, word, *_ in tokenize.generate_tokens(io.StringIO(" ".join(text.split())).readline):
        if kind == tokenize.NAME and keyword.iskeyword(word) and word not in words:
            word = MARK + word
        tokens.append((kind, word))
    return tokenize.untokenize(tokens).strip()


def _checked(tree: ast.expr, text: str) -> tuple[str, ...]:
    """Return the columns that the expression names, and refuse everything that is not listed."""
    names: dict[str, None] = {}
    called: set[ast.expr] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[_], keywords=[]) if name in FUNCTIONS:
                called.add(node.func)
            case ast.Call():
                raise SettingsError(
                    f"{ast.unparse(node).replace(MARK, '')!r} is written like a function, and there are only "
                    f"{', '.join(FUNCTIONS)}, each of one column; an example is {EXAMPLE}."
                )
            case ast.Name(id=name):
                if node not in called:
                    names[_plain(name)] = None
            case ast.Constant(value=bool() | int() | float() | str()):
                pass
            case ast.BoolOp() | ast.UnaryOp() | ast.boolop() | ast.Load() | ast.Tuple() | ast.List():
                pass
            case ast.BinOp(op=operation) if type(operation) in _ARITHMETIC:
                pass
            case ast.Compare(ops=operations) if all(
                type(one) in _COMPARISONS or isinstance(one, ast.In | ast.NotIn) for one in operations
            ):
                pass
            case ast.operator() | ast.cmpop():
                # Judged with the node that holds it.
                pass
            case ast.Not() | ast.USub() | ast.UAdd():
                pass
            case _:
                raise SettingsError(f"{text!r} holds what an expression over columns cannot: {_kind(node)}.")
    return tuple(names)


def _kind(node: ast.AST) -> str:
    return _NOT_KNOWN.get(type(getattr(node, "op", node)), type(node).__name__)


def _plain(name: str) -> str:
    return name.removeprefix(MARK)


def _unknown(name: str, columns: Columns) -> str:
    alike = difflib.get_close_matches(name, columns, n=1, cutoff=0.6)
    hint = f" Did you mean {alike[0]!r}?" if alike else ""
    # In quotes, so that no window takes them for words to translate.
    return f"There is no column {name!r}.{hint} There are {', '.join(map(repr, columns))}."


class _Evaluator:
    """Carries out a checked expression."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def value(self, node: ast.expr) -> Any:
        """Return the value of a part of the expression: a column, a number, a text or a list."""
        match node:
            case ast.Name(id=name):
                return self._columns[_plain(name)]
            case ast.Constant(value=bool() | str() as value):
                return value
            case ast.Constant(value=int() | float() as value):
                # Not an int: 9**9**9 would take all memory.
                return np.float64(value)
            case ast.Tuple(elts=entries) | ast.List(elts=entries):
                return [self.value(entry) for entry in entries]
            case ast.BoolOp(op=joint, values=parts):
                return self._joined(isinstance(joint, ast.And), [self._truth(part) for part in parts])
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return np.logical_not(self._truth(part))
            case ast.UnaryOp(op=sign, operand=part):
                number = self._number(part)
                return -number if isinstance(sign, ast.USub) else number
            case ast.BinOp(left=left, op=operation, right=right):
                return _ARITHMETIC[type(operation)](self._number(left), self._number(right))
            case ast.Compare(left=left, ops=operations, comparators=rest):
                sides = [left, *rest]
                pairs = zip(operations, sides, sides[1:], strict=False)
                return self._joined(True, [self._compare(*pair) for pair in pairs])
            case ast.Call(func=ast.Name(id=name), args=[part]):
                return FUNCTIONS[name](self._number(part))
        raise SettingsError(f"An expression over columns cannot hold {_kind(node)}.")

    def _joined(self, every: bool, parts: list[Any]) -> Any:
        result = parts[0]
        for part in parts[1:]:
            result = np.logical_and(result, part) if every else np.logical_or(result, part)
        return result

    def _truth(self, node: ast.expr) -> Any:
        value = np.asarray(self.value(node))
        if value.dtype != np.bool_:
            raise SettingsError(
                f"{_shown(node)} is no comparison, and and, or, not need those, as in {EXAMPLE}."
            )
        return value

    def _number(self, node: ast.expr) -> Any:
        value = self.value(node)
        if isinstance(value, list) or np.asarray(value).dtype.kind not in "biuf":
            raise SettingsError(f"{_shown(node)} is text, and a number is needed.")
        return np.asarray(value, np.float64)

    def _compare(self, operation: ast.cmpop, left: ast.expr, right: ast.expr) -> Any:
        one, other = self.value(left), self.value(right)
        if isinstance(operation, ast.In | ast.NotIn):
            if isinstance(one, list) or not isinstance(other, list):
                raise SettingsError(f"in needs a list at its right, as in {_shown(left)} in (1, 2).")
            found = self._joined(False, [np.False_, *(self._equal(left, one, entry) for entry in other)])
            return np.logical_not(found) if isinstance(operation, ast.NotIn) else found
        if isinstance(one, list) or isinstance(other, list):
            raise SettingsError(f"A list can follow in only, as in {_shown(left)} in (1, 2).")
        self._alike(left, one, other)
        return _COMPARISONS[type(operation)](_compared(one), _compared(other))

    def _equal(self, node: ast.expr, one: Any, other: Any) -> Any:
        self._alike(node, one, other)
        return _compared(one) == _compared(other)

    def _alike(self, node: ast.expr, one: Any, other: Any) -> None:
        texts = [np.asarray(value).dtype.kind in ("U", "S", "O") for value in (one, other)]
        if texts[0] != texts[1]:
            raise SettingsError(f"{_shown(node)} compares text with a number; text stands in quotes.")


def _compared(value: Any) -> Any:
    array = np.asarray(value)
    return array if array.dtype.kind in ("U", "S") else array.astype(np.float64)


def _shown(node: ast.expr) -> str:
    return ast.unparse(node).replace(MARK, "")
