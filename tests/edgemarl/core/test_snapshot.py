import dataclasses
import json

import numpy as np
import pytest

from edgemarl.core.snapshot import SlotSnapshot, spread_bearings


def make(**changes):
    fields = {
        "slot": 3,
        "server_position": np.array([[0.0, 0.0], [100.0, 0.0]]),
        "server_load": np.array([12.0, 0.0]),
        "server_capacity": np.array([10.0, 20.0]),
        "load_unit": "GHz",
        "user_position": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        "ran": np.array([0, 0, 1]),
        "served_by": np.array([1, -1, -2]),
        "elsewhere": "cloud",
        "quality": np.array([0.95, 0.2, np.nan]),
        "quality_title": "QoE",
        "latency": {"wireless": np.array([0.1, 0.2, 0.0])},
        "counts": {"SU": 1, "CU": 1},
        "objective": 1.15,
        "objective_title": "system QoE",
        "bound": 1.25,
        "gap": 0.08,
        "outline": np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]),
    }
    return SlotSnapshot(**{**fields, **changes})  # type: ignore[arg-type]


def assert_equal(one, other):
    for field in dataclasses.fields(SlotSnapshot):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "latency":
            assert a.keys() == b.keys()
            a, b = np.array(list(a.values())), np.array(list(b.values()))
        np.testing.assert_array_equal(a, b, err_msg=field.name)


@pytest.mark.parametrize(
    "snapshot",
    [make(), make(bound=None, gap=None, outline=None), make(objective=float("nan"), counts={})],
)
def test_plain_values_turn_back_into_the_snapshot(snapshot):
    text = json.dumps(snapshot.to_plain(), allow_nan=False)
    assert_equal(SlotSnapshot.from_plain(json.loads(text)), snapshot)


def test_plain_values_are_rounded():
    plain = make(quality=np.array([1 / 3, 2 / 3, np.nan])).to_plain()
    assert plain["quality"] == [0.3333, 0.6667, None]
    assert plain["served_by"] == [1, -1, -2]


def test_a_snapshot_without_users_turns_back():
    nobody = make(
        user_position=np.zeros((0, 2)),
        ran=np.array([], dtype=np.int64),
        served_by=np.array([], dtype=np.int64),
        quality=np.array([]),
        latency={},
    )
    assert_equal(SlotSnapshot.from_plain(nobody.to_plain()), nobody)


def test_decided():
    assert make().decided
    assert not make(objective=float("nan")).decided


def test_refused():
    with pytest.raises(ValueError, match=r"quality must have shape \(3,\), got \(2,\)"):
        make(quality=np.zeros(2))
    with pytest.raises(ValueError, match=r"latency of wireless must have shape \(3,\)"):
        make(latency={"wireless": np.zeros(4)})
    plain = make().to_plain()
    with pytest.raises(ValueError, match=r"key of a snapshot must be one of 'slot', .*'colour'"):
        SlotSnapshot.from_plain({**plain, "colour": "red"})
    del plain["ran"]
    with pytest.raises(ValueError, match="a snapshot must have ran, got"):
        SlotSnapshot.from_plain(plain)


def test_bearings_stand_evenly_around_their_group():
    bearings = spread_bearings(np.array([2, 0, 2, 2, 0, 2]))
    np.testing.assert_allclose(np.linalg.norm(bearings, axis=1), 1.0)
    np.testing.assert_allclose(
        bearings[[0, 2, 3, 5]], [(1, 0), (0, 1), (-1, 0), (0, -1)], atol=1e-9
    )
    np.testing.assert_allclose(bearings[[1, 4]], [(1, 0), (-1, 0)], atol=1e-9)
