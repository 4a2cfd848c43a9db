"""Split an object by a line drawn through it."""

from __future__ import annotations

from cpsam_gui import operations

from .outline import Lasso


class Split(Lasso):
    """Draw a line across an object, or across several."""

    key = "split"
    hint = "Draw a line across an object to cut it in two"

    def finish(self) -> None:
        """Cut what the line crosses."""
        points, self._points = self._points, []
        if len(points) < 2:
            self.desk.say("Draw a line from one side of the object to the other")
            return
        self.desk.tell(operations.split(self.desk.document, self.desk.view.plane, points))
