"""Letters that press the buttons of a dialog together with Alt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PyQt6.QtWidgets import QAbstractButton


def with_letters(texts: Sequence[str]) -> list[str]:
    """Return the texts of buttons with a letter each that presses it together with Alt, all different.

    Letters alone are shortcuts of the window, see `guard_stray_keys`.
    """
    taken: set[str] = set()
    made = []
    for text in texts:
        place = next(
            (n for n, letter in enumerate(text) if letter.isalpha() and letter.lower() not in taken), None
        )
        plain = text.replace("&", "&&")
        if place is None or "&" in text:
            made.append(plain)
            continue
        taken.add(text[place].lower())
        made.append(f"{plain[:place]}&{plain[place:]}")
    return made


def give_letters(buttons: Iterable[QAbstractButton | None]) -> None:
    """Give all buttons of a dialog a letter each; anew where a text has changed."""
    given = [button for button in buttons if button is not None]
    # Qt's own have a letter already on some systems, which another button may have, too.
    texts = [button.text().replace("&", "") for button in given]
    for button, text in zip(given, with_letters(texts), strict=True):
        button.setText(text)
