"""Put a copy of objects down where the user clicks."""

from __future__ import annotations

from cpsam_gui import drawing, operations
from cpsam_gui.tools.base import HIDDEN, Desk, Pointer, PreviewShape, Tint, Tool

# Objects whose outlines follow the pointer.
SHOWN = 200


class Paste(Tool):
    """The copy follows the pointer until a click puts it down."""

    key = "paste"
    title = "Paste"
    hint = "Click: put the copy down here   Shift+click: keep pasting   Esc: cancel"
    settings = ("mode", "accept")
    passing = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._at: Pointer | None = None
        copied = desk.options.carried or desk.options.clipboard
        self._copied = copied
        pieces = copied.pieces[:SHOWN] if copied is not None else ()
        self._lines = [line for piece in pieces for line in drawing.outlines(piece.mask, piece.y0, piece.x0)]

    @property
    def busy(self) -> bool:
        """Whether there is a copy in the hand."""
        return self._copied is not None and not self.over

    def press(self, p: Pointer) -> bool:
        """Put the copy down."""
        if p.right:
            self.cancel()
            return True
        self._at = p
        self._put(p)
        if not p.shift:
            self.cancel()
        return True

    def move(self, p: Pointer) -> None:
        """Carry the copy along."""
        self._at = p

    def leave(self) -> None:
        """Show nothing while the pointer is elsewhere."""
        self._at = None

    def finish(self) -> None:
        """Put the copy down where the pointer is."""
        if self._at is not None:
            self._put(self._at)
        self.cancel()

    def cancel(self) -> None:
        """Let the copy go."""
        self.over = True
        self.desk.options.carried = None

    def _put(self, p: Pointer) -> None:
        desk = self.desk
        if self._copied is None:
            desk.say("Copy an object first (Ctrl+C)")
            return
        if not desk.view.masks.visible:
            desk.say(HIDDEN)
            return
        made, why = operations.paste(
            desk.document, self._copied, desk.view.slice, int(p.y // 1), int(p.x // 1), desk.options.mode
        )
        desk.tell(why)
        if made:
            desk.view.select(*made)

    def shapes(self) -> list[PreviewShape]:
        """Return the copy at the pointer."""
        p, copied = self._at, self._copied
        if p is None or copied is None:
            return []
        dy, dx = int(p.y // 1) - copied.y, int(p.x // 1) - copied.x
        moved = (tuple((y + dy, x + dx) for y, x in line) for line in self._lines)
        return [PreviewShape(line, closed=True, tint=Tint.ADD, filled=True) for line in moved]
