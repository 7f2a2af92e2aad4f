"""The state of a search over groupings, changed step by step, against solving everything anew."""

import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, maximize_groups
from edgemarl.solvers import regroup_state as rs

USERS, BUDGETS = 12, 3


@pytest.fixture(params=["floor", "no floor"])
def search(request, rng, random_family):
    """A started search over twelve functions and three budgets, and its family."""
    family = random_family(rng, USERS * BUDGETS)
    grid = [part.reshape(USERS, BUDGETS) for part in (family.peak, family.offset, family.scale)]
    fallback = rng.uniform(0.0, 0.4, USERS)
    floor = fallback if request.param == "floor" else np.zeros(USERS)
    task = rs.Task(
        family=np.ascontiguousarray(np.stack(grid).transpose(2, 0, 1)),
        outside=np.stack([floor, fallback]),
        budgets=np.array([1.0, 3.0, 5.0]),
        tolerance=1e-7,
        max_nodes=10_000,
        max_solves=10_000,
        least=1e-7,
    )
    return LatencySigmoids(*grid), task, fresh(task, rng.integers(BUDGETS, size=USERS))


def fresh(task, group):
    state = rs.State(
        group=group.copy(),
        worth=np.zeros(BUDGETS),
        price=np.array([[0.3, 0.2, 0.1], [0.0, 0.0, 0.0]]),
        priced=np.zeros((2, USERS, BUDGETS)),
        slack=np.zeros((2, BUDGETS)),
        toggled=np.full((USERS, BUDGETS), np.nan),
        counts=np.zeros(3, np.int64),
        scratch=np.empty((5, USERS)),
        zeros=np.zeros(USERS, np.int64),
    )
    rs.start(task, state)
    return state


def worth_of(family, task, group):
    """(H,) by the front door."""
    rows = np.arange(USERS)
    own = LatencySigmoids(*(getattr(family, n)[rows, group] for n in ("peak", "offset", "scale")))
    found = maximize_groups(own, group, task.budgets, floor=task.outside[0], tolerance=1e-7)
    worth = np.maximum(own.value(found.allocation), task.outside[1])
    return np.bincount(group, weights=worth, minlength=BUDGETS)


def test_budgets_earn_what_the_front_door_says(search, rng):
    family, task, state = search
    np.testing.assert_allclose(state.worth, worth_of(family, task, state.group), rtol=1e-6)
    for u, h in rng.integers([USERS, BUDGETS], size=(20, 2)):
        group = state.group.copy()
        group[u] = h if group[u] != h else (h + 1) % BUDGETS
        after = worth_of(family, task, group)[h]
        assert rs.toggled(task, state, u, h) == pytest.approx(after, rel=1e-6)


def test_refreshed_budgets_are_those_of_a_fresh_start(search, rng):
    _, task, state = search
    for u, b in rng.integers([USERS, BUDGETS], size=(40, 2)):
        a, state.group[u] = state.group[u], b
        rs.refresh(task, state, a)
        rs.refresh(task, state, b)
        other = fresh(task, state.group)
        for name in ("worth", "price", "priced", "slack"):
            np.testing.assert_array_equal(getattr(state, name), getattr(other, name), name)
        assert np.isnan(state.toggled[:, [a, b]]).all()


def test_nothing_gains_more_than_its_bound(search, rng):
    family, task, state = search
    tight = 0
    for _ in range(60):
        v, u = rng.choice(USERS, 2, replace=False)
        c = int(rng.integers(BUDGETS))
        a, h = state.group[v], state.group[u]
        moved = state.group.copy()
        moved[u] = c
        gain = worth_of(family, task, moved).sum() - state.worth.sum()
        assert c == h or gain <= rs.most_by_move(state, u, c) + 1e-6
        if h in (a, c):
            continue
        moved[v] = h
        after = worth_of(family, task, moved)
        gain = after.sum() - state.worth.sum()
        assert gain <= rs.most_by_chain(state, v, u, c) + 1e-6
        assert after[h] - state.worth[h] <= rs.most_by_exchange(state, v, u) + 1e-6
        tight += rs.most_by_chain(state, v, u, c) <= 1e-7
    assert tight > 5  # some are ruled out without a look


def test_slack_is_no_less_than_the_gap_of_the_whole(search):
    """The slack of all budgets, and nothing else, separates what is earned from the bound."""
    _, task, state = search
    rows = np.arange(USERS)
    for kind in range(2):
        bound = state.price[kind] @ task.budgets + state.priced[kind, rows, state.group].sum()
        assert bound - state.worth.sum() == pytest.approx(state.slack[kind].sum(), abs=1e-9)
        assert (state.slack[kind] >= -1e-6).all()
