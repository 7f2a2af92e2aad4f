"""4,000 random programs made of the inputs that solvers find hard, in forty calls."""

import math

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, Status, maximize, maximize_groups

BATCHES, PROGRAMS = 40, 100
SIZES = (0, 1, 1, 2, 3, 5, 8, 13, 20, 30)
TOLERANCE = 1e-6


def ordinary(rng, size):
    return rng.uniform(0.2, 2.0, size), rng.normal(3.0, 3.0, size), rng.uniform(0.1, 4.0, size)


def wide_offsets(rng, size):
    return rng.uniform(0.2, 2.0, size), rng.uniform(-800.0, 2000.0, size), rng.lognormal(0, 1, size)


def extreme_offsets(rng, size):
    offset = rng.choice([-800.0, -40.0, -5.0, 0.0, 1.0, 5.0, 40.0, 700.0, 2000.0], size)
    return rng.uniform(0.2, 2.0, size), offset, rng.lognormal(0, 1, size)


def wide_scales(rng, size):
    return rng.uniform(0.2, 2.0, size), rng.normal(3.0, 3.0, size), 10 ** rng.uniform(-12, 12, size)


def flat(rng, size):
    """A steepness of 1e-9: latency hardly matters."""
    latency, cycles = rng.uniform(-1.0, 1.0, size), rng.uniform(0.1, 4.0, size)
    return rng.uniform(0.2, 2.0, size), 1e-9 * latency, 1e-9 * cycles


def some_worthless(rng, size):
    peak, offset, scale = ordinary(rng, size)
    return peak * rng.integers(0, 2, size), offset, scale


def alike(rng, size):
    return tuple(np.repeat(parameter, size) for parameter in ordinary(rng, 1))


def nearly_alike(rng, size):
    spread = 10 ** rng.uniform(-12, -2)
    return tuple(p * (1 + spread * rng.normal(size=size)) for p in alike(rng, size))


def two_sorts(rng, size):
    """Users that are exactly or nearly of one of two sorts."""
    sort, spread = rng.integers(0, 2, size), rng.choice([0.0, 1e-4])
    return tuple(p[sort] * (1 + spread * rng.normal(size=size)) for p in ordinary(rng, 2))


KINDS = (
    ordinary,
    wide_offsets,
    extreme_offsets,
    wide_scales,
    flat,
    some_worthless,
    alike,
    nearly_alike,
    two_sorts,
)


