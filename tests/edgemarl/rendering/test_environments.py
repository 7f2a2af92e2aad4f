"""Environments draw themselves as PettingZoo's users expect."""

import copy
import pickle

import numpy as np
import pytest
from pettingzoo.test import render_test

import edgemarl
from edgemarl import djtcra_v0, mec_v0
from edgemarl.core.env import EdgeEnv
from edgemarl.djtcra.env import DJTCRAEnv
from edgemarl.mec.env import MECEnv
from tests.rollouts import MEC, SERVERS, USERS, sample

pytest.importorskip("matplotlib")
TURNS = {  # the environments in agent-environment-cycle form
    SERVERS: (djtcra_v0, {"view": "servers"}),
    USERS: (djtcra_v0, {"view": "users"}),
    MEC: (mec_v0, {}),
}
ours = pytest.mark.parametrize("name", list(TURNS))


@pytest.fixture
def window(monkeypatch):
    """A window that keeps what it was shown."""
    shown = []

    class Window:
        def show(self, snapshot):
            shown.append(snapshot)

        def close(self):
            shown.append("closed")

    real = edgemarl.rendering.open_viewer

    def open_viewer(mode, **options):
        return Window() if mode == "human" else real(mode, **options)

    monkeypatch.setattr("edgemarl.rendering.open_viewer", open_viewer)
    return shown


def stepped(name, **options):
    env = edgemarl.make(name, scenario="tiny", max_cycles=3, **options)
    observations, _ = env.reset(seed=0)
    env.step(sample(env, observations))
    return env


@ours
def test_pettingzoo_renders(name, window):
    module, options = TURNS[name]
    render_test(lambda **mode: module.env(scenario="tiny", **options, **mode))
    assert window[-1] == "closed"
    assert len(window) > 5


@ours
def test_an_array_before_and_after_the_first_step(name):
    env = edgemarl.make(name, scenario="tiny", render_mode="rgb_array")
    with pytest.raises(RuntimeError, match="must be reset first"):
        env.render()
    observations, _ = env.reset(seed=0)
    first = env.render()
    env.step(sample(env, observations))
    second = env.render()
    assert first.shape == second.shape == (720, 1280, 3)
    assert not np.array_equal(first, second)
    env.close()
    env.close()
    np.testing.assert_array_equal(env.render(), second)  # in a new figure


@ours
def test_a_window_follows_resets_and_steps(name, window):
    env = stepped(name, render_mode="human")
    assert [slot.decided for slot in window] == [False, True]
    assert [slot.slot for slot in window] == [0, 0]  # the slot to be decided, and what became of it
    assert env.render() is None
    env.close()
    assert window[-1] == "closed"


@pytest.mark.parametrize("report_bound", [True, False])
def test_the_bound_is_shown_where_it_is_reported(report_bound, window):
    stepped(SERVERS, render_mode="human", report_bound=report_bound)
    assert (window[-1].bound is not None) is report_bound


def test_nothing_to_render_to():
    env = stepped(SERVERS)
    with pytest.warns(UserWarning, match="there is nothing to render to: make the environment"):
        assert env.render() is None


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_copies_draw_for_themselves(clone):
    env = stepped(MEC, render_mode="rgb_array")
    pixels = env.render()
    other = clone(env)
    np.testing.assert_array_equal(other.render(), pixels)
    other.close()
    np.testing.assert_array_equal(env.render(), pixels)


@pytest.mark.parametrize("cls", [EdgeEnv, DJTCRAEnv, MECEnv])
def test_metadata(cls):
    assert cls.metadata["render_modes"] == ["human", "rgb_array"]
    assert cls.metadata["render_fps"] > 0
