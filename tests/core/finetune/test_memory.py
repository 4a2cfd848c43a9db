"""Modes of memory: the same result in less, chosen by what is free, and the next one when memory runs out."""

from __future__ import annotations

import copy
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from cpsam_core.errors import SettingsError, TrainingError
from cpsam_core.finetune import MEMORY_MODES, Trainer, TrainingEvent, TrainSettings
from cpsam_core.finetune import memory as memory_module
from cpsam_core.finetune import stepper as stepper_module
from cpsam_core.finetune.memory import choose_memory_mode, estimate_memory, free_memory, leaner
from cpsam_core.network.config import VitConfig
from tests.core.finetune.tiny_training import LITE, PATCH, QUICK, Disks, same, trainer

pytestmark = pytest.mark.usefixtures("one_thread")

CPU, CARD = torch.device("cpu"), torch.device("cuda")
GIB = 2**30


@pytest.mark.parametrize("config", [LITE, PATCH])
@pytest.mark.parametrize("memory", ["stepwise", "lean", "paged"])
def test_stepping_in_the_backward_pass_is_the_ordinary_step(config: VitConfig, memory: Any) -> None:
    settings = replace(QUICK, averaging=0.9, layer_drop=0.4)
    kind: Any = "plenty" if memory == "stepwise" else "checkpointing"
    ordinary = trainer(replace(settings, memory=kind), config)
    stepwise = trainer(replace(settings, memory=memory), config)
    one, two = ordinary.run(), stepwise.run()
    assert one.losses == two.losses
    assert same(one.model, two.model)
    assert all(p.grad is None for p in stepwise.model.parameters())
    first, second = (t.optimiser.state_dict()["state"] for t in (ordinary, stepwise))
    assert first.keys() == second.keys()
    for key, state in first.items():
        assert all(torch.equal(value, second[key][name]) for name, value in state.items())


def test_a_result_can_be_trained_on_at_once() -> None:
    lean = trainer(replace(QUICK, memory="lean")).run().model
    plain = copy.deepcopy(lean)
    one = Trainer(lean, Disks(), QUICK, "cpu", "float32").run()  # type: ignore[arg-type]
    two = Trainer(plain, Disks(), QUICK, "cpu", "float32").run()  # type: ignore[arg-type]
    assert one.losses == two.losses


def test_gradients_never_live_all_at_once() -> None:
    lean, alive = trainer(replace(QUICK, memory="lean", epochs=1, layer_drop=0.0)), []
    parameters = list(lean.learner.trained.parameters.values())

    def count(parameter: torch.Tensor) -> None:
        alive.append(sum(p.grad is not None for p in parameters))

    for parameter in parameters:
        parameter.register_post_accumulate_grad_hook(count)  # type: ignore[no-untyped-call]
    lean.run()
    assert len(alive) == 2 * len(parameters)
    assert max(alive) <= 2


def test_checkpointing_changes_nothing_but_memory() -> None:
    plain, saving = trainer(config=PATCH).run(), trainer(replace(QUICK, memory="checkpointing"), PATCH).run()
    assert plain.losses == pytest.approx(saving.losses, rel=1e-5)


OutOfMemory = Callable[[int], None]