def draw_users(rng):
    """Parameters (3, n) of one kind of users, or of a mixture of two."""
    size = int(rng.choice(SIZES))
    mixed = size >= 2 and rng.random() < 0.3
    kinds = rng.choice(len(KINDS), 2 if mixed else 1)
    sizes = [size // 2, size - size // 2] if mixed else [size]
    parts = [np.array(KINDS[k](rng, n)) for k, n in zip(kinds, sizes, strict=True)]
    return np.concatenate(parts, axis=1)


def draw_budget(rng, users):
    """An extreme budget, or one in which some of the users fit."""
    if users.shape[1] == 0 or rng.random() < 0.2:
        return float(rng.choice([0.0, 1e-9, 1e-3, 1.0, 1e12]))
    _, offset, scale = users
    needs = scale / np.maximum(offset, 2.0)
    return float(rng.lognormal(-0.7, 1.0) * rng.choice([needs.sum(), np.median(needs)]))


def draw_floor(rng, peak):
    """Floors: none, below the peak, just below it, above it, or negative."""
    share = rng.choice(5)
    return [
        np.zeros(len(peak)),
        rng.uniform(0.0, 1.0, len(peak)) * peak,
        (1 - 1e-9) * peak,
        rng.uniform(0.0, 3.0, len(peak)),
        rng.uniform(-1.0, 0.5, len(peak)),
    ][share]


def draw_programs(seed, count):
    """A family, the programs its users belong to, their budgets and floors."""
    rng = np.random.default_rng(seed)
    users = [draw_users(rng) for _ in range(count)]
    budgets = np.array([draw_budget(rng, program) for program in users])
    floor = np.concatenate([draw_floor(rng, program[0]) for program in users])
    group = np.repeat(np.arange(count), [program.shape[1] for program in users])
    return LatencySigmoids(*np.concatenate(users, axis=1)), group, budgets, floor


def test_the_draws_hold_what_they_promise():
    draws = [draw_programs(seed, PROGRAMS) for seed in range(BATCHES)]
    sizes = np.concatenate([np.bincount(group, minlength=PROGRAMS) for _, group, _, _ in draws])
    budgets = np.concatenate([budgets for _, _, budgets, _ in draws])
    offset = np.concatenate([family.offset for family, *_ in draws])
    scale = np.concatenate([family.scale for family, *_ in draws])
    peak = np.concatenate([family.peak for family, *_ in draws])
    floor = np.concatenate([floor for *_, floor in draws])
    assert len(sizes) == 4_000
    assert set(sizes) == set(SIZES)
    assert {0.0, 1e-9, 1e12} <= set(budgets)
    assert offset.min() == -800.0
    assert offset.max() >= 2000.0
    assert scale.min() < 1e-11 < 1e11 < scale.max()
    assert (peak == 0.0).any()
    assert (floor > peak).any()
    assert (floor < 0.0).any()


@pytest.mark.parametrize("seed", range(BATCHES))
def test_no_gap_stays_open_and_no_budget_is_exceeded(seed):
    family, group, budgets, floor = draw_programs(seed, PROGRAMS)
    result = maximize_groups(family, group, budgets, floor=floor, tolerance=TOLERANCE)
    assert np.isfinite(result.allocation).all()
    assert (result.allocation >= 0.0).all()
    values = np.maximum(family.value(result.allocation), np.maximum(floor, 0.0))
    for h, budget in enumerate(budgets):
        mine = group == h
        objective, bound = result.objective[h], result.upper_bound[h]
        assert math.fsum(result.allocation[mine]) <= budget
        assert objective == pytest.approx(math.fsum(values[mine]), rel=1e-12, abs=1e-300)
        assert objective <= bound <= objective + TOLERANCE * max(objective, 1e-270)
        assert result.status[h] == Status.OPTIMAL


@pytest.mark.parametrize("seed", range(4))
def test_no_other_search_finds_more_than_the_bound(seed):
    family, group, budgets, floor = draw_programs(1_000 + seed, PROGRAMS // 2)
    result = maximize_groups(family, group, budgets, floor=floor, tolerance=TOLERANCE)
    for h, budget in enumerate(budgets):
        mine = np.flatnonzero(group == h)[:8]
        fast, slow = (
            maximize(family.take(mine), float(budget), floor=floor[mine], backend=backend)
            for backend in ("compiled", "reference")
        )
        assert slow.status == Status.OPTIMAL
        assert slow.objective <= fast.upper_bound
        assert fast.objective <= slow.upper_bound
        if len(mine) == np.count_nonzero(group == h):
            assert fast.objective == result.objective[h]


@pytest.mark.parametrize("backend", ["linprog", "cvxpy"])
def test_linear_programs_claim_nothing_false_even_where_they_cannot_close(backend):
    family, group, budgets, floor = draw_programs(2_000, 40)
    result = maximize_groups(family, group, budgets, floor=floor, tolerance=TOLERANCE)
    statuses = []
    for h, budget in enumerate(budgets):
        mine = np.flatnonzero(group == h)
        found = maximize(
            family.take(mine), budget, floor=floor[mine], backend=backend, time_limit=1.0
        )
        assert math.fsum(found.allocation) <= budget
        assert found.objective <= result.upper_bound[h]
        assert result.objective[h] <= found.upper_bound
        statuses.append(found.status)
    assert statuses.count(Status.OPTIMAL) > len(statuses) // 2


BAD = [(name, value) for name in ("peak", "scale", "budget") for value in (np.nan, np.inf, -1.0)]
BAD += [(name, value) for name in ("offset", "floor") for value in (np.nan, np.inf, -np.inf)]
BAD += [("scale", 0.0), ("scale", -0.0)]


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(("name", "value"), BAD)
def test_inputs_that_would_break_a_search_silently_are_refused_by_name(name, value, many):
    given = {key: np.ones(2) for key in ("peak", "offset", "scale", "budget", "floor")}
    given[name][1] = value
    budget, floor = given.pop("budget"), given.pop("floor")
    arguments = (np.array([0, 1]), budget) if many else (budget[1],)
    solve = maximize_groups if many else maximize
    with pytest.raises(ValueError, match=f"{name}s? must be .*, got {value}"):
        solve(LatencySigmoids(**given), *arguments, floor=floor)
