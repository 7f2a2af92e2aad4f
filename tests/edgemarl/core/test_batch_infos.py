import re

import numpy as np
import pytest

from edgemarl.core.batch_infos import infos_of_copies, joined_infos


def test_infos_that_are_shared_and_split_by_hand():
    infos = {
        "left": {"all": 7.0, "own": 1, "parts": np.array([0.5, 0.0])},
        "right": {"all": 7.0, "own": 2, "parts": np.array([0.0, 0.25])},
    }
    joined = joined_infos(infos, ["all"], ["parts"])
    assert joined["all"].shape == ()
    assert {key: value.tolist() for key, value in joined.items()} == {
        "all": 7.0,
        "own": [1, 2],
        "parts": [0.5, 0.25],
    }
    assert joined_infos(infos)["parts"].tolist() == [[0.5, 0.0], [0.0, 0.25]]


def test_copies_without_infos_have_zeros():
    infos = infos_of_copies([None, {"own": np.array([1, 2])}, {"own": np.array([3, 4])}])
    assert infos["own"].tolist() == [[0, 0], [1, 2], [3, 4]]
    assert infos["own"].dtype == int
    assert infos_of_copies([None, None]) == {}
    assert infos_of_copies([{}, {}]) == {}


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        (
            {"k": 1.0},
            {},
            "infos must have the same keys everywhere, left has ['k'] and right has []",
        ),
        ({}, {"k": 1.0}, "left has [] and right has ['k']"),
        ({"k": [1]}, {"k": [1, 2]}, "'k' must have the same shape everywhere, left has (1,) and"),
        ({"k": 1}, {"k": [1, 2]}, "left has () and right has (2,)"),
    ],
)
def test_agents_are_told_alike(left, right, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        joined_infos({"left": left, "right": right})


def test_copies_are_told_alike():
    with pytest.raises(ValueError, match=r"copy 1 has \['k'\] and copy 2 has \['n'\]"):
        infos_of_copies([None, {"k": np.zeros(2)}, {"n": np.zeros(2)}])
    with pytest.raises(ValueError, match=r"info 'k' .* copy 0 has \(2,\) and copy 1 has \(3,\)"):
        infos_of_copies([{"k": np.zeros(2)}, {"k": np.zeros(3)}])
