"""What correcting a few images brings, and what it costs elsewhere: one click on real images, as a table and a picture.

The model is retrained on 1, 2, 4, 8 corrected images of a kind with what one click does, and scored on others of that
kind (the shape of the paper's figure 4) and on images of kinds that it knew before, which tell what was forgotten.

Usage: python gain.py --kinds DIR... --out rows.csv [--seeds 3] [--starts cpsam-lite random] [--picture gain.png]
       python gain.py --kinds DIR... --elsewhere DIR --pack images.zip [--starts FILE...]
       python gain.py --packed images.zip --out rows.csv --device cuda --seconds 540 --workers 12

Each DIR holds `images` and `masks` of one kind. The second form packs all that a measurement needs, in 8 bits, to carry
it to another machine; the third measures there. Rows are written as they come, the important ones first; those that are
in the file already are not measured again, and those that do not fit into the time are named in the end. A start that
learnt from a kind, by its card, is not measured on it. Kinds by which defaults were chosen are no kinds to report.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import time
from dataclasses import asdict, astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

from gain_click import NETWORKS, RATES, UNDRAWN, ends, random_start, replay_of
from gain_images import Folders, elsewhere_pairs, middles, pack, parts, unpacked
from gain_tables import draw, read_table, write_table

COUNTS = (8, 1, 4, 2)
"""Numbers of corrected images, the important ones first."""
STARTS = ("cpsam-lite", "random")


@dataclass(frozen=True)
class Job:
    """One row to measure; `variant` changes the settings of one click, as in "replay=0.5,clip=1"."""

    start: str
    kind: str
    corrected: int
    seed: int
    variant: str = ""


def main() -> None:
    """Pack, or measure and draw as the options say."""
    args = options()
    with tempfile.TemporaryDirectory() as folder:
        if args.packed is not None:
            where, starts = unpacked(args.packed, Path(folder))
            # What was packed with the images is measured first.
            args.starts = args.starts or ([*starts, "random"] if starts else [*STARTS])
        else:
            where = Folders({kind.name: kind for kind in args.kinds}, args.elsewhere)
            args.starts = args.starts or [*STARTS]
        if args.pack is not None:
            pack(args.pack, where, [Path(one) for one in args.starts if Path(one).is_file()])
            return
        rows = measured_rows(args, where)
    if args.picture is not None:
        first = args.starts[0]
        draw(args.picture, [row for row in rows if row["start"] == Path(first).stem])


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = common_options(__doc__, out_needed=False)
    parser.add_argument("--kinds", type=Path, nargs="+", default=(), help="a folder for each kind of image")
    parser.add_argument("--starts", nargs="+", help=f"models to start from, or {', '.join(NETWORKS)}")
    parser.add_argument("--variants", nargs="+", default=("",), help='changes, as in "replay=0.5,clip=1"')
    parser.add_argument(
        "--undrawn", action="store_true", help="score each training before its weights are drawn back, too"
    )
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="numbers of corrected images")
    parser.add_argument("--elsewhere", type=Path, help="folder of folders like DIR: what was known before")
    parser.add_argument("--pack", type=Path, metavar="FILE", help="pack the images and starts, and end")
    parser.add_argument("--packed", type=Path, metavar="FILE", help="take them from there")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing later than that")
    parser.add_argument("--workers", type=int, default=1, help="processes, each of which measures a row")
    args = parser.parse_args()
    if bool(args.kinds) == bool(args.packed) or bool(args.out) == bool(args.pack):
        parser.error("give --kinds or --packed, and --out or --pack")
    return args


def common_options(description: str | None, *, out_needed: bool = True) -> argparse.ArgumentParser:
    """Return a parser of what is chosen for images and for planes."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default="cpsam-lite", help="model to start from")
    parser.add_argument(
        "--out", type=Path, required=out_needed, help="JSON or CSV; the other of the same name lies beside it"
    )
    parser.add_argument("--picture", type=Path, help="PNG of the curves")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, help="fewer than one click takes, as in a shorter time")
    parser.add_argument("--rate", type=float, help="learning rate, other than one click takes")
    parser.add_argument("--schedule", help="how the rate falls, other than one click has it")
    parser.add_argument("--replay", type=float, help="share of replayed crops, other than one click takes")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device")
    return parser


