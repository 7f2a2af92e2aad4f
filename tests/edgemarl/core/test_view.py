import numpy as np
import pytest

from edgemarl.core.view import check_agents, stack_actions


def test_exactly_one_action_for_every_agent():
    check_agents({"b": 1, "a": 0}, ["a", "b"])


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ({"a": 0}, r"missing \['b'\], unexpected \[\]"),
        ({"a": 0, "b": 1, "c": 2}, r"missing \[\], unexpected \['c'\]"),
        ({"a": 0, "c": 2}, r"missing \['b'\], unexpected \['c'\]"),
        ({}, r"missing \['a', 'b'\], unexpected \[\]"),
    ],
)
def test_missing_and_unknown_agents(actions, message):
    with pytest.raises(ValueError, match=r"actions must hold one for every live agent: " + message):
        check_agents(actions, ["a", "b"])


def test_shapes_are_those_of_the_agents():
    stacked = stack_actions(
        {"server_1": [1, 1], "server_0": [0, 1]}, ["server_0", "server_1"], (2,)
    )
    np.testing.assert_array_equal(stacked, [[0, 1], [1, 1]])
    with pytest.raises(ValueError, match=r"action of server_1 must have shape \(2,\), got \(3,\)"):
        stack_actions({"server_0": [0, 1], "server_1": [0, 1, 1]}, ["server_0", "server_1"], (2,))
    with pytest.raises(
        ValueError, match=r"server_1 must have shape \(2,\), got lists of different"
    ):
        stack_actions(
            {"server_0": [0, 1], "server_1": [[0], [0, 1]]}, ["server_0", "server_1"], (2,)
        )
