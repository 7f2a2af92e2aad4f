import math

import numpy as np
import pytest

from edgemarl.solvers import nodes as tree_rows
from edgemarl.solvers import workspace as ws
from edgemarl.solvers.closed_forms import value

INFLECTION_AT_4 = 4.0 - math.log(3.0)  # the offset whose inflection is at scale / p = 4


def tree_of(*branches):
    """A chain of branches (user, side, point), each the child of the one before."""
    tree = np.zeros((tree_rows.NUM_TREE_ROWS, len(branches) + 1))
    links = np.zeros((tree_rows.NUM_LINK_ROWS, len(branches) + 1), np.int64)
    for node, (user, side, point) in enumerate(branches, start=1):
        links[tree_rows.PARENT, node], links[tree_rows.USER, node] = node - 1, user
        links[tree_rows.SIDE, node], tree[tree_rows.POINT, node] = side, point
    return tree, links


def enter(scales, branches, budget=10.0, peaks=None):
    """Load users with the inflection at scale / 4 and enter the last of a chain of nodes."""
    scales = np.asarray(scales, float)
    peaks = np.ones(len(scales)) if peaks is None else np.asarray(peaks, float)
    users, index = ws.workspace(len(scales))
    offsets, floors = np.full(len(scales), INFLECTION_AT_4), np.zeros(len(scales))
    count, _, least = ws.load(
        users, index, peaks, offsets, scales, floors, np.arange(len(scales)), budget
    )
    tree, links = tree_of(*branches)
    found = tree_rows.enter(
        users, index, tree, links, len(branches), count, 0, math.log(least), budget
    )
    return users[:, : len(scales)], index[:, : len(scales)], *found


def test_split_point_is_the_inflection_or_where_the_floor_is_left():
    users = np.zeros((ws.NUM_ROWS, 2))
    users[[ws.PEAK, ws.OFFSET, ws.SCALE]] = [[1.0] * 2, [INFLECTION_AT_4] * 2, [8.0] * 2]
    # logistic(offset - w) = 1/2 at w = offset < 4, past the inflection.
    users[ws.FLOOR], users[ws.SPLIT] = [0.0, 0.5], np.nan
    assert tree_rows.split_point(users, 0) == pytest.approx(2.0)
    assert tree_rows.split_point(users, 1) == pytest.approx(8.0 / INFLECTION_AT_4)


def test_below_the_inflection_the_envelope_is_a_chord():
    users, _, touched, always, searched, room = enter([8.0, 9.0], [(0, 0, 2.0), (0, 1, 1.0)])
    assert (touched, always, searched, room) == (1, 0, 2, 9.0)
    assert users[ws.KIND, 0] == ws.CHORD
    assert (users[ws.LOW, 0], users[ws.ON, 0]) == (1.0, 2.0)
    rise = value(1.0, INFLECTION_AT_4, 8.0, 2.0) - value(1.0, INFLECTION_AT_4, 8.0, 1.0)
    assert math.exp(users[ws.LOG_LIMIT, 0]) == pytest.approx(rise)


def test_past_the_inflection_the_function_is_its_own_envelope():
    users, index, touched, always, searched, room = enter([8.0, 9.0], [(1, 1, 2.3)])
    assert (touched, always, searched, room) == (1, 1, 2, 10.0)
    assert users[ws.KIND, 1] == ws.CONCAVE
    assert users[ws.LIMIT_W, 1] == pytest.approx(9.0 / 2.3)
    assert index[ws.ORDER].tolist() == [1, 0]


def test_chords_take_their_place_in_the_order():
    _, index, *_ = enter([8.0, 9.0, 10.0], [(0, 0, 2.0)])
    assert index[ws.ORDER].tolist() == [1, 2, 0]
    _, index, *_ = enter([8.0, 9.0, 10.0], [(2, 0, 2.5)])
    assert index[ws.ORDER].tolist() == [0, 1, 2]


def test_twins_before_get_at_least_and_twins_after_at_most_as_much():
    users, _, touched, *_ = enter([8.0] * 4, [(1, 0, 2.0)])
    assert touched == 3
    assert users[ws.KIND].tolist() == [ws.FREE, ws.CHORD, ws.CHORD, ws.CHORD]
    users, _, touched, *_ = enter([8.0] * 4, [(1, 1, 2.1)])
    assert touched == 2
    assert users[ws.KIND].tolist() == [ws.CONCAVE, ws.CONCAVE, ws.FREE, ws.FREE]


def test_nodes_without_room_are_infeasible():
    assert enter([8.0, 9.0], [(0, 1, 2.1), (1, 1, 2.3)], budget=4.3)[-1] < 0.0
    assert enter([8.0, 9.0], [(0, 1, 2.1), (1, 1, 2.3)], budget=4.5)[-1] > 0.0
    assert enter([8.0, 9.0], [(0, 1, 2.1), (0, 0, 1.0)])[-1] < 0.0


def test_leaving_a_node_restores_the_users_it_touched():
    users, index, touched, *_ = enter([8.0, 9.0], [(0, 0, 2.0)])
    tree, links = tree_of((1, 1, 2.3))
    tree_rows.enter(users, index, tree, links, 1, 2, touched, -40.0, 10.0)
    assert users[ws.KIND].tolist() == [ws.FREE, ws.CONCAVE]
    assert (users[ws.LOW, 0], users[ws.HIGH, 0]) == (0.0, 10.0)
