import pytest

pytest.importorskip("ray")
pytest.importorskip("torch")

from edgemarl.djtcra import load_scenario
from edgemarl.experiments import compare, training
from edgemarl.experiments.backend import Learner
from edgemarl.experiments.checkpoints import find_checkpoint
from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.manifest import Manifest

TINY = load_scenario("tiny")
SMALL = {
    "learning_starts": 20,
    "train_batch_size_per_learner": 8,
    "actor_hiddens": [16],
    "critic_hiddens": [16],
    "actor_delay": 2,
}


pytestmark = pytest.mark.usefixtures("ray_session")


def train(out, **changes):
    arguments = {
        "slots": 100,
        "settings": SMALL,
        "checkpoint_every": 50,
        "validation_slots": 3,
        **changes,
    }
    return training.train("ma_maxent", TINY, out=out, **arguments)


@pytest.mark.parametrize(
    ("env_id", "env_kwargs"),
    [
        ("edgemarl/djtcra-users-v0", {}),
        ("edgemarl/djtcra-users-v0", {"observation": "global"}),
        ("edgemarl/djtcra-servers-v0", {"action": "probability"}),
    ],
)
def test_every_view_is_trained_and_compared(tmp_path, env_id, env_kwargs):
    run = train(tmp_path / "run", env_id=env_id, env_kwargs=env_kwargs)
    comparison = compare(
        [str(run.folder), "nearest"], TINY, env_id=env_id, env_kwargs=env_kwargs, slots=3
    )
    assert 0 < comparison.interval(str(run.folder), "system_qoe").mean < comparison.bound().mean


