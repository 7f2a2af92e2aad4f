import json

import pytest
from typer.testing import CliRunner

from edgemarl.cli.app import app

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")
SMALL = ("algo.actor_hiddens=[8]", "algo.critic_hiddens=[8]", "algo.learning_starts=20")


def run(*arguments: str, code: int = 0):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def trained(ray_session, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "run"
    command = ("train", "maddpg", "--scenario", "tiny", "--slots", "30", "--validation-slots", "2")
    run(*command, "--out", str(folder), "--set", *SMALL)
    return folder


def test_a_run_is_exported(trained, tmp_path):
    import rllib_algos

    out = tmp_path / "policy"
    shown = run("export", str(trained), "--out", str(out)).output
    assert f"Exported {(trained / 'best').resolve()} to {out}" in shown.replace("\n", "")
    described = json.loads((out / "policy.json").read_text())
    assert described["trained_on"]["env_id"] == "edgemarl/djtcra-servers-v0"
    assert described["trained_on"]["scenario"]["num_users"] == 8
    import edgemarl

    env = edgemarl.make("djtcra-servers-v0", scenario="tiny")
    observations, _ = env.reset(seed=0)
    exported = rllib_algos.load_exported(out)(observations)
    expected = rllib_algos.load_policy(trained / "best")(observations)
    for agent in env.agents:
        assert (exported[agent] == expected[agent]).all()


@pytest.mark.parametrize(
    ("checkpoint", "out", "message"),
    [
        ("nowhere", "policy", "checkpoint folder must exist, got"),
        (".", "policy", "must hold a checkpoint of `edgemarl train`, found none"),
        ("run", "full", "must be new, empty or an earlier export, it holds notes.txt"),
        ("run", "full/notes.txt", "must be a folder, got a file"),
    ],
)
def test_bad_input_is_one_line(trained, tmp_path, checkpoint, out, message):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    source = trained if checkpoint == "run" else tmp_path / checkpoint
    result = run("export", str(source), "--out", str(tmp_path / out), code=2)
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("edgemarl: error: ")
    assert message in line
