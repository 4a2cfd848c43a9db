"""Fused attention against the same attention written out with its whole bias matrix."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from cpsam_core.network import attention
from cpsam_core.network.attention import PLAIN_TOKENS, Attention, attend

GRID, WIDTH, HEADS = 8, 32, 2


def made(relative: bool = True, table_rows: int | None = None, seed: int = 0) -> Attention:
    torch.manual_seed(seed)
    layer = Attention(WIDTH, HEADS, GRID, relative)
    if relative:
        for name in ("rel_pos_h", "rel_pos_w"):
            table = torch.randn(table_rows or 2 * GRID - 1, WIDTH // HEADS)
            setattr(layer, name, nn.Parameter(table))
    return layer


def stretched(table: Tensor) -> Tensor:
    """Stretch linearly to 2 * GRID - 1 rows, sampled at the middle of each row."""
    rows = 2 * GRID - 1
    at = np.clip((np.arange(rows) + 0.5) * len(table) / rows - 0.5, 0, len(table) - 1)
    columns = [
        np.interp(at, np.arange(len(table)), column) for column in table.detach().numpy().T.astype(float)
    ]
    return torch.from_numpy(np.stack(columns, axis=1)).float()


def explicit(layer: Attention, tokens: Tensor) -> Tensor:
    """Write out every bias and every weight, query by query."""
    batch, rows, columns, _ = tokens.shape
    size = WIDTH // HEADS
    q, k, v = layer.qkv(tokens).reshape(batch, rows * columns, 3, HEADS, size).permute(2, 0, 3, 1, 4)
    weights = q @ k.transpose(-1, -2) * size**-0.5
    if layer.relative_positions:
        by_row, by_column = stretched(layer.rel_pos_h), stretched(layer.rel_pos_w)
        for query in range(rows * columns):
            for key in range(rows * columns):
                down = by_row[query // columns - key // columns + GRID - 1]
                along = by_column[query % columns - key % columns + GRID - 1]
                weights[:, :, query, key] += q[:, :, query] @ (down + along)
    mixed = weights.softmax(-1) @ v
    result: Tensor = layer.proj(mixed.transpose(1, 2).reshape(batch, rows, columns, WIDTH))
    return result


@pytest.mark.parametrize("table_rows", [15, 7, 31])
@pytest.mark.parametrize("shape", [(8, 8), (4, 6)])
def test_fused_attention_holds_the_exact_bias(table_rows: int, shape: tuple[int, int]) -> None:
    layer = made(table_rows=table_rows)
    tokens = torch.randn(2, *shape, WIDTH)
    with torch.no_grad():
        expected = explicit(layer, tokens)
        torch.testing.assert_close(layer(tokens), expected, rtol=1e-5, atol=1e-5)


def test_without_relative_positions() -> None:
    layer = made(relative=False)
    tokens = torch.randn(2, 8, 8, WIDTH)
    with torch.no_grad():
        torch.testing.assert_close(layer(tokens), explicit(layer, tokens), rtol=1e-5, atol=1e-5)
    assert not hasattr(layer, "rel_pos_h")


@pytest.mark.parametrize("relative", [True, False])
@pytest.mark.parametrize("table_rows", [15, 31])
def test_training_computes_what_inference_does(relative: bool, table_rows: int) -> None:
    layer = made(relative, table_rows)
    tokens = torch.randn(2, 8, 8, WIDTH)
    trained = layer(tokens)
    assert trained.requires_grad
    with torch.inference_mode():
        torch.testing.assert_close(trained.detach(), layer(tokens), rtol=1e-5, atol=1e-5)


def test_gradients_are_those_of_the_explicit_bias() -> None:
    layer = made(table_rows=31)
    tokens = torch.randn(1, 8, 8, WIDTH)
    for parameter in layer.parameters():
        parameter.grad = None
    (layer(tokens) ** 2).sum().backward()
    ours = layer.qkv.weight.grad
    assert ours is not None
    assert layer.rel_pos_h.grad is not None
    assert layer.rel_pos_h.grad.abs().sum() > 0
    other = copy.deepcopy(layer)
    other.zero_grad()
    (explicit(other, tokens) ** 2).sum().backward()  # its tables are constants, its other weights are not
    torch.testing.assert_close(ours, other.qkv.weight.grad, rtol=1e-4, atol=1e-4)


def test_reduced_precision_is_close() -> None:
    layer = made(table_rows=31)
    tokens = torch.randn(2, 8, 8, WIDTH)
    with torch.inference_mode():
        exact = layer(tokens)
        reduced = layer.to(torch.bfloat16)(tokens.bfloat16())
    assert reduced.dtype == torch.bfloat16
    assert float((reduced.float() - exact).norm() / exact.norm()) < 0.03


def test_the_table_is_stretched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = made(table_rows=31)
    calls = []
    original = torch.nn.functional.interpolate

    def counted(*args: object, **kwargs: object) -> Tensor:
        calls.append(1)
        return original(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(functional, "interpolate", counted)
    tokens = torch.randn(1, 8, 8, WIDTH)
    with torch.inference_mode():
        for _ in range(3):
            layer(tokens)
    assert len(calls) == 2  # rows and columns


@pytest.mark.parametrize("table", ["rel_pos_h", "rel_pos_w"])
@pytest.mark.parametrize("how", ["in place", "loaded", "replaced", "data"])
def test_changed_weights_are_noticed(table: str, how: str) -> None:
    layer, tokens = made(table_rows=31).requires_grad_(False), torch.randn(1, 8, 8, WIDTH)
    before = layer(tokens)
    new = torch.randn(31, WIDTH // HEADS)
    if how == "in place":
        getattr(layer, table).copy_(new)
    elif how == "loaded":
        layer.load_state_dict({**layer.state_dict(), table: new})
    elif how == "replaced":
        setattr(layer, table, nn.Parameter(new, requires_grad=False))
    else:
        getattr(layer, table).data = new
    fresh = made(table_rows=31)
    fresh.load_state_dict(layer.state_dict())
    with torch.no_grad():
        expected = fresh(tokens)
    assert not torch.allclose(before, expected)
    torch.testing.assert_close(layer(tokens), expected)


def test_training_steps_are_noticed() -> None:
    layer, tokens = made(), torch.randn(1, 8, 8, WIDTH)
    with torch.inference_mode():
        before = layer(tokens)
    optimiser = torch.optim.SGD(layer.parameters(), lr=0.1)
    layer(tokens).sum().backward()
    optimiser.step()
    with torch.inference_mode():
        after = layer(tokens)
    assert not torch.allclose(before, after)
    torch.testing.assert_close(layer(tokens).detach(), after, rtol=1e-5, atol=1e-5)


def test_training_with_frozen_tables_after_inference() -> None:
    layer, tokens = made(), torch.randn(1, 8, 8, WIDTH)
    layer.rel_pos_h.requires_grad_(False)
    layer.rel_pos_w.requires_grad_(False)
    with torch.inference_mode():
        layer(tokens)
    layer(tokens).sum().backward()
    assert layer.qkv.weight.grad is not None


def test_a_copy_stands_alone() -> None:
    layer, tokens = made(table_rows=31), torch.randn(1, 8, 8, WIDTH)
    with torch.inference_mode():
        before = layer(tokens)
    other = copy.deepcopy(layer)
    with torch.no_grad():
        other.rel_pos_h.zero_()
    with torch.inference_mode():
        assert not torch.allclose(other(tokens), before)
        torch.testing.assert_close(layer(tokens), before)


@pytest.mark.parametrize(("tokens", "fused"), [(PLAIN_TOKENS, False), (PLAIN_TOKENS + 1, True)])
def test_many_tokens_take_the_fused_kernel(tokens: int, fused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways are softmax(q k^T s) v, here in float64 for a few of the queries."""
    calls: list[int] = []
    kernel = functional.scaled_dot_product_attention

    def counted(query: Tensor, *others: Tensor, **options: float) -> Tensor:
        calls.append(query.shape[-2])
        return kernel(query, *others, **options)

    monkeypatch.setattr(functional, "scaled_dot_product_attention", counted)
    torch.manual_seed(0)
    query, key, value = (torch.randn(1, 2, tokens, 16) for _ in range(3))
    with torch.inference_mode():
        found = attend(query, key, value, 0.25)
    assert calls == [tokens] * fused
    few = query[:, :, :50].double() @ key.double().transpose(-1, -2) * 0.25
    torch.testing.assert_close(found[:, :, :50], (few.softmax(-1) @ value.double()).float())


