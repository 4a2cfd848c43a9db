"""Names of classes hold for a folder: what a class is called in one image it is called in the next ones, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.image_facts import ClassName, ImageFacts


class ClassNames:
    """Remembers names and colours of the classes by folder; of one that nobody was in yet, its projects tell them."""

    def __init__(self, open_image: OpenImage) -> None:
        self._open_image = open_image
        self._known: dict[Path, dict[int, ClassName]] = {}
        self._document: Document | None = None
        self._seen: tuple[ClassName, ...] = ()
        open_image.history_changed.connect(self._follow)

    def begin(self, classes: tuple[ClassName, ...]) -> None:
        """Take an image up in whose folder the classes are called so by what was saved there."""
        path = self._open_image.path
        if path is not None:
            self._known.setdefault(path.parent, {one.number: one for one in classes})

    def filled(self, facts: ImageFacts) -> ImageFacts:
        """Return the facts of an image of the open one's folder with names for the classes that have none there."""
        path = self._open_image.path
        known = self._known.get(path.parent, {}) if path is not None else {}
        classes = known | {one.number: one for one in facts.classes}
        return facts.changed(classes=tuple(classes[number] for number in sorted(classes)))

    def _follow(self) -> None:
        path, document = self._open_image.path, self._open_image.document
        classes = document.facts.classes
        if path is None or (document is self._document and classes == self._seen):
            return
        known = self._known.setdefault(path.parent, {})
        if document is not self._document:
            # An image that was opened: nobody renamed anything.
            self._known[path.parent] = {one.number: one for one in classes} | known
        else:
            for one in self._seen:
                known.pop(one.number, None)
            known.update((one.number, one) for one in classes)
        self._document, self._seen = document, classes
