import pytest

from edgemarl.core.view import check_agents


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
