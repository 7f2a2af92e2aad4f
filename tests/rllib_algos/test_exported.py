"""Exported policies: two files, read without ray, that act as the checkpoint does."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from joint_envs import MeetEnv, MixedEnv, RowEnv, meet_env, mixed_env, row_env

import rllib_algos
from rllib_algos import registry
from rllib_algos.joint.exported import write_exported
from rllib_algos.joint.policy_file import read_content

ROOT = Path(__file__).parents[2]
CASES = {
    "rows": ("vdn", row_env, RowEnv),
    "mixed": ("maddpg", mixed_env, MixedEnv),
    "gaussian": ("ma_maxent", meet_env, MeetEnv),
}
DUELING = {"dueling": True, "shared_networks": True}
WITHOUT_RAY = """
import pickle, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("ray", "edgemarl", "pettingzoo"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import rllib_algos
policy = rllib_algos.load_exported(sys.argv[1])
observations = pickle.load(open(sys.argv[2], "rb"))
pickle.dump([policy(seen) for seen in observations], open(sys.argv[3], "wb"))
"""


@pytest.fixture
def content(small, tmp_path):
    algorithm = small(registry.get_config("maddpg"), meet_env)
    return read_content_of(algorithm, tmp_path / "checkpoint")


def read_content_of(algorithm, folder):
    return read_content(Path(algorithm.save_to_path(str(folder))))


@pytest.mark.parametrize("case", CASES)
def test_actions_are_those_of_the_checkpoint_to_the_bit(small, tmp_path, case):
    name, creator, env_class = CASES[case]
    settings = DUELING if name == "vdn" else {}
    algorithm = small(registry.get_config(name), creator, **settings)
    for _ in range(3):
        algorithm.train()
    content = read_content_of(algorithm, tmp_path / "checkpoint")
    write_exported(content, tmp_path / "out", {"env": case})
    observations = [env_class().reset(seed=seed)[0] for seed in range(20)]
    (tmp_path / "seen").write_bytes(pickle.dumps(observations))
    files = [str(tmp_path / file) for file in ("out", "seen", "acted")]
    subprocess.run([sys.executable, "-c", WITHOUT_RAY, *files], check=True, cwd=ROOT)
    policy = rllib_algos.load_policy(tmp_path / "checkpoint")
    acted = pickle.loads((tmp_path / "acted").read_bytes())
    for seen, actions in zip(observations, acted, strict=True):
        expected = policy(seen)
        assert actions.keys() == expected.keys()
        for agent, action in expected.items():
            np.testing.assert_array_equal(actions[agent], action, strict=True)


def test_the_description_is_plain_and_says_what_it_is(content, tmp_path):
    write_exported(content, tmp_path / "a" / "b", {"env": "meet"})
    described = json.loads((tmp_path / "a" / "b" / "policy.json").read_text())
    assert described["algorithm"] == "MADDPG"
    assert described["spaces"]["agents"] == ["x", "y"]
    assert described["hiddens"] == [16]
    assert described["trained_on"] == {"env": "meet"}
    assert described["written_by"].startswith("edgemarl ")
    assert "weights" not in described
    from safetensors import safe_open

    with safe_open(tmp_path / "a" / "b" / "policy.safetensors", "pt") as file:
        assert set(file.keys()) == set(content["weights"])


def test_an_earlier_export_is_replaced_and_anything_else_kept(content, tmp_path):
    write_exported(content, tmp_path / "out")
    write_exported({**content, "algorithm": "Other"}, tmp_path / "out")
    assert rllib_algos.load_exported(tmp_path / "out").algorithm == "Other"
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"must be new, empty or an earlier .* holds notes.txt"):
        write_exported(content, tmp_path / "out")
    with pytest.raises(ValueError, match=r"notes.txt must be a folder, got a file"):
        write_exported(content, tmp_path / "out" / "notes.txt")
    with pytest.raises(ValueError, match="/dev/null/out must be writable, but"):
        write_exported(content, Path("/dev/null/out"))


def test_a_failure_leaves_the_earlier_export(content, tmp_path, monkeypatch):
    out = tmp_path / "out"
    write_exported(content, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def full(*arguments):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(ValueError, match="must be writable, but no space left"):
        write_exported({**content, "algorithm": "Other"}, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_wrong_folders_are_refused(content, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"export` has written, it has no policy.safetens"):
        rllib_algos.load_exported(tmp_path / "nowhere")
    write_exported(content, tmp_path / "out")
    described = tmp_path / "out" / "policy.json"
    described.write_text(described.read_text().replace('"version": 1', '"version": 9'))
    with pytest.raises(ValueError, match=r"version 1, got .*exported_policy', 9\)"):
        rllib_algos.load_exported(tmp_path / "out")
    described.write_text("[]")
    with pytest.raises(ValueError, match=r"must be of format .*, got \(\)"):
        rllib_algos.load_exported(tmp_path / "out")
    described.write_text("{")
    with pytest.raises(ValueError, match=r"policy.json must be JSON, but"):
        rllib_algos.load_exported(tmp_path / "out")
    write_exported(content, tmp_path / "out")
    (tmp_path / "out" / "policy.safetensors").write_bytes(b"garbage")
    with pytest.raises(ValueError, match=r"policy.safetensors must hold the weights"):
        rllib_algos.load_exported(tmp_path / "out")
