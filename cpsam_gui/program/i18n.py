"""Words for the user, in the user's language. The only place that asks Qt for translations.

A language is a file ``languages/XX.ts`` in the format of Qt Linguist, which anybody can edit; it is read as it is,
so nothing has to be compiled. ``python -m cpsam_gui.program.languages.update XX`` makes the file or brings it up to
date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from PyQt6.QtCore import QCoreApplication, QDateTime, QLibraryInfo, QLocale, Qt, QTranslator
from PyQt6.QtGui import QKeySequence

from cpsam_gui.program.numbers import in_language, set_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CONTEXT = "cpsam-gui"
NUMBER = re.compile(r"(?:-|(?<!\w)\+)?\d+(?:,\d+)*(?:\.\d+)?")
LINES, SENTENCES = re.compile(r"(\n\s*)"), re.compile(r"((?<=[.!?])\s+(?=[A-Z0-9]))")
ENTRIES = re.compile(r"(, )")
"""What stands between lines, between sentences, and between the entries of a list."""
ATTACHED = re.compile(r"[\w.]$")
PROSE = re.compile(
    r"\b(the|of|and|is|are|were|has|have|on|to|from|than|that|which|before|after|this|these|there|not|no)\b",
    re.I,
)
"""Words that stand in an English sentence and in few names."""
NAME = re.compile(r"^(?:[/\\~]|[A-Za-z]:[/\\])|\.[A-Za-z]\w{1,9}$|[<>=]|^(['\"]).*\1$")
"""A path, a name with its ending, an expression, or what another program said, in quotes: they hold any words."""
LEAST_LETTERS = 8
"""Letters that a template has beside its values, so that it is recognised in a text by more than chance."""
FOLDER = Path(__file__).parent / "languages"


def translate(text: str, context: str = CONTEXT) -> str:
    """Return the words in the user's language; the English words where there is no translation."""
    return QCoreApplication.translate(context, text)


def translate_said(text: str, before: str = "") -> str:
    """Translate words that were put together where Qt is not known: hints of tools, names of steps, engine's sentences.

    Values in them stand as ``{}`` in the files of the languages: "3 objects locked" is "{} objects locked" there, and
    "a.png is left out: no objects" is "{} is left out: {}"; values that are words are translated in turn. Of several
    sentences or lines each is looked for, of a list every entry. Numbers are written as the language does, in words
    that have no translation, too; versions are not. `before` is what stands before the words.
    """
    known = translate(text)
    if known != text:
        return known
    numbers = [(found[0], text[: found.start()]) for found in NUMBER.finditer(text)]
    if numbers:
        template = NUMBER.sub("{}", text)
        known = translate(template)
        if known != template and known.count("{}") == len(numbers):
            return _filled(known, [in_language(number, before + words) for number, words in numbers])
    app = QCoreApplication.instance()
    if app is None or not any(map(str.isalpha, text)):
        return in_language(text, before)
    said = _by_template(text)
    if said is not None:
        return said
    if LINES.search(text):
        return "".join(_one_by_one(LINES, text, before))
    if SENTENCES.search(text):
        return _by_sentences(text, before)
    if text.endswith("."):
        # Many are told without the full stop, too.
        return f"{translate_said(text[:-1], before)}."
    if ENTRIES.search(text):
        entries = _one_by_one(ENTRIES, text, before)
        if not any(map(_is_left, ENTRIES.split(text), entries)):
            return "".join(entries)
    return in_language(text, before)


def _by_template(text: str) -> str | None:
    """Return a text translated by the template that says most of it; None where none fits as a whole.

    A template whose values are partly left in English would make one sentence of two languages.
    """
    for translator in _own_translators():
        for template, found in translator.templates_of(text):
            pieces = template.split("{}")
            if any(after and SENTENCES.search(value) for value, after in zip(found, pieces[1:], strict=True)):
                # It begins in one sentence and ends in another.
                continue
            values = [translate_said(value, piece) for piece, value in zip(pieces, found, strict=False)]
            if not any(map(_is_left, found, values)):
                return _filled(translate(template), values)
    return None


