"""The files beside the open image that saving writes, as they were when they were read or written last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_core.system.file_identity import FileIdentity, identity_of
from cpsam_gui.program.i18n import translate
from cpsam_gui.storage.companions import masks_path, project_path
from cpsam_gui.tasks.label_image import LabelImage, as_worked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpsam_gui.session.open_image import OpenImage


class SavedFiles:
    """Knows project and label image of the open image as they were read or written last."""

    def __init__(self, open_image: OpenImage) -> None:
        self._open_image = open_image
        self._stamps: dict[Path, FileIdentity] = {}
        # Label images that a save of this session wrote: they go with their projects.
        self._own_masks: dict[Path, FileIdentity] = {}
        # As they were when the image was opened; nothing is known once it was saved.
        self._beside = LabelImage()
        self._said_behind = False
        self.unread = ""
        """Why what the project that lies there holds is not in the document; empty where it is, or there is none."""
        self.left_out = False
        """Whether it could be read and was left out, since it may belong to another image."""

    def begin(
        self,
        unread: str,
        *,
        left_out: bool = False,
        masks_from: Path | None = None,
        beside: LabelImage | None = None,
    ) -> None:
        """Take an image up, and the masks of a file; `unread` says why its project could not be read, or was left out.

        A label image that was changed after the project was saved, and that no masks came from, is nothing that was
        seen here. `beside` says how it goes with the masks that were read.
        """
        self.left_out, self._beside = left_out, beside or LabelImage()
        self._stamps = {target: identity_of(target) for target in self._targets}
        project = next(iter(self._stamps.values()), FileIdentity())
        image = self._open_image.image
        if image is not None and image.key.folder:
            # Saved for another time point or scene, too.
            project = as_worked(project, self._beside.worked)
        unseen = [
            path for path, stamp in self._stamps.items() if path != masks_from and project.is_behind(stamp)
        ]
        for path in unseen:
            del self._stamps[path]
        self.unread = unread if any(stamp.exists for stamp in self._stamps.values()) else ""
        self._said_behind = False

    @property
    def _targets(self) -> tuple[Path, ...]:
        """The project, then the label image."""
        path, image = self._open_image.path, self._open_image.image
        if path is None or image is None:
            return ()
        if self._open_image.document.large:
            from cpsam_core.images.project_folders import DOCUMENT, document_folder

            return (document_folder(project_path(path), image.key) / DOCUMENT,)
        return project_path(path), masks_path(path, image.key)

    @property
    def has_project(self) -> bool:
        """Whether a project lies there that was read or written here."""
        project = next(iter(self._stamps.values()), FileIdentity())
        return project.exists and not self.unread

    def to_write(self, *, masks: bool) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
        """Return what is written, the project first, and what is written only where this program wrote it last.

        The label image is written where `masks` asks for it, or where it is the one that was saved here; of others only
        reading tells whose they are.
        """
        targets = self._targets
        own = all(self._own_masks.get(path) == identity_of(path) for path in targets[1:])
        return (targets, ()) if masks or own else (targets[:1], targets[1:])

    def expected(self, *, replace: bool) -> dict[Path, FileIdentity] | None:
        """Return what the files were when they were read or written last; None where they are replaced anyway."""
        return None if replace else dict(self._stamps)

    def saw(self, path: Path) -> bool:
        """Whether a file was read or written here."""
        return path in self._stamps

    def written(self, stamps: Mapping[Path, FileIdentity]) -> None:
        """Note what was written, the project first."""
        self._stamps |= stamps
        self._own_masks |= dict(list(stamps.items())[1:])
        self._beside = LabelImage()
        self.unread = ""

    @property
    def masks_behind(self) -> Path | None:
        """The label image beside the image where it is older than its masks; None where there is none such."""
        project, *others = self._stamps.items() or (None,)
        if project is None or self._beside.is_alike:
            return None
        masks = as_worked(project[1], self._beside.worked)
        return next((path for path, stamp in others if stamp.is_behind(masks)), None)

    @property
    def words_behind(self) -> str:
        """What is to be said where the label image is older than the project; else empty."""
        behind = self.masks_behind
        words = translate("{} is older than this work; Save (Ctrl+S) writes it again")
        return words.format(behind.name) if behind is not None else ""

    def news_behind(self) -> str:
        """Return the same words for the first time that there is something to say; else nothing."""
        words = "" if self._said_behind else self.words_behind
        self._said_behind |= bool(words)
        return words
