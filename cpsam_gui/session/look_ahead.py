"""Look-ahead: while one image is corrected, the next ones of the folder go through the model in the background."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_core.system.machine import memory
from cpsam_core.system.power import on_battery
from cpsam_gui.jobs.job import Problem
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate
from cpsam_gui.state.image_facts import ReviewState
from cpsam_gui.tasks.ahead import Ahead, AheadPlan, segment_ahead

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpsam_gui import tasks
    from cpsam_gui.jobs.job import Ending, Job
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.program.preferences import CurrentPreferences
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.ahead_landing import AheadLanding
    from cpsam_gui.session.folder import ImageFolder
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState

IMAGES = 2
"""How many images are kept ready at most."""
MOST_BYTES = 1 << 30
"""Of memory for all of them; less where little is free."""
SHARE = 8
"""They take no more than one part in so many of the memory that is free."""
REST_MS = 400
"""After a change, before the work begins or is taken up again."""
AGAIN_MS = 10_000
"""Between looks at whether it may go on, while something else goes first."""
BATTERY_SECONDS = 30.0
"""Between looks at the battery."""


class LookAhead(QObject):
    """Keeps the masks of the next images ready in memory.

    It begins once the model in use made the masks of an open image, and works only on images without masks. Nothing is
    written: with what was found the image begins when it is opened.
    """

    changed = pyqtSignal(object)
    """The masks of these images (list of paths) are ready, or no longer."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        models: Models,
        preferences: CurrentPreferences,
        images: Images,
        run_state: RunState,
        folder: ImageFolder,
        landing: AheadLanding,
        busy: Callable[[], bool],
    ) -> None:
        """Take the parts of the session; `busy` tells whether a training or a folder run goes first."""
        super().__init__(open_image)
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._models = models
        self._preferences = preferences
        self._images = images
        self._run_state = run_state
        self._folder, self._landing = folder, landing
        self._busy = busy
        self._ready: dict[Path, Ahead] = {}
        self._left_out: set[Path] = set()
        self._key: object = None
        # The key for which a person ran the model.
        self._begun: object = None
        self._job: Job | None = None
        self._at: Path | None = None
        self._opened: tasks.OpenedImage | None = None
        self._asked_battery, self._on_battery = -BATTERY_SECONDS, False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        images.loaded.connect(self._loaded)
        open_image.image_changed.connect(self._new_image)
        for signal in (open_image.history_changed, folder.states_changed, images.channels_chosen):
            signal.connect(lambda *_: self._soon())
        run_state.options_changed.connect(self._soon)
        preferences.changed.connect(lambda _: self._soon())

    @property
    def ready(self) -> frozenset[Path]:
        """The images whose masks are in memory."""
        return frozenset(self._ready)

    @property
    def at(self) -> Path | None:
        """The image that is worked on."""
        return self._at

    @property
    def nbytes(self) -> int:
        """Memory that the results take."""
        return sum(one.nbytes for one in self._ready.values())

    def _soon(self) -> None:
        if not self._jobs.closed:
            self._timer.start(REST_MS)

    def _key_now(self) -> object:
        """Return what results depend on: thresholds can be changed afterwards, the rest cannot."""
        options = self._run_state.for_next
        settings = options.changed(flow_threshold=0.4, cellprob_threshold=0.0, min_size=15).settings
        return options.model, settings, self._images.chosen, self._folder.now.path

    def wanted(self) -> list[Path]:
        """Return the next images of the folder that have no masks, as many as are kept ready."""
        now, path = self._folder.now, self._open_image.path
        if path not in now.shown or not now.states:
            return []
        # Where memory was short for an image it is left for what a person asks for.
        readable = (one for one in now.ahead(path, 1) if one not in now.unreadable)
        without = (one for one in readable if now.states.get(one) is ReviewState.NOT_STARTED)
        return [one for _, one in zip(range(IMAGES), without, strict=False)]

    def look(self) -> None:
        """Drop what is of no use any more, and begin with the next image where there is one."""
        if self._jobs.closed:
            return
        if not self._preferences.now.look_ahead or self._open_image.path is None:
            self._forget()
            return
        key = self._key_now()
        if key != self._key:
            self._forget()
            self._key = key
        if self._run_state.last_settings.get("model") == self._run_state.options.model.name:
            self._begun = key
        if self._begun != key:
            return
        wanted = self.wanted()
        useful = {*wanted, self._open_image.path}
        self._drop([path for path in self._ready if path not in useful])
        if self._job is not None:
            if self._at not in useful:
                self._job.cancel()
            return
        if self._waits():
            self._timer.start(AGAIN_MS)
            return
        left = (one for one in wanted if one not in self._ready and one not in self._left_out)
        path = next(left, None)
        if path is not None:
            self._begin(path)

    def _waits(self) -> bool:
        """Whether something goes first; called from the thread of the work, too."""
        if self._busy():
            return True
        now = time.monotonic()
        if now - self._asked_battery > BATTERY_SECONDS:
            self._asked_battery, self._on_battery = now, on_battery()
        return self._on_battery

    def _room(self) -> int:
        free = memory().free
        most = MOST_BYTES if free is None else min(MOST_BYTES, free // SHARE)
        return max(most - self.nbytes, 0)

    def _begin(self, path: Path) -> None:
        options = self._run_state.for_next
        plan = AheadPlan(
            options,
            self._images.chosen,
            self._images.answers,
            partial(self._models.load, options.model),
            partial(self._models.device.background, paused=self._waits),
            self._room(),
        )
        self._at = path
        self._job = self._jobs.run(
            partial(segment_ahead, path, plan),
            name=translate("Segmenting ahead: {}").format(path.name),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=partial(self._done, self._key),
            failed=partial(self._failed, path),
            ended=self._ended,
        )

    def _done(self, key: object, ahead: Ahead) -> None:
        if key != self._key or key != self._key_now():
            return
        if ahead.found is None:
            self._left_out.add(ahead.path)
            return
        self._ready[ahead.path] = ahead
        self.changed.emit([ahead.path])
        if ahead.path == self._open_image.path:
            self._land()

    def _failed(self, path: Path, problem: Problem) -> None:
        """Leave an image out that cannot be done; whoever opens it is told why."""
        self._left_out.add(path)
        if problem.unreadable:
            self._notices.unreadable.emit(path, problem)

    def _ended(self, ending: Ending) -> None:
        self._job = self._at = None
        self._soon()

    def _drop(self, paths: list[Path]) -> None:
        for path in paths:
            del self._ready[path]
        if paths:
            self.changed.emit(paths)

    def _forget(self) -> None:
        """Drop everything: it was made otherwise than it would be now."""
        if self._job is not None:
            self._job.cancel()
        self._left_out.clear()
        self._drop(list(self._ready))

    def _loaded(self, opened: tasks.OpenedImage) -> None:
        self._opened = opened

    def _new_image(self) -> None:
        self._soon()
        if self._open_image.path in self._ready:
            # After everything else has taken the image up.
            QTimer.singleShot(0, self._land)
        elif self._open_image.path is not None and self._open_image.path == self._at:
            self._notices.message.emit(
                translate("This image is being segmented ahead; its masks appear by themselves")
            )

    def _land(self) -> None:
        """Put what was found ahead into the open image, where nobody did anything yet."""
        path, opened, document = self._open_image.path, self._opened, self._open_image.document
        ahead = self._ready.get(path) if path is not None else None
        if ahead is None or ahead.found is None or opened is None or self._jobs.busy:
            return
        same = ahead.fingerprint == opened.fingerprint and ahead.key == opened.image.key
        begun = document.steps or document.writing or document.objects
        if not same or opened.masks_from is not None or begun or self._key != self._key_now():
            return
        self._landing.put(ahead.found)
