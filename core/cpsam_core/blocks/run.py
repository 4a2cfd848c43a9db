"""A run by blocks: its stages in order, done here or elsewhere, and what must not change when it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, as_completed
from functools import lru_cache
from pathlib import Path

from cpsam_core.blocks.choose import choose_block
from cpsam_core.blocks.claims import claimed
from cpsam_core.blocks.executors import own_card, said_in_words
from cpsam_core.blocks.find import find_block
from cpsam_core.blocks.join import join_planes, write_column
from cpsam_core.blocks.labels import Numbers, number_objects, write_block
from cpsam_core.blocks.plan import Block
from cpsam_core.blocks.reading import BlockReading, image_state
from cpsam_core.blocks.record import plan_from, read_record, settings_from
from cpsam_core.blocks.stage_files import read_stage
from cpsam_core.blocks.task import BlocksFolder, Work
from cpsam_core.errors import ImageError
from cpsam_core.images.label_arrays import LabelArray
from cpsam_core.progress import Progress, silent

__all__ = ["BlockRun", "run_task"]

POLL_S = 0.5
"""Between looks at what others work on."""
NOTES = {
    "find": "blocks: network and flows",
    "choose": "blocks: objects",
    "write": "blocks: labels",
    "join": "blocks: bodies",
}


class BlockRun:
    """A run in its folder.

    Parameters
    ----------
    work
        The run as this process sees it.
    """

    def __init__(self, work: Work) -> None:
        self.work = work
        self._known_steps: dict[int, int] = {}
        self._known_numbers: Numbers | None = None
        self._marks = {
            "find": work.folder.steps,
            "choose": work.folder.chosen,
            "write": work.folder.written,
            "join": work.folder.joined,
        }

    def stages(self) -> list[str]:
        """Return the stages that are made of tasks, in order."""
        return ["find", "choose", "write", *(["join"] if self.work.joins else [])]

    def tasks(self, stage: str) -> list[Block]:
        """Return the blocks of a stage; bodies are written in columns through all planes."""
        blocks = list(self.work.plan.blocks())
        return [block for block in blocks if block.plane == 0] if stage == "join" else blocks

    def left(self, stage: str) -> list[Block]:
        """Return the blocks of a stage that are not done."""
        mark = self._marks[stage]
        return [block for block in self.tasks(stage) if not mark(block).exists()]

    def run(self, progress: Progress = silent, executor: Executor | None = None) -> None:
        """Do all that is left, and share it with whoever else works on the folder.

        Parameters
        ----------
        progress
            Called after each block with the blocks done and their number in all stages; may raise Cancelled.
        executor
            Runs the tasks; None does them here, one after another.

        Raises
        ------
        ImageError
            The image cannot be read, the disk is full, or a file of the run is damaged. What is done stays.
        """
        total = sum(len(self.tasks(stage)) for stage in self.stages())
        before = 0
        for stage in self.stages():
            self._prepare(stage)
            count = len(self.tasks(stage))

            def report(left: int, before: int = before, count: int = count, stage: str = stage) -> None:
                progress(before + count - left, total, NOTES[stage])

            report(len(self.left(stage)))
            if executor is None:
                self._here(stage, report)
            else:
                self._elsewhere(stage, report, executor)
            if stage == "find":
                # The last look: what was read before it is of one image.
                self.check_image()
            before += count

    def _here(self, stage: str, report: Callable[[int], None]) -> None:
        left = self.left(stage)
        while left:
            done = False
            for block in left:
                with claimed(self.work.folder.claim(f"{stage}-{block.name}")) as mine:
                    if mine and not self._marks[stage](block).exists():
                        self.do(stage, block)
                        done = True
                if done:
                    report(len(self.left(stage)))
            left = self.left(stage)
            if left and not done:
                time.sleep(POLL_S)
                report(len(left))

    def _elsewhere(self, stage: str, report: Callable[[int], None], executor: Executor) -> None:
        left = self.left(stage)
        while left:
            with said_in_words(self.work.folder.path):
                futures = [
                    executor.submit(run_task, str(self.work.folder.path), stage, block) for block in left
                ]
            try:
                with said_in_words(self.work.folder.path):
                    for done, future in enumerate(as_completed(futures), 1):
                        future.result()
                        report(len(left) - done)
            finally:
                for future in futures:
                    future.cancel()
            left = self.left(stage)
            # Claimed by another command.
            if left:
                time.sleep(POLL_S)

    def check_image(self) -> None:
        """Refuse to go on with an image whose file changed since the run began.

        Raises
        ------
        ImageError
            It did; blocks of two images would make one result.
        """
        facts = read_record(self.work.folder)
        path = Path(facts["reading"]["path"])
        if facts["image state"] != image_state(path):
            raise ImageError(
                f"{path} changed while it was read: what was found so far is of another image. Delete "
                f"{self.work.folder.path}, and give the command again once nothing writes to it."
            )

    def do(self, stage: str, block: Block) -> None:
        """Do one task."""
        folder = self.work.folder
        if stage == "find":
            self.check_image()
            find_block(self.work, block)
        elif stage == "choose":
            choose_block(self.work, block, self._steps(block.plane))
        elif stage == "write":
            target = folder.planes if self.work.joins else folder.level(0)
            write_block(self.work, block, self._numbers(), LabelArray(target))
        else:
            write_column(self.work, block, LabelArray(folder.planes), LabelArray(folder.level(0)))

    def _prepare(self, stage: str) -> None:
        """Do once what a stage needs of all blocks before it."""
        folder = self.work.folder
        if stage == "write":
            target, plan = folder.planes if self.work.joins else folder.level(0), self.work.plan
            LabelArray.make(target, plan.shape, plan.chunks)
            self.once("number", folder.numbers, lambda: number_objects(self.work))
        elif stage == "join":
            LabelArray.make(folder.level(0), self.work.plan.shape)
            self.once("bodies", folder.bodies, lambda: join_planes(self.work, LabelArray(folder.planes)))

    def once(self, name: str, made: Path, make: Callable[[], object]) -> None:
        """Make a file that is made once, however many work on the folder; return when it is there."""
        while not made.exists():
            with claimed(self.work.folder.claim(name)) as mine:
                if mine and not made.exists():
                    make()
            if not made.exists():
                time.sleep(POLL_S)

    def _steps(self, plane: int) -> int:
        """Return the steps of diffusion that the largest object of a plane (of the whole volume) needs."""
        known = self._known_steps
        if plane not in known:
            every = self.work.plan.is_volume
            blocks = [block for block in self.work.plan.blocks() if every or block.plane == plane]
            known[plane] = max(int(read_stage(self.work.folder.steps(one))["steps"][0]) for one in blocks)
        return known[plane]

    def _numbers(self) -> Numbers:
        if self._known_numbers is None:
            self._known_numbers = Numbers(self.work)
        return self._known_numbers


def run_task(folder: str, stage: str, block: Block) -> None:
    """Do one task of a run in this process, which may be one of many; what it needs is kept for the next."""
    run = _opened(folder)
    with claimed(run.work.folder.claim(f"{stage}-{block.name}")) as mine:
        if mine and not run._marks[stage](block).exists():
            run.do(stage, block)


@lru_cache(maxsize=1)
def _opened(folder: str) -> BlockRun:
    from cpsam_core.weights import load_network

    files = BlocksFolder(Path(folder))
    facts = read_record(files)
    reading = BlockReading(**facts["reading"])
    network = load_network(reading.model, own_card(reading.device), reading.precision)
    return BlockRun(
        Work(files, reading.open(), network, settings_from(facts["settings"]), plan_from(facts["plan"]))
    )
