import numpy as np
import pytest

from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.layout import Field
from rllib_algos.joint.replay import JointReplay

OBSERVATIONS = {"state": Field((1,), "float32")}
ACTIONS = {"actions": Field((1,), "int32")}


def replay(capacity, seed=0):
    return JointReplay(capacity, OBSERVATIONS, ACTIONS, 2, np.random.default_rng(seed))


def fragment(start, steps, terminated=False):
    """Steps whose observation, action and reward all say which step it is."""
    t = np.arange(start, start + steps + 1)
    return JointFragment(
        observations={"state": t[:, None].astype(np.float32)},
        actions={"actions": t[:-1, None].astype(np.int32)},
        rewards=np.stack([t[:-1], -t[:-1]], 1).astype(np.float32),
        terminated=terminated,
    )


def seen(ring, draws=4000):
    """Everything that can be sampled: step number to (next observation, terminated)."""
    batch = ring.sample(draws)
    np.testing.assert_array_equal(batch["state"][:, 0], batch["actions"][:, 0])
    np.testing.assert_array_equal(batch["state"][:, 0], batch["rewards"][:, 0])
    np.testing.assert_array_equal(batch["state"][:, 0], -batch["rewards"][:, 1])
    rows = zip(batch["state"][:, 0], batch["next_state"][:, 0], batch["terminated"], strict=True)
    return {int(s): (int(n), bool(t)) for s, n, t in rows}


def test_every_transition_can_be_sampled_with_its_own_next_observation():
    ring = replay(20)
    ring.add(fragment(0, 3))
    ring.add(fragment(100, 2, terminated=True))
    ring.add(fragment(200, 1))
    assert len(ring) == 6
    assert seen(ring) == {
        0: (1, False),
        1: (2, False),
        2: (3, False),  # truncated: its next observation is the one before the reset
        100: (101, False),
        101: (102, True),
        200: (201, False),
    }


def test_the_oldest_transitions_make_room():
    ring = replay(7)
    ring.add(fragment(0, 3))  # slots 0-3
    ring.add(fragment(100, 2))  # slots 4-6
    assert set(seen(ring)) == {0, 1, 2, 100, 101}
    ring.add(fragment(200, 1))  # slots 0, 1
    assert set(seen(ring)) == {2, 100, 101, 200}
    ring.add(fragment(300, 4))  # slots 2-6
    assert set(seen(ring)) == {200, 300, 301, 302, 303}
    assert len(ring) == 5


@pytest.mark.parametrize("capacity", [5, 8, 11, 16])
def test_against_a_list_of_transitions(capacity):
    rng = np.random.default_rng(capacity)
    ring, start = replay(capacity), 0
    slots: list[tuple] = []  # the whole history, one entry per slot
    for _ in range(60):
        steps = int(rng.integers(1, 5))
        end = bool(rng.integers(2))
        ring.add(fragment(start, steps, end))
        slots += [(start + i, start + i + 1, end and i == steps - 1) for i in range(steps)]
        slots.append(())
        start += 100
        expected = {s[0]: s[1:] for s in slots[-capacity:] if s}
        assert seen(ring) == expected
        assert len(ring) == len(expected)


def test_a_fragment_longer_than_the_ring_keeps_its_end():
    ring = replay(4)
    ring.add(fragment(0, 10, terminated=True))
    assert seen(ring) == {7: (8, False), 8: (9, False), 9: (10, True)}


def test_samples_are_uniform():
    ring = replay(50)
    for k in range(5):
        ring.add(fragment(10 * k, 4))
    counts = np.unique(ring.sample(40000)["actions"][:, 0], return_counts=True)[1]
    assert len(counts) == 20
    assert counts.min() > 1800
    assert counts.max() < 2200


@pytest.mark.parametrize("fragments", [1, 9])
def test_a_restored_ring_continues_exactly(fragments):
    ring, again = replay(20), replay(20, seed=5)
    for k in range(fragments):
        ring.add(fragment(100 * k, 3))
    again.set_state(ring.get_state())
    for k in range(3):
        for name, values in ring.sample(30).items():
            if name == "actions":
                assert len(np.unique(values)) > 1
        again.sample(30)
        for r in (ring, again):
            r.add(fragment(5000 + 100 * k, 2))
        a, b = ring.sample(30), again.sample(30)
        for name in a:
            np.testing.assert_array_equal(a[name], b[name])


def test_a_state_does_not_change_with_the_ring():
    ring = replay(20)
    ring.add(fragment(0, 3))
    state, expected = ring.get_state(), seen(ring)
    ring.add(fragment(100, 3))
    again = replay(20)
    again.set_state(state)
    assert seen(again) == expected


def test_misfits_are_refused():
    with pytest.raises(ValueError, match="capacity must be at least 2, got 1"):
        replay(1)
    with pytest.raises(ValueError, match="replay is empty"):
        replay(5).sample(1)
    with pytest.raises(ValueError, match=r"replay_capacity is 6, but the checkpoint .* with 5"):
        replay(6).set_state(replay(5).get_state())
    other = JointReplay(5, {"state": Field((2,), "float32")}, ACTIONS, 2, np.random.default_rng())
    with pytest.raises(ValueError, match=r"'state' has shape \(2,\), the checkpoint has \(1,\)"):
        other.set_state(replay(5).get_state())


def test_notes_are_sampled_with_their_steps():
    notes = {"doubled": Field((2,), "float32")}
    ring = JointReplay(6, OBSERVATIONS, ACTIONS, 2, np.random.default_rng(0), notes)
    for start in (0, 100):
        part = fragment(start, 3)
        part.notes["doubled"] = np.stack([2 * part.rewards[:, 0], part.rewards[:, 0]], 1)
        part.notes["other"] = np.zeros(3)  # what is not asked for is not kept
        ring.add(part)
    batch = ring.sample(200)
    assert set(batch["state"][:, 0]) == {2, 100, 101, 102}
    np.testing.assert_array_equal(batch["doubled"][:, 0], 2 * batch["state"][:, 0])
    np.testing.assert_array_equal(batch["doubled"][:, 1], batch["state"][:, 0])
    assert not {"other", "next_doubled"} & set(batch)
