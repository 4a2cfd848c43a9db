"""Agreement of annotators against the paper's numbers and against counts worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cpsam_core.errors import SettingsError
from cpsam_core.metrics.agreement import Agreement, agreement, mean_agreement


def dots(*ids: int) -> NDArray[np.uint32]:
    """Return labels with a square for each id that is not 0, at places that stay the same."""
    labels = np.zeros((6, 6 * len(ids)), np.uint32)
    for place, number in enumerate(ids):
        labels[1:5, 6 * place + 1 : 6 * place + 5] = number
    return labels


def test_every_pair_is_counted_both_ways() -> None:
    found = agreement([dots(1, 2, 3, 0), dots(1, 2, 0, 4), dots(9, 0, 0, 0)], ["A", "B", "C"])
    expected = [[0, 2 / 3, 2 / 3], [2 / 3, 0, 2 / 3], [2, 2, 0]]
    np.testing.assert_allclose(found.error_rates, expected)
    np.testing.assert_allclose(found.f1, [[1, 2 / 3, 1 / 2], [2 / 3, 1, 1 / 2], [1 / 2, 1 / 2, 1]])
    np.testing.assert_allclose(found.average_precision[0], [1, 1 / 2, 1 / 3])
    assert found.mean_error_rate == pytest.approx((4 * 2 / 3 + 4) / 6)
    assert found.mean_f1 == pytest.approx((2 / 3 + 1 / 2 + 1 / 2) / 3)
    assert found.mean_average_precision == pytest.approx((1 / 2 + 1 / 3 + 1 / 3) / 3)


def test_the_consensus_of_the_paper() -> None:
    """An inter-annotator error rate of 0.257 gives the estimate 0.128 (results, figure 2d)."""
    rates = np.array([[0, 0.257], [0.257, 0]])
    found = Agreement(("1", "2"), 0.5, rates, np.eye(2), np.eye(2))
    assert found.consensus_error_rate == pytest.approx(0.1285)


def test_annotators_that_agree() -> None:
    found = agreement([dots(1, 2), dots(2, 1)])
    assert found.names == ("1", "2")
    assert found.mean_error_rate == found.consensus_error_rate == 0
    assert found.mean_f1 == 1


def test_means_over_images_leave_out_what_is_not_defined() -> None:
    empty = agreement([dots(0, 0), dots(1, 0)])
    assert np.isnan(empty.error_rates[0, 1]) and empty.error_rates[1, 0] == 1
    nothing = agreement([dots(0, 0), dots(0, 0)])
    assert np.isnan(nothing.mean_error_rate) and np.isnan(nothing.mean_f1)
    found = mean_agreement([empty, agreement([dots(1, 2), dots(1, 0)]), nothing])
    np.testing.assert_allclose(found.error_rates, [[0, 0.5], [1, 0]])
    assert found.images == 3


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(SettingsError, match="two annotators"):
        agreement([dots(1)])
    with pytest.raises(SettingsError, match="names"):
        agreement([dots(1), dots(1)], ["A"])
    with pytest.raises(SettingsError, match="same annotators"):
        mean_agreement([agreement([dots(1), dots(1)]), agreement([dots(1), dots(1)], threshold=0.7)])
    with pytest.raises(SettingsError, match="same annotators"):
        mean_agreement([])
