import numpy as np
import pytest

from edgemarl.experiments import load_policy
from edgemarl.experiments.films import film_frames
from edgemarl.experiments.rollout import rollout
from edgemarl.experiments.task import Task
from edgemarl.rendering import ArrayViewer

pytest.importorskip("matplotlib")


def test_frames_show_the_slots_of_the_evaluation():
    task = Task.of("tiny", "djtcra-users-v0", None)
    policy = load_policy("random", task)
    frames = list(film_frames(policy, task, slots=2, seed=3, title="t", width=320))
    env, viewer = task.make(), ArrayViewer(title="t", width=320)
    for frame, _ in zip(frames, rollout(env, policy, slots=2, seed=3), strict=True):
        np.testing.assert_array_equal(frame, viewer.show(env.snapshot()))


def test_an_environment_without_snapshots():
    class Plain:
        unwrapped = None

    class PlainTask(Task):
        def make(self):
            return Plain()

    task = PlainTask(env_id="mylab/offload-v0", scenario=None)
    with pytest.raises(ValueError, match=r"'mylab/offload-v0' must give snapshot\(\) to be drawn"):
        next(film_frames(lambda observations: {}, task, slots=1))
