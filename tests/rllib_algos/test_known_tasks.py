"""MPE's speaker and listener: what rewards mean there, and that three algorithms learn it."""

import importlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mpe2")

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def tasks(monkeypatch):
    """The benchmark's module."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("known_tasks")


def by_rule(observations, listens):
    """The speaker names the goal; the listener hurries there, or to the middle of all landmarks."""
    goal = int(np.argmax(observations["speaker_0"]))
    seen = observations["listener_0"]
    landmarks = seen[2:8].reshape(3, 2)
    there = landmarks[goal] if listens else landmarks.mean(0)
    push = 4 * there - 2 * seen[:2]
    axis = int(np.abs(push).argmax())
    move = 0 if abs(push[axis]) < 0.1 else 1 + 2 * axis + int(push[axis] > 0)
    return {"speaker_0": goal, "listener_0": move}


@pytest.mark.parametrize(("listens", "level"), [(True, -8.1), (False, -17.4)])
def test_rewards_are_one_agents_squared_distance(tasks, listens, level):
    env = tasks.speaker_listener({})
    returns = []
    for seed in range(200):
        observations, _ = env.reset(seed=seed)
        total = 0.0
        while env.agents:
            goal = int(np.argmax(observations["speaker_0"]))
            observations, rewards, *_ = env.step(by_rule(observations, listens))
            square = (observations["listener_0"][2 + 2 * goal : 4 + 2 * goal] ** 2).sum()
            assert rewards["speaker_0"] == rewards["listener_0"] == pytest.approx(-square, 1e-4)
            total += rewards["listener_0"]
        returns.append(total)
    assert np.mean(returns) == pytest.approx(level, abs=0.5)


def test_what_is_measured(tasks, ray_session, monkeypatch):
    algorithm = tasks.build("vdn", seed=0)
    monkeypatch.setattr(algorithm.env_runner, "sample", lambda **kwargs: [Fragment(), Fragment()])
    assert tasks.measure(algorithm, 2) == {
        "return": -5.0,
        "return_standard_error": 0.0,
        "final_distance": 0.05,
        "reached": 1.0,
    }
    algorithm.stop()


def test_training_leaves_a_curve(tasks, ray_session, monkeypatch):
    monkeypatch.setattr(tasks, "COPIES", 1)
    measured = iter(range(-20, 0))
    monkeypatch.setattr(tasks, "measure", lambda *_: {"return": float(next(measured))})
    algorithm = tasks.build("maddpg", seed=0)
    curve = tasks.train(algorithm, 250)
    assert [steps for steps, _ in curve] == list(range(25, 251, 25))
    assert tasks.best(curve) == -11.0
    algorithm.stop()


class Fragment:
    rewards = np.array([[-1.0, -1.0], [-4.0, -4.0], [-0.0025, -0.0025]])


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("name", ["maddpg", "ma_maxent", "vdn"])
def test_reaches_the_published_level(tasks, ray_session, name):
    algorithm = tasks.build(name, seed=1)
    curve = tasks.train(algorithm, tasks.STEPS[name])
    algorithm.stop()
    level, interval = tasks.PUBLISHED[name]
    assert tasks.best(curve) > level - interval
