"""Every text of the window goes through `translate`, so that it can be shown in other languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import cpsam_gui
from cpsam_gui.program import i18n
from cpsam_gui.program.languages import update

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from PyQt6.QtCore import QCoreApplication

SOURCES = Path(cpsam_gui.__file__).parent

SHOWS = {
    "QLabel",
    "QPushButton",
    "QToolButton",
    "QCheckBox",
    "QRadioButton",
    "QGroupBox",
    "QAction",
    "QDockWidget",
    "QToolBar",
    "QMenu",
    "QMessageBox",
    "Problem",
    "dim",
    "setToolTip",
    "setText",
    "setPlaceholderText",
    "setWindowTitle",
    "setTitle",
    "setStatusTip",
    "setInformativeText",
    "setSpecialValueText",
    "addRow",
    "addItem",
    "addItems",
    "addTab",
    "addAction",
    "addMenu",
    "about",
    "getOpenFileName",
    "getSaveFileName",
    "getExistingDirectory",
    "ask_target",
    "ask_target_folder",
    "emit",
    "showMessage",
}
"""Calls whose texts the user sees."""
NO_WORDS = re.compile(
    r"(cpsam-gui|OK|px|px²|MiB|GB|TIFF|PNG|Cellpose|_seg.npy|\*\.\w+|\b[A-Z]\b|<[^>]*>|\W|\d|_)*"
)
"""Names, units and marks, which are the same in every language."""


def untranslated(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of what is shown without `translate`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in SHOWS or name == "run":
            # The status bar names the jobs of the main lane.
            beside = any(keyword.arg == "lane" for keyword in node.keywords)
            named = [one.value for one in node.keywords if one.arg == "name" and not beside]
            for argument in named if name == "run" else node.args:
                for text in words_in(argument):
                    if not NO_WORDS.fullmatch(text):
                        yield argument.lineno, text


def words_in(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (part.value for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.IfExp):
        yield from words_in(node.body)
        yield from words_in(node.orelse)
    elif isinstance(node, ast.BinOp):
        yield from words_in(node.left)
        yield from words_in(node.right)


def test_every_text_is_translated() -> None:
    found = [
        f"{path.relative_to(SOURCES)}:{line}: {text!r}"
        for path in sorted(SOURCES.rglob("*.py"))
        for line, text in untranslated(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def test_the_scan_finds_what_it_looks_for() -> None:
    source = (
        'QLabel("Find me")\nbox.setToolTip(f"{x} cells")\nQLabel(translate("fine"))\nbox.setText("12 px")\n'
        'signal.emit("And" if a else "me")'
    )
    assert [text for _, text in untranslated(source)] == ["Find me", " cells", "And", "me"]
    assert update.texts_of(source) == {"fine"}
    table = '"""Words for nobody."""\nNAMES = {"key": "Some words"}\ntranslate(NAMES[key])'
    assert update.texts_of(table) == {"Some words"}
    assert update.texts_of('Action("open", "Open image…", do)') == {"Open image…"}
    assert update.texts_of('progress(0, 1, "Copying")\nprogress(0, 1, path.name)') == {"Copying"}


def test_no_name_of_a_class_is_shown() -> None:
    """A class that is renamed by a program must not be renamed in what people read."""
    files = sorted(SOURCES.rglob("*.py"))
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    classes = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    names = {name for name in classes if re.search(r"[a-z][A-Z]", name)}
    shown = set(update.all_texts())
    for tree in trees:
        for node in ast.walk(tree):
            # Words of progress and names of jobs beside the main lane.
            # The first argument of a cast names a type, for checkers alone.
            cast = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "cast"
            if isinstance(node, ast.Call) and not cast:
                given = [*node.args, *(one.value for one in node.keywords if one.arg == "name")]
                shown |= {text for argument in given for text in words_in(argument)}
    assert shown & names == set()


def test_words_of_tools_and_steps_are_translated(qapp: QCoreApplication) -> None:
    source = 'desk.say(f"{n:,} object{\'\' if n == 1 else \'s\'} selected")\nhint = "Drag a box"\nkey = "box"'
    assert update.texts_of(source) == set()
    wanted = {"{} object selected", "{} objects selected", "Drag a box"}
    assert update.texts_of(source, speaks=True) == wanted
    assert {"flow error {}", "cut by the border"} <= set(update.all_texts())
    assert {"Delete {} objects", "Merge", "Select an object first", "Opened"} <= set(update.all_texts())
    words = {"{} objects selected": "{} Objekte gewählt", "Merge": "Vereinigen", "{} x {}": "{}"}
    own = i18n.TextTranslator(words, qapp)
    qapp.installTranslator(own)
    try:
        assert i18n.translate_said("1,200 objects selected") == "1,200 Objekte gewählt"
        assert i18n.translate_said("Merge") == "Vereinigen"
        for text in ("Split", "Delete 3 objects", "2 x 3", "{} and {"):
            assert i18n.translate_said(text) == text
    finally:
        qapp.removeTranslator(own)


def test_a_language_file_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update, "FOLDER", tmp_path)
    path = tmp_path / "de.ts"
    assert update.main([]) == update.main(["--help"]) == 2
    assert not list(tmp_path.iterdir())
    assert update.write_ts(path, "de", ["Gone", "Save"]) == (2, 0)
    assert i18n.read_ts(path) == {}
    content = path.read_text(encoding="utf-8").replace(
        '<source>Save</source>\n      <translation type="unfinished" />',
        "<source>Save</source>\n      <translation>Speichern</translation>",
    )
    path.write_text(content, encoding="utf-8")
    assert i18n.read_ts(path) == {"Save": "Speichern"}
    assert update.write_ts(path, "de", ["Save", "Späße & <mehr>"]) == (2, 1)
    assert i18n.read_ts(path) == {"Save": "Speichern"}
    assert update.main(["de"]) == 0
    texts = update.all_texts()
    assert "Copy details" in texts
    assert "Preferences…" in texts


def test_the_languages_that_come_along_are_whole() -> None:
    """Placeholders of a translation are those of the text; a wrong one would end in an error."""
    for path in sorted(i18n.FOLDER.glob("*.ts")):
        for text, translation in i18n.read_ts(path).items():
            assert sorted(re.findall(r"\{[^}]*\}", text)) == sorted(re.findall(r"\{[^}]*\}", translation)), (
                text
            )


def test_german_is_complete_and_keeps_the_places_of_values() -> None:
    """A few new texts may wait for their translation; a value without its place would be lost at once."""
    texts = update.all_texts()
    words = i18n.read_ts(i18n.FOLDER / "de.ts")
    missing = [text for text in texts if text not in words]
    assert len(missing) < len(texts) / 20, missing
    places = re.compile(r"\{[^}]*\}")
    wrong = [
        text for text, said in words.items() if sorted(places.findall(text)) != sorted(places.findall(said))
    ]
    assert wrong == []
