"""The pages beside the work: export and import, doctor, tour and the like.

Each is loaded when it is first asked for.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QFileDialog

from cpsam_gui.jobs.job import Problem
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.file_manager import show_file, show_folder
from cpsam_gui.program.i18n import translate
from cpsam_gui.window.recent_menu import recent_paths, starting_folder

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QMainWindow

    from cpsam_gui.dialogs.about import AboutPage
    from cpsam_gui.dialogs.doctor import DoctorPage
    from cpsam_gui.dialogs.export import ExportDialog
    from cpsam_gui.dialogs.updates import UpdatesPage
    from cpsam_gui.session import Session
    from cpsam_gui.tasks.surfaces import Surface
    from cpsam_gui.window.host import WindowHost
    from cpsam_gui.window.tour import Tour


class Pages(QObject):
    """Opens the pages of a window; none of them stops the work."""

    def __init__(self, window: QMainWindow, host: WindowHost, session: Session) -> None:
        super().__init__(window)
        self._window, self._host = window, host
        self._open_image, self._reviewing = session.open_image, session.reviewing
        self._jobs, self._notices = session.jobs, session.notices
        self._exporting = session.exporting
        self._gestures, self._mask_colours = session.gestures, session.mask_colours
        self._doctor: DoctorPage | None = None
        self._tour: Tour | None = None
        self._tour_waits = False
        self._open_image.image_changed.connect(self._begin_tour)

    def export(self, *, unsaved: bool = False) -> ExportDialog:
        """Let the user choose in which form the masks go where; `unsaved` masks begin as a label image."""
        from cpsam_gui.dialogs.export import ExportDialog

        dialog = ExportDialog(self._window, self._open_image, self._exporting, self._exporting.outline())
        if unsaved:
            dialog.begin_with_masks()
        dialog.open()
        return dialog

    def show_bodies(self) -> None:
        """Show the selected bodies, or all, in 3D; where that cannot be, say why."""
        from cpsam_gui.dialogs.bodies_3d import has_opengl
        from cpsam_gui.tasks.surfaces import is_there, surfaces_of

        if not is_there():
            words = translate('The 3D view needs two more packages: pip install "cpsam-gui[3d]"')
            self._notices.message.emit(words)
            return
        if not has_opengl():
            self._notices.message.emit(translate("There is no OpenGL here, so bodies cannot be shown in 3D"))
            return
        document, chosen = self._open_image.document, self._open_image.view.selection
        rows = {number: row for number, row in document.objects.items() if not chosen or number in chosen}
        self._jobs.run(
            partial(surfaces_of, document.snapshot(), rows, self._gestures.desk.spacing()),
            name=translate("Surfaces of bodies"),
            lane=Lane.BESIDE,
            then=self._show_surfaces,
        )

    def _show_surfaces(self, surfaces: tuple[Surface, ...]) -> None:
        from cpsam_gui.dialogs.bodies_3d import BodiesView

        _, lines = self._mask_colours.tables()
        colours = {one.id: _rgb(int(lines[one.id])) for one in surfaces if one.id < len(lines)}
        BodiesView(self._window, surfaces, colours).show()

    def import_masks(self) -> None:
        """Let the user choose masks for the open image, in any format that can be read."""
        from cpsam_core.formats import FORMATS

        readable = [one for one in FORMATS if one.can_read and not one.is_folder]
        endings = dict.fromkeys(f"*{suffix}" for one in readable for suffix in one.suffixes)
        kinds = [f"{translate('Masks')} ({' '.join(endings)})"]
        kinds += [
            f"{translate(one.title)} ({' '.join(f'*{suffix}' for suffix in one.suffixes)})"
            for one in readable
        ]
        kinds.append(f"{translate('All files')} (*)")
        name, _ = QFileDialog.getOpenFileName(
            self._window, translate("Import masks"), self._folder(), ";;".join(kinds)
        )
        if name:
            self._exporting.import_masks(Path(name))

    def import_folder(self) -> None:
        """Let the user choose masks that are a folder of files."""
        name = QFileDialog.getExistingDirectory(
            self._window, translate("Import OME-Zarr labels"), self._folder()
        )
        if name:
            self._exporting.import_masks(Path(name))

    def show_saved(self) -> None:
        """Open the folder of the file that was exported last."""
        last = self._exporting.last
        if last is not None:
            show_file(last)

    def open_samples(self) -> None:
        """Put copies of the shipped images into a folder of the user's, and open it: there everything can be tried."""
        from cpsam_gui.tasks.samples import copy_samples

        self._jobs.run(
            partial(copy_samples, Path.home()),
            name=translate("Copying the sample images"),
            then=self._host.open_folder,
        )

    def _folder(self) -> str:
        return starting_folder(self._open_image.path)

    def doctor(self) -> DoctorPage:
        """Look at the computer, and say what to do about what is wrong."""
        from cpsam_gui.dialogs.doctor import DoctorPage

        if self._doctor is not None:
            self._doctor.close()
            self._doctor.deleteLater()
        self._doctor = page = DoctorPage(self._window, self._jobs)
        page.show()
        return page

    def updates(self) -> UpdatesPage:
        """Offer to ask whether there is a newer version."""
        from cpsam_gui.dialogs.updates import UpdatesPage

        page = UpdatesPage(self._window, self._jobs)
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.open()
        return page

    def about(self) -> AboutPage:
        """Say what this is, and whose work it stands on."""
        from cpsam_gui.dialogs.about import AboutPage

        page = AboutPage(self._window)
        page.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page.open()
        return page

    def reports(self) -> None:
        """Open the folder of the crash reports."""
        from cpsam_gui.program.crash_reports import reports_folder

        folder = reports_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            words = translate("The folder {folder} cannot be made: {why}.")
            self._host.show_problem(Problem(words.format(folder=folder, why=error.strerror)))
            return
        self._notices.message.emit(translate("Reports are in {}").format(folder))
        show_folder(folder)

    def tour(self) -> None:
        """Show the window in five steps; where no image is open, once the demonstration image is."""
        self._tour_waits = True
        if self._open_image.image is None:
            self._host.open_demo()
        else:
            self._begin_tour()

    def _begin_tour(self) -> None:
        """Show the tour if it was asked for and waits for an image."""
        if self._tour_waits:
            self._tour_waits = False
            self.show_tour()

    def show_tour(self) -> Tour:
        """Show the tour from its beginning."""
        from cpsam_gui.window.tour import Tour

        if self._tour is not None:
            self._tour.end()
        self._tour = tour = Tour(self._window, self._host, self._open_image, self._gestures, self._reviewing)
        tour.ended.connect(self._forget_tour)
        return tour

    def _forget_tour(self) -> None:
        self._tour = None

    def begin(self, *, demo: bool) -> None:
        """Begin without an image of the user's: whoever starts the program for the first time gets the tour.

        Who opened images of one's own before has begun already, though perhaps never without one.
        With `demo` the demonstration image is opened in any case.
        """
        from cpsam_gui.window.tour import seen

        if not seen() and not recent_paths():
            self.tour()
        elif demo:
            self._host.open_demo()


def _rgb(argb: int) -> tuple[int, int, int]:
    """Return the parts of a colour."""
    return argb >> 16 & 255, argb >> 8 & 255, argb & 255
