"""The size of the cells, which a run scales the image by: from the masks, by the model, from a disk."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpsam_core.segment.settings import NATIVE_DIAMETER_PX
from cpsam_gui import tasks
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import filled
from cpsam_gui.runs.options import typical_diameter

if TYPE_CHECKING:
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState


class CellSize:
    """Sets the diameter of the next run."""

    def __init__(
        self, open_image: OpenImage, notices: Notices, jobs: Jobs, models: Models, run_state: RunState
    ) -> None:
        self._open_image, self._notices, self._jobs = open_image, notices, jobs
        self._models, self._run_state = models, run_state

    def take_from_masks(self) -> float | None:
        """Set the diameter to the median of the masks and return it; None where there are none."""
        diameter = typical_diameter(self._open_image.document.objects.values())
        if diameter is None:
            self._notices.message.emit(translate("There are no masks yet to take the size from"))
        else:
            self._run_state.change(diameter=round(diameter, 1))
        return diameter

    @property
    def disk(self) -> float:
        """Return the diameter that a disk on the canvas starts with."""
        set_to = self._run_state.options.settings.diameter
        measured = self._run_state.flows.diameter if self._run_state.flows is not None else None
        return set_to if isinstance(set_to, float) else measured or NATIVE_DIAMETER_PX

    def set_disk(self, diameter: float) -> None:
        """Take the diameter of a disk that was drawn."""
        self._run_state.change(diameter=round(max(diameter, 1.0), 1))

    def measure(self) -> None:
        """Let the model measure the cells of the plane shown, in the background, and set the diameter."""
        options = self._run_state.options
        if self._open_image.image is None or self._jobs.busy:
            return

        def done(diameter: float | None) -> None:
            if diameter is None:
                words = translate("The model saw no cells to measure; the diameter stays as it is")
                self._notices.message.emit(words)
            else:
                self._run_state.change(diameter=round(diameter, 1))
                self._notices.message.emit(filled(translate("The cells measure about {:.0f} px"), diameter))

        work = partial(
            tasks.measure,
            self._open_image.image,
            self._open_image.view.plane,
            self._run_state.settings,
            self._models.loader(options.model),
        )
        self._jobs.run(self._models.holding(work), name=translate("Measuring the cells"), then=done)