@pytest.fixture
def cudnn_allowed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether cuDNN's kernel was allowed, call by call."""
    seen: list[bool] = []
    kernel = functional.scaled_dot_product_attention

    def noted(*tensors: Tensor, **options: float) -> Tensor:
        seen.append(torch.backends.cuda.cudnn_sdp_enabled())
        return kernel(*tensors, **options)

    monkeypatch.setattr(functional, "scaled_dot_product_attention", noted)
    return seen


@pytest.mark.parametrize("before", [True, False])
def test_gradients_never_go_through_cudnn(before: bool, cudnn_allowed: list[bool]) -> None:
    """Its backward pass gives NaN for some numbers of tokens; the kernel is chosen in the forward pass."""
    query, key, value = (torch.randn(1, 1, PLAIN_TOKENS + 1, 8) for _ in range(3))
    usual = torch.backends.cuda.cudnn_sdp_enabled()
    torch.backends.cuda.enable_cudnn_sdp(before)
    try:
        for wanted in (query, key, value):
            wanted.requires_grad_(True)
            attend(query, key, value, 1.0).sum().backward()
            wanted.requires_grad_(False)
            assert torch.backends.cuda.cudnn_sdp_enabled() is before
        assert cudnn_allowed == [False] * 3
        attend(query, key, value, 1.0)
        with torch.no_grad():
            attend(query.requires_grad_(True), key, value, 1.0)
        assert cudnn_allowed[3:] == [before] * 2, "inference stays as it is"
    finally:
        torch.backends.cuda.enable_cudnn_sdp(usual)


def test_nor_does_what_checkpointing_computes_again(cudnn_allowed: list[bool]) -> None:
    side = math.isqrt(PLAIN_TOKENS) + 1
    layer = Attention(8, 1, side, relative_positions=False)
    tokens = torch.randn(1, side, side, 8, requires_grad=True)
    checkpoint(layer, tokens, use_reentrant=False).sum().backward()
    assert cudnn_allowed == [False] * 2, "once forward, once again on the way back"
    assert tokens.grad is not None


def test_what_the_kernel_raises_leaves_the_choice_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*tensors: Tensor, **options: float) -> Tensor:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(functional, "scaled_dot_product_attention", broken)
    before = torch.backends.cuda.cudnn_sdp_enabled()
    query = torch.randn(1, 1, PLAIN_TOKENS + 1, 8, requires_grad=True)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of memory"):
            attend(query, query, query, 1.0)
        assert torch.backends.cuda.cudnn_sdp_enabled() is before


def test_attention_goes_through_one_place() -> None:
    """Whoever calls the fused kernel directly may meet cuDNN's backward pass."""
    folder = Path(attention.__file__).parents[1]
    calls = {
        path.name
        for path in folder.rglob("*.py")
        if "scaled_dot_product_attention(" in path.read_text("utf-8")
    }
    assert calls == {"attention.py"}