def measured_rows(args: argparse.Namespace, where: Folders) -> list[dict[str, Any]]:
    """Measure what is not in the file yet, in so many processes, and return all rows."""
    begun = time.monotonic()
    rows: list[dict[str, Any]] = read_table(args.out)
    known = {key_of(row) for row in rows}
    jobs = [one for one in wanted(args, where) if not rows_of(args, one) <= known]
    deadline = begun + args.seconds
    left = list(jobs)
    context = multiprocessing.get_context("spawn")
    with context.Pool(args.workers, settle, (args, where, time.time() + args.seconds)) as pool:
        found = pool.imap_unordered(measured, jobs, 1)
        for _ in jobs:
            try:
                # What is begun in time has a little longer to end.
                job, made = found.next(min(max(1.0, deadline + 30 - time.monotonic()), 1e6))
            except multiprocessing.TimeoutError:
                break
            if made:
                print("\n".join(map(json.dumps, made)), flush=True)
                left.remove(job)
                again = {key_of(row) for row in made}
                rows = [*(row for row in rows if key_of(row) not in again), *made]
                write_table(args.out, rows)
        pool.terminate()
    for job in left:
        print(f"left out: {job}", flush=True)
    return rows


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what tells a row from others."""
    return tuple(row[one.name] for one in fields(Job))


def rows_of(args: argparse.Namespace, job: Job) -> set[tuple[Any, ...]]:
    """Return the keys of the rows that a training gives."""
    variants = [job.variant]
    if args.undrawn and job.corrected and job.start not in NETWORKS:
        variants.append(",".join(filter(None, (job.variant, UNDRAWN))))
    return {(Path(job.start).stem, *list(astuple(replace(job, variant=one)))[1:]) for one in variants}


def wanted(args: argparse.Namespace, where: Folders) -> list[Job]:
    """Return all rows, the important ones first: the starts themselves, then each seed with all counts and kinds."""
    jobs = []
    for start in args.starts:
        seen = learnt_kinds(start)
        for kind in (name for name in where.kinds if name not in seen):
            most = len(parts(where.kinds[kind])[0])
            jobs.append(Job(start, kind, 0, 0))
            jobs += [
                Job(start, kind, count, seed, variant)
                for seed in range(args.seeds)
                for count in args.counts
                if count <= most
                for variant in args.variants
            ]
    order = {count: place for place, count in enumerate((0, *args.counts))}
    # A random start is the control: a seed of it comes with the next seed of the others.
    return sorted(
        jobs, key=lambda one: (one.seed + (one.start in NETWORKS and one.corrected > 0), order[one.corrected])
    )


def learnt_kinds(start: str) -> set[str]:
    """Return the kinds that a start model learnt from, by its card."""
    from cpsam_core.checkpoints.cards import read_card
    from cpsam_core.weights import find

    card = None if start in NETWORKS else read_card(find(start))
    return set() if card is None else set(card.settings.get("mixing", {}))


SETTLED: list[Any] = []
"""In a process that measures: the options, the folders, and until when a row may begin (`time.time`)."""


def settle(*given: Any) -> None:
    """Keep what all rows of this process share."""
    SETTLED[:] = given


def measured(job: Job) -> tuple[Job, list[dict[str, Any]]]:
    """Measure a training in a process of the pool; no rows where no time is left, or it failed, which is said."""
    from cpsam_core.errors import CpsamError

    args, where, until = SETTLED
    if time.time() >= until:
        return job, []
    try:
        return job, measure(args, where, job)
    except (CpsamError, RuntimeError, OSError) as error:
        # A card that is full for one row leaves the others their time.
        print(f"failed: {job}: {error}", flush=True)
        return job, []


def measure(args: argparse.Namespace, where: Folders, job: Job) -> list[dict[str, Any]]:
    """Retrain as the job says, and score; without images, score the start itself."""
    train, test = parts(where.kinds[job.kind])
    there = elsewhere_pairs(where.elsewhere) if job.corrected in (0, max(args.counts)) else []
    begun, own = time.monotonic(), argparse.Namespace(**{**vars(args), "variant": job.variant})
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        own.base = job.start
        if job.start in NETWORKS:
            network = NETWORKS[job.start]
            own.base, own.rate = random_start(network, job.seed, Path(folder)), RATES[network]
        here = middles(test, Path(folder) / job.kind)
        for end in ends(own, train, job.corrected, job.seed, replay_of(own), Path(folder)):
            rows.append(
                {
                    **asdict(replace(job, variant=end.variant)),
                    "start": Path(job.start).stem,
                    **scores(end.segmenter, here),
                    **{f"elsewhere {name}": row["ap_0.5"] for name, row in by_set(end.segmenter, there)},
                    "share": round(end.share, 3),
                    "processor_seconds": round(end.seconds, 1),
                    "seconds": round(time.monotonic() - begun, 1),
                }
            )
            begun = time.monotonic()
    return rows


def scores(segmenter: Any, test: list[Any]) -> dict[str, float]:
    """Return the scores on images of one set."""
    ((_, here),) = by_set(segmenter, test)
    return here


def by_set(segmenter: Any, test: Any) -> list[tuple[str, dict[str, float]]]:
    """Return the scores on images by their set."""
    from cpsam_core.retrain.validate import validate

    return list(validate(segmenter, test).items())


if __name__ == "__main__":
    main()
