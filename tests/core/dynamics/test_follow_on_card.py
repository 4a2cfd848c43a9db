"""Pixels followed on a graphics card end where those followed by the processor end; here the card is the processor."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cpsam_core.dynamics import ImageFrame, find_masks, follow, follow_on_card
from cpsam_core.dynamics.follow_on_card import CardFlows, _twins
from cpsam_core.progress import Cancelled
from cpsam_core.segment.segmenter import NetworkOutput, Segmenter, Settings, masks_of
from tests.core.conftest import DiskNetwork, disks

GOLDEN = Path(__file__).parents[2] / "golden"
# The package has a function of that name.
module = importlib.import_module("cpsam_core.dynamics.follow")
# Without AVX2 the processor rounds products and sums apart, and the last bit of one step in a hundred differs.
SAME = 1.0 if torch.backends.cpu.get_cpu_capability().startswith("AVX") else 0.98

Field = tuple[NDArray[np.float32], NDArray[np.bool_]]


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the processor count as a card; return how many points were followed there, call by call."""
    monkeypatch.setattr(module, "CARDS", ("cpu",))
    calls: list[int] = []
    real = follow_on_card.follow_together

    def counted(flows: CardFlows, starts: NDArray[Any], *others: Any) -> NDArray[np.int64]:
        calls.append(len(starts))
        return real(flows, starts, *others)

    monkeypatch.setattr(follow_on_card, "follow_together", counted)
    return calls


def noise(shape: tuple[int, ...], seed: int = 0) -> Field:
    rng = np.random.default_rng(seed)
    flows = rng.normal(0, 3, (len(shape), *shape)).astype(np.float32)
    flows[0].flat[0] = np.nan
    return flows, rng.random(shape) < 0.8


def cells(shape: tuple[int, ...], seed: int = 0) -> Field:
    """Flows towards the middles of cells of 20 pixels, with noise."""
    rng = np.random.default_rng(seed)
    where = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")).astype(np.float32)
    flows = (10 - where % 20) * 0.5 + rng.normal(0, 0.5, where.shape).astype(np.float32)
    return flows.astype(np.float32), rng.random(shape) < 0.9


def golden(name: str) -> Field:
    with np.load(GOLDEN / name) as stored:
        return stored["flows_net"].astype(np.float32), stored["cellprob"] > 0


def on_both(flows: Any, inside: Any, niter: int, monkeypatch: pytest.MonkeyPatch, **options: Any) -> float:
    """Return the share of the pixels that end at the same place."""
    starts, ends = follow(flows, inside, niter, device="cuda-less", **options)
    with monkeypatch.context() as patch:
        patch.setattr(module, "CARDS", ("cpu",))
        there, ends_there = follow(flows, inside, niter, device="cpu", **options)
    before, after = np.full(inside.size, -1), np.full(inside.size, -1)
    before[starts], after[there] = ends, ends_there
    assert ends_there.dtype == ends.dtype
    return float((before == after).mean())


