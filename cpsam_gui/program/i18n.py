"""Words for the user, in the user's language. The only place that asks Qt for translations.

A language is a file ``languages/XX.ts`` in the format of Qt Linguist, which anybody can edit; it is read as it is,
so nothing has to be compiled. ``python -m cpsam_gui.program.languages.update XX`` makes the file or brings it up to
date.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from PyQt6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PyQt6.QtGui import QKeySequence

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTEXT = "cpsam-gui"
NUMBER = re.compile(r"(?:-|(?<!\w)\+)?\d[\d,]*(?:\.\d+)?")
FOLDER = Path(__file__).parent / "languages"


def translate(text: str, context: str = CONTEXT) -> str:
    """Return the words in the user's language; the English words where there is no translation."""
    return QCoreApplication.translate(context, text)


def translate_said(text: str) -> str:
    """Translate words that were put together where Qt is not known: hints and answers of tools, names of steps.

    Numbers in them stand as ``{}`` in the files of the languages: "3 objects locked" is "{} objects locked" there.
    """
    known = translate(text)
    if known != text:
        return known
    numbers: list[str] = NUMBER.findall(text)
    template = NUMBER.sub("{}", text)
    known = translate(template)
    if not numbers or known == template or known.count("{}") != len(numbers):
        return text
    parts = known.split("{}")
    return "".join(part + number for part, number in zip(parts, [*numbers, ""], strict=True))


def written_keys(shortcut: str) -> str:
    """Return a shortcut, such as ``Ctrl+Del``, as the system and the language write it: ``Strg+Entf``."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


def languages() -> dict[str, str]:
    """Return the languages there are: two letters and the name that its speakers give it."""
    codes = ["en", *(path.stem for path in sorted(FOLDER.glob("*.ts")))]
    return {code: QLocale(code).nativeLanguageName().capitalize() or code for code in codes}


def install(app: QCoreApplication, code: str = "") -> bool:
    """Let an application speak a language, empty for that of the system; False where it stays English."""
    code = code or QLocale.system().name().split("_")[0]
    path = FOLDER / f"{code}.ts"
    if code == "en" or not path.is_file():
        return False
    app.setProperty("language", code)
    own = TextTranslator(read_ts(path), app)
    # The buttons of Qt's own dialogs.
    qt = QTranslator(app)
    if qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(qt)
    return bool(app.installTranslator(own))


def localised(page: Path) -> Path:
    """Return the page in the user's language, ``XX/NAME`` beside it; the page itself where there is none."""
    app = QCoreApplication.instance()
    code = app.property("language") if app is not None else None
    other = page.parent / str(code) / page.name
    return other if code and other.is_file() else page


class TextTranslator(QTranslator):
    """Translates by a table."""

    def __init__(self, words: Mapping[str, str], parent: QCoreApplication | None = None) -> None:
        super().__init__(parent)
        self._words = words

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        """Whether there is nothing to translate by; called by Qt."""
        return not self._words

    def translate(  # type: ignore[override]  # the stubs know no text that is missing
        self, context: str | None, text: str | None, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """Return the translation; None where there is none; called by Qt."""
        return self._words.get(text or "") if context == CONTEXT else None


def read_ts(path: Path) -> dict[str, str]:
    """Return the finished translations in a file of Qt Linguist, by the English words."""
    words = {}
    for message in ElementTree.parse(path).getroot().iter("message"):
        source, translation = message.find("source"), message.find("translation")
        if source is None or translation is None or not source.text or not translation.text:
            continue
        if translation.get("type") not in ("unfinished", "vanished", "obsolete"):
            words[source.text] = translation.text
    return words
