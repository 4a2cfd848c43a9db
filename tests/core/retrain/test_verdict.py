"""The paired test: how often it is wrong, and how often it sees a true gain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri, stdtrit

from cpsam_core.retrain.judge import verdict_text
from cpsam_core.retrain.verdict import (
    FEW_OBJECTS,
    MOST_ADVISED,
    WORTH_SEEING,
    Difference,
    Units,
    difference_of,
    signed,
)

TRIALS = 200


def independent(rng: np.random.Generator, cells: int, skill: float, alike: float, images: int) -> list[Units]:
    """Two models of one skill; `alike` is how much they find the same cells easy. Half of the missed are false, too."""
    found = []
    for _ in range(images):
        count = cells // images
        shared = rng.standard_normal(count) * alike**0.5
        old, new = (shared + rng.standard_normal(count) * (1 - alike) ** 0.5 < ndtri(skill) for _ in range(2))
        false = [1 + (~hit & (rng.random(count) < 0.5)) for hit in (old, new)]
        found.append(np.stack([old, false[0], new, false[1], np.ones(count)], axis=1).astype(np.int64))
    return found


def retrained(rng: np.random.Generator, cells: int, before: float, after: float) -> list[Units]:
    """A new model that keeps 97 % of what the old one found, and finds as many more as its skill asks for."""
    old = rng.random(cells) < before
    kept = 0.97
    gained = (after - before * kept) / (1 - before)
    new = rng.random(cells) < np.where(old, kept, gained)
    ones = np.ones(cells)
    return [np.stack([old, ones, new, ones, ones], axis=1).astype(np.int64)]


@pytest.mark.parametrize(
    ("cells", "alike", "images"), [(20, 0.5, 1), (100, 0.5, 1), (100, 0.8, 4), (160, 0.8, 8)]
)
def test_models_of_one_skill_are_rarely_called_better(cells: int, alike: float, images: int) -> None:
    rng = np.random.default_rng((cells, images))
    words = [difference_of(independent(rng, cells, 0.7, alike, images)).word for _ in range(TRIALS)]
    # Three standard errors of 200 trials around 5 %.
    assert words.count("better") <= 0.05 * TRIALS + 3 * (TRIALS * 0.05 * 0.95) ** 0.5
    assert words.count("worse") <= 0.05 * TRIALS + 3 * (TRIALS * 0.05 * 0.95) ** 0.5
    assert words.count("better") + words.count("worse") <= 0.1 * TRIALS


def test_over_all_of_them_at_most_one_in_twenty() -> None:
    rng = np.random.default_rng(1)
    kinds = [(30, 0.5, 1), (100, 0.8, 2), (200, 0.5, 8)]
    words = [
        difference_of(independent(rng, cells, skill, alike, images)).word
        for cells, alike, images in kinds
        for skill in (0.6, 0.8)
        for _ in range(60)
    ]
    assert words.count("better") <= 0.05 * len(words)


def test_a_true_gain_of_a_tenth_is_seen_with_a_hundred_cells() -> None:
    rng = np.random.default_rng(2)
    words = [difference_of(retrained(rng, 100, 0.7, 0.8)).word for _ in range(TRIALS)]
    assert words.count("better") >= 0.8 * TRIALS
    assert words.count("worse") == 0


def units(*rows: tuple[int, int, int, int, int]) -> Units:
    return np.array(rows, np.int64)


def test_the_interval_and_what_would_settle_it() -> None:
    same, gained = (1, 1, 1, 1, 1), (0, 1, 1, 1, 1)
    unsure = difference_of([units(*[same] * 18, *[gained] * 2)])
    assert (unsure.word, unsure.objects, unsure.images) == ("not different", 20, 1)
    assert unsure.change == pytest.approx(0.1) and unsure.low <= 0.05 < 0.15 < unsure.high
    assert 1 <= unsure.more < 100
    sure = difference_of([units(*[same] * 80, *[gained] * 20)])
    assert sure.word == "better" and sure.more == 0 and 0 < sure.low < 0.2 < sure.high
    assert sure.interval == f"+0.20, between {sure.low:+.2f} and {sure.high:+.2f}"
    assert difference_of([units(*[same] * 80, *[gained] * 20)]) == sure  # no chance in it


def test_nothing_more_is_asked_for_where_a_difference_would_have_been_seen() -> None:
    same, gained = (1, 1, 1, 1, 1), (0, 1, 1, 1, 1)
    equal = difference_of([units(*[same] * 100)])
    assert (equal.word, equal.change, equal.more) == ("not different", 0, 0)
    told = verdict_text((), equal)
    assert "would have been seen" in told and "Correct" not in told
    # So few cells show nothing, whatever the interval.
    assert difference_of([units(*[same] * 4, gained)]).more > 0


@pytest.mark.parametrize("images", [1, 8])
def test_a_few_cells_that_stayed_as_they_were_do_not_exclude_what_they_do_not_show(images: int) -> None:
    """37 cells of which none changed: up to 3 in 37 others may (the rule of three)."""
    same, missed = (1, 1, 1, 1, 1), (0, 1, 0, 1, 1)
    per_image = [units(*[same] * 4, missed)] * images if images > 1 else [units(*[same] * 36, missed)]
    objects = sum(len(one) for one in per_image)
    equal = difference_of(per_image)
    assert (equal.word, equal.change, equal.objects) == ("not different", 0, objects)
    assert -equal.low == pytest.approx(3 / objects, rel=0.01)
    assert equal.high == -equal.low
    assert equal.more == max(60 - objects, FEW_OBJECTS)
    assert "would have been seen" not in verdict_text((), equal)


def test_unchecked_outlines_are_named_in_place_of_a_verdict() -> None:
    lost, same = (1, 0, 1, 1, 1), (1, 1, 1, 1, 1)
    worse = difference_of([units(*[same] * 60, *[lost] * 40)])
    assert worse.word == "worse" and "Keep the old one" in verdict_text((), worse)
    told = verdict_text((), worse, "not known")
    assert "unchecked" in told and "worse:" not in told and "Keep" not in told


def test_an_image_of_few_cells_does_not_outweigh_the_others() -> None:
    same, gained = (1, 1, 1, 1, 1), (0, 1, 1, 1, 1)
    large = units(*[same] * 70, *[gained] * 30)
    told = difference_of([large, units((0, 1, 1, 1, 1), (1, 1, 0, 1, 1), same)])
    assert told.word == "better" and told.images == 2
    assert told.change == pytest.approx(30 / 103) == pytest.approx(told.after - told.before)


def test_whole_images_speak_where_there_are_many() -> None:
    """One image in which all turned right is one case, and not two hundred."""
    same, gained, lost = (1, 1, 1, 1, 1), (0, 1, 1, 1, 1), (1, 1, 0, 1, 1)
    quiet = [units(*[same] * 20) for _ in range(7)]
    assert difference_of([units(*[gained] * 200), *quiet]).word == "not different"
    assert difference_of([units(*[gained] * 5, *[same] * 15) for _ in range(8)]).word == "better"
    assert difference_of([units(*[lost] * 5, *[same] * 15) for _ in range(8)]).word == "worse"


def test_false_objects_count_and_few_objects_say_nothing() -> None:
    same, ghost_gone, ghost_new = (1, 1, 1, 1, 1), (0, 1, 0, 0, 0), (0, 0, 0, 1, 0)
    assert difference_of([units(*[same] * 20, *[ghost_gone] * 12)]).word == "better"
    assert difference_of([units(*[same] * 20, *[ghost_new] * 12)]).word == "worse"
    assert difference_of([units(*[(0, 1, 1, 1, 1)] * 9)]).word == "not different"
    nothing = difference_of([])
    assert (nothing.word, nothing.objects, nothing.interval) == ("not different", 0, "")
    assert isinstance(nothing, Difference) and nothing.more > 0


def test_the_interval_over_images_is_as_wide_as_so_few_ask_for() -> None:
    """That of Student for a mean of six: with the normal quantile it would be a fifth too narrow."""
    gains = (2, 6, 4, 9, 1, 5)
    images = [units(*[(0, 1, 1, 1, 1)] * gain, *[(1, 1, 1, 1, 1)] * (20 - gain)) for gain in gains]
    told = difference_of(images)
    each = np.array(gains) / 20
    half = stdtrit(len(each) - 1, 0.95) * each.std(ddof=1) / len(each) ** 0.5
    assert told.change == pytest.approx(each.mean())
    assert (told.high - told.low) / 2 == pytest.approx(half, rel=0.04)


def test_an_image_in_which_a_model_finds_nothing_wrong_counts_as_right() -> None:
    same, ghost = (1, 1, 1, 1, 1), (0, 1, 0, 0, 0)
    quiet = [units(*[same] * 20) for _ in range(6)]
    told = difference_of([units(ghost, ghost), *quiet])
    assert (told.before, told.after) == (pytest.approx(6 / 7), 1.0)
    # A single cell, and it is missed.
    told = difference_of([units((0, 1, 1, 1, 1)), *quiet])
    assert (told.before, told.after) == (pytest.approx(6 / 7), 1.0)
    told = difference_of([units((1, 1, 0, 1, 1)), *quiet])
    assert (told.before, told.after) == (1.0, pytest.approx(6 / 7))


@pytest.mark.parametrize("gained", [2, 4])
def test_so_many_more_cells_settle_the_question(gained: int) -> None:
    """With as many as are advised, of the same kind, the interval ends near 0."""
    kinds = [(0, 1, 1, 1, 1)] * gained + [(1, 1, 0, 1, 1)] * 2 + [(1, 1, 1, 1, 1)] * 14
    few = difference_of([units(*kinds)])
    more = difference_of([units(*kinds * round((few.objects + few.more) / few.objects))])
    assert few.word == "not different" and few.more > 0
    advice = verdict_text((), few).rsplit(". ", 1)[-1]
    if few.change >= WORTH_SEEING:
        assert advice.endswith("on images of their own to know.")
        assert more.low == pytest.approx(0, abs=0.25 * more.change)
    else:
        assert advice.endswith("to see a difference of 0.05.")
        assert (more.high - more.low) / 2 == pytest.approx(WORTH_SEEING, rel=0.15)


@pytest.mark.parametrize("more", [2, 47, 2000])
def test_a_doubt_about_images_that_nobody_adds_to_asks_for_no_cells(more: int) -> None:
    told = Difference("not different", -0.1, -0.23, 0.02, 60, 4, more).doubt
    assert told == "may be chance: the true change lies between -0.23 and +0.02"


@given(st.integers(0, 12), st.integers(0, 12), st.integers(1, 200))
def test_nobody_is_asked_for_one_or_two_cells(gained: int, lost: int, same: int) -> None:
    kinds = [(0, 1, 1, 1, 1)] * gained + [(1, 1, 0, 1, 1)] * lost + [(1, 1, 1, 1, 1)] * same
    assert difference_of([units(*kinds)]).more in (0, *range(FEW_OBJECTS, MOST_ADVISED + 1))


def test_the_three_numbers_of_a_verdict_agree() -> None:
    told = Difference("not different", 0.7898 - 0.8049, -0.08, 0.04, 81, 1, 35, 0.8049, 0.7898)
    assert "0.80 before, 0.79 after (-0.01, between" in verdict_text((), told)


@given(st.integers(0, 8), st.integers(0, 8), st.integers(1, 60), st.integers(1, 8))
def test_what_is_not_proven_has_an_interval_with_zero(gained: int, lost: int, same: int, images: int) -> None:
    """It had been "just not proven" between -0.11 and -0.01, which contradicts itself."""
    kinds = [(0, 1, 1, 1, 1)] * gained + [(1, 1, 0, 1, 1)] * lost + [(1, 1, 1, 1, 1)] * same
    told = difference_of([units(*kinds)] * images)
    proven = not told.low <= 0 <= told.high
    assert proven == (told.word != "not different")


@pytest.mark.parametrize(
    ("change", "said"), [(-0.001, "+0.00"), (0.0, "+0.00"), (-0.006, "-0.01"), (0.126, "+0.13")]
)
def test_nothing_has_no_minus(change: float, said: str) -> None:
    assert signed(change) == said