@pytest.mark.parametrize("niter", [0, 1, 30, 200, 333])
@pytest.mark.parametrize("shape", [(71, 93), (20, 33, 41)])
def test_random_flows(shape: tuple[int, ...], niter: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_both(*noise(shape), niter, monkeypatch) >= SAME


@pytest.mark.parametrize("name", ["dynamics_2d_0", "dynamics_2d_1", "dynamics_2d_2", "dynamics_3d"])
def test_flows_of_a_network(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_both(*golden(f"{name}.npz"), 200, monkeypatch) >= SAME


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 3), (1, 1, 1), (1, 9, 1), (3, 1, 40)])
def test_thin_and_tiny_images(shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    flows, inside = noise(shape)
    inside[...] = True
    assert on_both(flows, inside, 60, monkeypatch) >= SAME


@pytest.mark.parametrize("pixels", [0, 1])
def test_no_pixel_and_one_pixel(pixels: int, card: list[int]) -> None:
    flows, inside = noise((12, 14))
    inside[...] = False
    inside.flat[40 : 40 + pixels] = True
    starts, ends = follow(flows, inside, 200, device="cpu")
    assert starts.tolist() == [40][:pixels]
    assert len(ends) == pixels and card == [1][:pixels]


@pytest.mark.parametrize("shape", [(301, 407), (1, 500), (60, 70, 60)])
def test_a_part_gives_what_the_whole_gives_to_the_last_bit(shape: tuple[int, ...], card: list[int]) -> None:
    flows, inside = cells(shape)
    starts, ends = follow(flows, inside, 60, device="cpu")
    whole = np.full(inside.size, -1)
    whole[starts] = ends
    part = tuple(slice(n // 5, max(n // 5 + 1, n * 4 // 5)) for n in shape)
    frame = ImageFrame(tuple(side.start for side in part), shape)
    size = inside[part].shape

    def to_whole(flat: NDArray[Any]) -> NDArray[Any]:
        places = np.unravel_index(flat, size)
        return np.ravel_multi_index([at + side.start for at, side in zip(places, part, strict=True)], shape)

    starts, ends = follow(flows[(slice(None), *part)], inside[part], 60, frame=frame, device="cpu")
    places = np.unravel_index(to_whole(starts), shape)
    # Those whose cell lies completely in the part.
    safe = np.ones(len(starts), bool)
    for at, side, length in zip(places, part, shape, strict=True):
        first = at // 20 * 20
        safe &= (first >= side.start + 1) | (side.start == 0)
        safe &= (first + 21 < side.stop) | (side.stop == length)
    assert safe.sum() > 0 and len(card) == 2
    assert np.array_equal(to_whole(ends)[safe], whole[to_whole(starts)][safe])


@pytest.mark.parametrize("part", [(slice(10, 60), slice(5, 90)), (slice(70, 71), slice(92, 93))])
def test_a_part_as_the_processor_has_it(part: tuple[slice, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pixels leave the part, both say so by an end at its border or somewhere inside; here none does."""
    flows, inside = cells((71, 93))
    inside[:] = False
    inside[20:40, 20:80] = True
    inside[70, 92] = True
    frame = ImageFrame(tuple(side.start for side in part), (71, 93))
    assert on_both(flows[(slice(None), *part)], inside[part], 60, monkeypatch, frame=frame) >= SAME


def test_chunks_change_nothing(card: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    flows, inside = cells((120, 130))
    once = follow(flows, inside, 100, device="cpu")
    monkeypatch.setattr(follow_on_card, "CARD_CHUNK_POINTS", 1000)
    seen: list[tuple[int, int]] = []
    chunks = follow(
        flows, inside, 100, device="cpu", progress=lambda done, total, note="": seen.append((done, total))
    )
    assert all(np.array_equal(one, other) for one, other in zip(once, chunks, strict=True))
    total = len(once[0])
    assert card == [total, *[1000] * (total // 1000), total % 1000]
    assert seen == sorted(seen) and seen[-1] == (total, total)


def test_can_be_cancelled_between_the_legs(card: list[int]) -> None:
    calls: list[int] = []

    def stop(done: int, total: int, note: str = "") -> None:
        calls.append(done)
        if len(calls) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        follow(*cells((50, 60)), 200, device="cpu", progress=stop)
    assert calls == [0, 0] and len(card) == 1


@pytest.mark.parametrize("where", ["__init__", "move"])
def test_without_memory_the_processor_takes_over(
    where: str, card: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def short(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory (simulated)")

    flows, inside = cells((50, 60))
    expected = follow(flows, inside, 200, device="cuda-less")
    monkeypatch.setattr(CardFlows, where, short)
    found = follow(flows, inside, 200, device="cpu")
    assert all(np.array_equal(one, other) for one, other in zip(expected, found, strict=True))
    assert "out of memory; following the flows on the processor" in caplog.text


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
def test_the_card_of_a_run_elsewhere_is_not_looked_for() -> None:
    flows, inside = cells((50, 60))
    expected, found = (follow(flows, inside, 100, device=name) for name in ("cpu", "cuda:1"))
    assert all(np.array_equal(one, other) for one, other in zip(expected, found, strict=True))


def test_another_error_is_none_of_memory(card: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("illegal access")

    monkeypatch.setattr(CardFlows, "move", broken)
    with pytest.raises(RuntimeError, match="illegal access"):
        follow(*cells((50, 60)), 200, device="cpu")


def test_nothing_but_the_part_is_kept() -> None:
    """A small part of a huge image takes the memory of the part."""
    steps = np.zeros((2, 30, 40), np.float32)
    flows = CardFlows(steps, (70_000, 80_000), (100_000, 100_000), torch.device("cpu"))
    assert sum(t.nbytes for t in vars(flows).values() if isinstance(t, torch.Tensor)) < 2 * 4 * 32 * 42 + 500


def test_twins_are_at_the_same_place() -> None:
    rng = np.random.default_rng(0)
    places = rng.uniform(-1, 1, (2, 50)).astype(np.float32)
    points = torch.from_numpy(places[:, rng.integers(0, 50, 5000)])
    twin = _twins(points)
    assert torch.equal(points, points[:, twin])
    assert torch.equal(twin, twin[twin])
    assert len(set(twin.tolist())) == 50
    assert len(_twins(points[:, :0])) == 0


class NamedNetwork(DiskNetwork):
    """Says where it computes."""

    device = torch.device("cpu")


@pytest.mark.parametrize(
    "settings", [Settings(), Settings(diameter=20.0, resample=False), Settings(diameter="auto")]
)
def test_a_run_follows_where_its_network_computes(settings: Settings, card: list[int]) -> None:
    found = Segmenter(NamedNetwork()).segment(disks(), settings)
    assert found.labels.max() == 3 and len(card) > 0
    assert found.output.device == "cpu"
    runs = len(card)
    # Other thresholds follow the pixels where the run did.
    masks_of(found.output, Settings(cellprob_threshold=0.5))
    assert len(card) == runs + 1


def test_masks_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    with np.load(GOLDEN / "dynamics_2d_0.npz") as stored:
        flows, logits = stored["flows_net"].astype(np.float32), stored["cellprob"].astype(np.float32)
    expected = find_masks(flows, logits, device="cuda-less")
    monkeypatch.setattr(module, "CARDS", ("cpu",))
    found = masks_of(NetworkOutput(flows, logits), Settings())
    assert (found.labels == expected.labels).mean() >= SAME