class Listener:
    """Keeps what a run reports."""

    def __init__(self):
        self.slots, self.checkpoints = [], []

    def update(self, slots, slots_per_second, system_qoe):
        self.slots.append(slots)
        assert slots_per_second > 0
        assert system_qoe is None or 0 < system_qoe < 8

    def checkpoint(self, slots, system_qoe, upper_bound, gap):
        self.checkpoints.append((slots, system_qoe))
        assert 0 < system_qoe < upper_bound
        assert 0 < gap < 1


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run of 100 slots, and what it reported."""
    listener = Listener()
    out = tmp_path_factory.mktemp("runs") / "first"
    return train(out, reporter=listener, command="edgemarl train it"), listener


def test_a_run_says_how_it_ended(finished):
    result, _ = finished
    assert result.slots == 100
    assert not result.interrupted


def test_a_run_reports_as_it_goes(finished):
    _, listener = finished
    assert listener.slots == [50, 100]
    assert [slots for slots, _ in listener.checkpoints] == [50, 100]


def test_curves_hold_what_was_reported(finished):
    result, listener = finished
    rows = read_progress(result.folder)
    assert [row["slots"] for row in rows] == [50, 100]
    assert [row["validation_system_qoe"] for row in rows] == [q for _, q in listener.checkpoints]
    for row in rows:
        ratio = row["validation_system_qoe"] / row["validation_upper_bound"]
        assert row["validation_gap"] == pytest.approx(1 - ratio, abs=0.1)
    assert rows[0]["validation_upper_bound"] == rows[1]["validation_upper_bound"]
    assert list((result.folder / "tensorboard").glob("events*"))


def test_curves_hold_every_measure_of_the_sampled_slots(finished):
    result, _ = finished
    users = Manifest.read(result.folder).task().need_scenario().num_users
    for row in read_progress(result.folder):
        groups = (row["num_satisfied"], row["num_disturbed"], row["num_gave_up"])
        assert sum(groups) == pytest.approx(users)
        assert 0 < row["latency"] < 1  # [s]
        assert 0 <= row["num_cloud"] <= users


def test_the_manifest_says_what_the_run_was(finished):
    result, _ = finished
    manifest = Manifest.read(find_checkpoint(result.folder, prefer="latest"))
    assert manifest.slots == 100
    assert manifest.algorithm == "ma_maxent"
    assert manifest.scenario == TINY.to_dict()
    assert manifest.settings == SMALL
    assert manifest.command == "edgemarl train it"
    assert {"ray", "torch"} <= set(manifest.versions)


def test_the_best_checkpoint_is_the_one_with_the_best_validation(finished):
    result, listener = finished
    best = max(listener.checkpoints, key=lambda item: item[1])[0]
    assert Manifest.read(find_checkpoint(result.folder, prefer="best")).slots == best


def test_a_run_can_be_compared(finished):
    result, _ = finished
    comparison = compare([str(result.folder), "nearest"], TINY, slots=3)
    assert 0 < comparison.interval(str(result.folder), "system_qoe").mean < 8


def test_a_run_on_one_topology_is_no_policy_for_another(finished):
    result, _ = finished
    with pytest.raises(ValueError, match=r"scenario\.seed was 0 in training, is 1 here"):
        compare([str(result.folder)], TINY, slots=1, topologies=2)


def test_a_folder_with_a_run_is_not_written_over(finished):
    result, _ = finished
    with pytest.raises(ValueError, match="must hold no run yet"):
        train(result.folder)


def test_a_run_goes_on_from_its_latest_checkpoint(tmp_path):
    train(tmp_path / "run")
    first = read_progress(tmp_path / "run")
    result = training.resume(tmp_path / "run", slots=200, checkpoint_every=50, validation_slots=3)
    rows = read_progress(tmp_path / "run")
    assert result.slots == 200
    assert [row["slots"] for row in rows] == [50, 100, 150, 200]
    assert rows[:2] == first
    assert rows[2]["seconds"] > rows[1]["seconds"]
    assert rows[3]["validation_upper_bound"] == rows[0]["validation_upper_bound"]
    with pytest.raises(ValueError, match=r"above the 200 slots that .* has done, got 150"):
        training.resume(tmp_path / "run", slots=150)


def test_equal_seeds_train_alike_and_others_do_not(tmp_path, finished):
    def curve(folder):
        return [
            {key: value for key, value in row.items() if key != "seconds"}
            for row in read_progress(folder)
        ]

    train(tmp_path / "same")
    train(tmp_path / "other", seed=1)
    assert curve(tmp_path / "same") == curve(finished[0].folder)
    assert curve(tmp_path / "other") != curve(finished[0].folder)


def test_a_failure_leaves_the_last_checkpoint_and_its_traceback(tmp_path, monkeypatch):
    step = Learner.step

    def failing(self):
        if self.slots >= 50:
            raise RuntimeError("the disk is on fire")
        return step(self)

    monkeypatch.setattr(Learner, "step", failing)
    with pytest.raises(training.TrainingError, match="RuntimeError: the disk is on fire") as raised:
        train(tmp_path / "run")
    assert "stopped after 50 slots, the last checkpoint is intact: " in str(raised.value)
    assert "slots_000000050" in str(raised.value)
    assert "in failing" in (tmp_path / "run" / "error.log").read_text()
    assert Manifest.read(find_checkpoint(tmp_path / "run", prefer="latest")).slots == 50


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"settings": {"learning_rate": 1}}, "algorithm's setting must be one of .*'actor_lr'"),
        ({"env_kwargs": {"action": "tea"}}, "action must be one of 'discrete', 'probability'"),
        ({"slots": 0}, "slots must be an integer of at least 1"),
        ({"seed": -1}, "seed must be an integer of at least 0"),
        ({"env_runners": -1}, "env_runners must be an integer of at least 0"),
        ({"env_id": "djtcra-x-v0"}, "environment must be one of"),
    ],
)
def test_bad_input_is_named_before_anything_is_written(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        train(tmp_path / "run", **changes)
    assert not (tmp_path / "run").exists()


def test_an_unknown_algorithm_is_named(tmp_path):
    with pytest.raises(ValueError, match="algorithm must be one of 'ac', 'ddpg'"):
        training.train("sac", TINY, slots=1, out=tmp_path / "run")


def test_a_folder_that_cannot_be_written_is_named_before_training(tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("")
    monkeypatch.setattr(Learner, "__init__", lambda self, manifest: pytest.fail("too late"))
    with pytest.raises(ValueError, match="taken must be writable"):
        train(tmp_path / "taken")