def _own_translators() -> list[TextTranslator]:
    """Return what translates besides Qt; nothing is looked for in English, in which a window asks hundreds of times."""
    app = QCoreApplication.instance()
    if app is None or not app.property("language"):
        return []
    return app.findChildren(TextTranslator, options=Qt.FindChildOption.FindDirectChildrenOnly)


def _is_left(value: str, said: str) -> bool:
    """Whether words of a sentence stayed English."""
    return said == in_language(value) and PROSE.search(value) is not None and not NAME.search(value)


def _by_sentences(text: str, before: str) -> str:
    """Translate sentences; several that are known together, only so have all their words."""
    parts, said = SENTENCES.split(text), ""
    while parts:
        count = len(parts)
        while count > 1 and not _is_known("".join(parts[:count])):
            count -= 2
        run, between, parts = "".join(parts[:count]), "".join(parts[count : count + 1]), parts[count + 1 :]
        said += translate_said(run, before) + between
        before += run + between
    return said


def _is_known(text: str) -> bool:
    return translate(text) != text or _by_template(text) is not None


def _one_by_one(between: re.Pattern[str], text: str, before: str) -> list[str]:
    said = []
    for place, part in enumerate(between.split(text)):
        # Every second part is what stands between.
        said.append(part if place % 2 else translate_said(part, before))
        before += part
    return said


def _filled(template: str, values: Sequence[str]) -> str:
    """Return a template with its places filled in their order; braces in the values mean nothing."""
    parts = template.split("{}")
    return "".join(part + value for part, value in zip(parts, [*values, ""], strict=True))


def written_keys(shortcut: str) -> str:
    """Return a shortcut, such as ``Ctrl+Del``, as the system and the language write it: ``Strg+Entf``."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


def written_time(seconds: float) -> str:
    """Return a moment, seconds since 1970, as the user's language writes it: ``27 November 2026, 19:38``."""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(seconds)), translate("d MMMM yyyy, HH:mm"))


def languages() -> dict[str, str]:
    """Return the languages there are: two letters and the name that its speakers give it."""
    codes = ["en", *(path.stem for path in sorted(FOLDER.glob("*.ts")))]
    return {code: _own_name(code) for code in codes}


def _own_name(code: str) -> str:
    # Qt takes a language for that of its largest country.
    name = "English" if code == "en" else QLocale(code).nativeLanguageName()
    return name[:1].upper() + name[1:] or code


def install(app: QCoreApplication, code: str = "") -> bool:
    """Let an application speak a language, empty for that of the system; False where it stays English."""
    code = code or QLocale.system().name().split("_")[0]
    path = FOLDER / f"{code}.ts"
    spoken = code != "en" and path.is_file()
    set_language(code if spoken else "en")
    if not spoken:
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


@dataclass(frozen=True)
class _Template:
    """A text with places for values, and how it is recognised.

    Attributes
    ----------
    text
        With ``{}`` for values.
    pattern
        Finds the values.
    part
        The longest of its pieces: a text without it needs no further look.
    letters
        Number of letters beside the values.
    """

    text: str
    pattern: re.Pattern[str]
    part: str
    letters: int

    @classmethod
    def of(cls, text: str) -> _Template | None:
        """Return the template of a text; None where it has no values or too few words of its own."""
        pieces = text.split("{}")
        letters = sum(map(str.isalpha, "".join(pieces)))
        if len(pieces) == 1 or letters < LEAST_LETTERS:
            return None
        # What is attached to a word may be missing: "is not understood{}" is told with the place and without.
        places = ("(.*?)" if ATTACHED.search(piece) else "(.+?)" for piece in pieces[:-1])
        pattern = re.compile("".join(map(add, map(re.escape, pieces), [*places, ""])))
        return cls(text, pattern, max(pieces, key=len), letters)


class TextTranslator(QTranslator):
    """Translates by a table."""

    def __init__(self, words: Mapping[str, str], parent: QCoreApplication | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._templates = sorted(
            (one for one in map(_Template.of, words) if one is not None), key=lambda one: -one.letters
        )

    def templates_of(self, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the templates that fit a text, and the values in it; first the one that says most of it."""
        for one in self._templates:
            fits = one.pattern.fullmatch(text) if one.part in text else None
            # One that was taken off again, or that has other places in this language.
            if fits is not None and self._words[one.text].count("{}") == len(fits.groups()):
                yield one.text, fits.groups()

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