def run_out(made: Trainer, steps: tuple[int, ...], where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let memory run out at the start of some tries (counted from 0), or in the middle of their backward pass."""
    tries: list[int] = []
    learner = made.learner
    real: Callable[..., Any] = learner._loss

    def loss(batch: Any) -> torch.Tensor:
        number = len(tries)
        tries.append(number)
        if where == "forward" and number in steps:
            raise torch.OutOfMemoryError("CUDA out of memory (simulated)")
        result: torch.Tensor = real(batch)
        if where == "backward" and number in steps:
            late = learner.model.encoder.pos_embed  # complete after nearly all others

            def fail(grad: torch.Tensor) -> torch.Tensor:
                handle.remove()
                raise torch.OutOfMemoryError("CUDA out of memory (simulated)")

            handle = late.register_hook(fail)  # type: ignore[no-untyped-call]
        return result

    monkeypatch.setattr(learner, "_loss", loss)


@pytest.mark.parametrize("where", ["forward", "backward"])
@pytest.mark.parametrize("averaging", [0.0, 0.9])
def test_out_of_memory_goes_on_with_the_same_step(
    where: str, averaging: float, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(QUICK, averaging=averaging, layer_drop=0.5)
    events: list[TrainingEvent] = []
    whole = trainer(settings, PATCH).run()
    short = trainer(settings, PATCH, on_event=events.append)
    run_out(short, (1, 4), where, monkeypatch)
    result = short.run()
    assert short.steps == 6
    assert short.memory == "lean"
    assert [(event.kind, event.memory) for event in events] == [
        ("memory", "stepwise"),
        ("memory", "lean"),
    ]
    assert "out of memory; going on in memory mode stepwise" in caplog.text
    # In the second failure weights were stepped before it: the repeated pass sees them one step ahead.
    late = where == "backward"
    assert result.losses == pytest.approx(whole.losses, rel=1e-2 if late else 1e-4)
    counts = {float(state["step"]) for state in short.optimiser.state.values()}
    assert max(counts) <= 6
    for name, value in whole.model.named_parameters():
        torch.testing.assert_close(
            dict(result.model.named_parameters())[name], value, rtol=1e-3, atol=2e-2 if late else 1e-5
        )


def test_no_weight_is_stepped_twice_when_memory_runs_out_within_the_backward_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory_module, "allowed_modes", lambda device, settings: ("lean", "paged"))
    short = trainer(replace(QUICK, memory="lean", layer_drop=0.0), PATCH)
    run_out(short, (2,), "backward", monkeypatch)
    result = short.run()
    assert short.memory == "paged"
    counts = {float(state["step"]) for state in short.optimiser.state.values()}
    assert counts == {6.0}
    # What came after the middle of that pass saw weights one step ahead, and nothing else differs.
    whole = trainer(replace(QUICK, layer_drop=0.0), PATCH).run()
    assert result.losses == pytest.approx(whole.losses, rel=1e-2)


def test_no_mode_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    short = trainer(replace(QUICK, clip=1.0))
    run_out(short, (0, 1, 2), "forward", monkeypatch)
    with pytest.raises(
        TrainingError, match="not enough memory for training in memory mode checkpointing; close"
    ):
        short.run()
    assert short.steps == 0


def test_no_memory_for_the_optimiser(monkeypatch: pytest.MonkeyPatch) -> None:
    def prime(self: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory (simulated)")

    monkeypatch.setattr(stepper_module.Stepper, "_prime", prime)
    with pytest.raises(TrainingError, match="not enough memory for training in memory mode plenty"):
        trainer()


def test_other_errors_are_not_taken_for_want_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = trainer()

    def fail(batch: object) -> torch.Tensor:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(broken.learner, "_loss", fail)
    with pytest.raises(RuntimeError, match="mat1"):
        broken.run()
    assert broken.memory == "plenty"


def need(memory: Any, device: torch.device = CARD, **changes: Any) -> float:
    precision = changes.pop("precision", torch.bfloat16)
    settings = TrainSettings(**changes)
    return estimate_memory(VitConfig.cpsam(), settings, memory, device, precision).total / GIB


def test_what_the_published_network_needs() -> None:
    plenty, stepwise, checkpointing, lean, paged, eight_bit = (need(memory) for memory in MEMORY_MODES)
    assert 6.5 < plenty < 8.5  # the paper measured 8.5 for the reference
    assert plenty > stepwise > lean > paged
    assert plenty > checkpointing > lean > eight_bit
    assert lean < 4.5
    assert paged < 2.5
    assert need("lean", mode="adapters") < 3
    assert need("plenty", mode="last") < 3
    assert need("plenty", batch_size=4) > plenty + 3
    assert need("plenty", averaging=0.9) > plenty + 1
    assert need("plenty", precision=torch.float32) > plenty
    assert need("plenty", CPU) > plenty  # the attention matrix is kept there


@pytest.mark.parametrize(
    ("free", "expected"), [(12, "plenty"), (6, "stepwise"), (4.6, "lean"), (3, "paged"), (1, "paged")]
)
def test_the_fastest_mode_that_fits(free: float, expected: str) -> None:
    chosen = choose_memory_mode(
        CARD, VitConfig.cpsam(), TrainSettings(), torch.bfloat16, free=int(free * GIB)
    )
    assert chosen == expected


def test_what_the_user_chose_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "free_memory", lambda device: 0)
    settings = TrainSettings(memory="checkpointing")
    assert choose_memory_mode(CPU, VitConfig.cpsam(), settings) == "checkpointing"
    assert choose_memory_mode(CPU, VitConfig.cpsam(), TrainSettings()) == "lean"
    assert choose_memory_mode(CPU, VitConfig.cpsam(), TrainSettings(clip=1.0)) == "checkpointing"


def test_where_nothing_tells_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "free_memory", lambda device: None)
    assert choose_memory_mode(CPU, VitConfig.cpsam(), TrainSettings()) == "plenty"


def test_the_choice_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "free_memory", lambda device: 0)
    events: list[TrainingEvent] = []
    made = trainer(QUICK, on_event=events.append)
    assert made.memory == "lean"
    assert made.model.checkpointing
    assert [(event.kind, event.memory) for event in events] == [("memory", "lean")]


def test_free_memory_of_this_machine() -> None:
    free = free_memory(CPU)
    assert free is None or free > 0


def test_the_ladder() -> None:
    settings = TrainSettings()
    assert [leaner(memory, CARD, settings) for memory in MEMORY_MODES] == [
        "stepwise",
        "lean",
        "lean",
        "paged",
        None,
        None,
    ]
    assert leaner("plenty", CARD, replace(settings, clip=1.0)) == "checkpointing"
    assert leaner("checkpointing", CARD, replace(settings, clip=1.0)) is None
    assert leaner("lean", CPU, settings) is None


def test_eight_bits_want_a_package_and_a_card() -> None:
    with pytest.raises(SettingsError, match="pip install bitsandbytes"):
        trainer(replace(QUICK, memory="8bit"))


class EightBit(torch.optim.AdamW):
    """Stands in for the paged 8-bit optimiser, which needs a card."""

    made = 0

    def __init__(self, groups: Any, lr: float) -> None:
        super().__init__(groups, lr=lr)
        EightBit.made += 1


def test_eight_bits_with_a_stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    module = types.ModuleType("bitsandbytes")
    module.optim = types.SimpleNamespace(PagedAdamW8bit=EightBit)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bitsandbytes", module)
    monkeypatch.setattr(stepper_module, "eight_bit_available", lambda device: True)
    settings, state = replace(QUICK, memory="8bit"), tmp_path / "run.partial"
    made = trainer(settings)
    assert EightBit.made == len(made.learner.trained.parameters)
    whole = made.run()
    assert whole.losses == pytest.approx(trainer().run().losses, rel=1e-4)
    trainer(replace(settings, epochs=1), resume=state).run()
    other = copy.copy(state.read_bytes())
    resumed = trainer(settings, resume=state).run()
    assert same(resumed.model, whole.model)
    # Moments of another kind cannot be taken over; the weights can.
    state.write_bytes(other)
    assert trainer(QUICK, resume=state).run().losses[0] == whole.losses[0]
