"""The example of a plugin: built, installed and trained as a separate package; and what it does."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "examples" / "plugin"
ENV = "coma-plugin/channels-v0"
SMALL = {
    "actor_hiddens": [32],
    "critic_hiddens": [32],
    "learning_starts": 100,
    "actor_lr": 1e-3,
    "critic_lr": 5e-3,
    "tau": 0.05,
}


def run(*command: str, folder: Path, site: Path | None = None) -> str:
    """What a command prints, where the plugin is installed in `site` or nowhere."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    if site is not None:
        environment["PYTHONPATH"] = str(site)
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder that the plugin's wheel is installed in."""
    pytest.importorskip("setuptools")
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(PLUGIN, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    offline = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    run("pip", "wheel", *offline, "--no-build-isolation", "-w", ".", "./source", folder=folder)
    (wheel,) = folder.glob("coma_plugin-0.1.0-*.whl")
    run("pip", "install", *offline, "--target", "site", str(wheel), folder=folder)
    return folder / "site"


def test_an_installed_plugin_is_listed(site, tmp_path):
    pytest.importorskip("ray")
    lines = [
        line.split() for line in run("edgemarl", "list", folder=tmp_path, site=site).split("\n")
    ]
    assert [ENV, "from", "coma-plugin", "0.1.0"] in lines
    assert ["coma", "from", "coma-plugin", "0.1.0"] in lines
    assert ["vdn", "from", "rllib_algos"] in lines
    assert "coma" not in run("edgemarl", "list", folder=tmp_path)


def test_an_installed_plugin_is_trained_and_exported(site, tmp_path):
    pytest.importorskip("ray")
    settings = [f"algo.{name}={value}" for name, value in SMALL.items()]
    command = ("edgemarl", "train", "coma", "--env", ENV, "--slots", "200", "--set", *settings)
    out = run(*command, "--validation-slots", "40", folder=tmp_path, site=site)
    assert "edgemarl export runs/coma-channels-v0-0 --out policy" in out
    folder = tmp_path / "runs" / "coma-channels-v0-0"
    header, *_, last = (folder / "progress.csv").read_text().splitlines()
    row = dict(zip(header.split(","), last.split(","), strict=True))
    assert row["slots"] == "200.0"
    assert 0 <= float(row["validation_reward"]) <= 1
    assert json.loads((folder / "run.json").read_text())["scenario"] is None
    assert (folder / "best").resolve().is_dir()
    out = run("edgemarl", "export", str(folder), "--out", "policy", folder=tmp_path, site=site)
    assert "rllib_algos.load_exported('policy')" in out


def test_coma_learns_its_environment(ray_session):
    from coma_plugin import COMAConfig
    from coma_plugin.channels_v0 import ChannelsEnv

    config = COMAConfig().environment(lambda _: ChannelsEnv()).training(**SMALL)
    algorithm = config.debugging(seed=0, log_level="ERROR").build_algo()
    before = greedy_reward(algorithm)
    for _ in range(100):
        algorithm.train()
    assert before < 0.8
    assert greedy_reward(algorithm) > 0.95
    algorithm.stop()


def greedy_reward(algorithm):
    """The mean share of senders that get through."""
    fragments = algorithm.env_runner.sample(num_episodes=5, explore=False)
    return float(np.mean([reward for fragment in fragments for reward in fragment.rewards]))


def test_the_environment_keeps_pettingzoos_rules():
    from coma_plugin.channels_v0 import ChannelsEnv

    parallel_api_test(ChannelsEnv(3), num_cycles=50)
    with pytest.raises(ValueError, match=r"must be 1 or more, got \(0, 20\)"):
        ChannelsEnv(0)


@pytest.mark.parametrize(
    ("picks", "reward"),
    [((0, 1), 1.0), ((0, 0), 0.0), ((0, 2), 0.5), ((2, 2), 0.0)],
)
def test_senders_get_through_alone_where_nothing_is_jammed(picks, reward):
    from coma_plugin.channels_v0 import ChannelsEnv

    env = ChannelsEnv(2)
    for seed in range(50):
        observations, _ = env.reset(seed=seed)
        if observations["sender_0"].argmax() == 2:
            break
    _, rewards, *_ = env.step(dict(zip(env.agents, picks, strict=True)))
    assert rewards == {"sender_0": reward, "sender_1": reward}


def test_advantages_count_an_agents_own_choices_only():
    """Two agents with two and three choices, by hand."""
    torch = pytest.importorskip("torch")
    from coma_plugin.learner import counterfactual_advantage

    own = torch.tensor([[1.0, 1, 0, 0, 0], [0, 0, 1, 1, 1]])
    values = torch.tensor([[1.0, 3, 2, 4, 6]])
    probs = torch.tensor([[0.5, 0.5, 0.2, 0.3, 0.5]])
    action = torch.tensor([[0.0, 1, 1, 0, 0]])
    advantage = counterfactual_advantage(values, action, probs, own)
    torch.testing.assert_close(advantage, torch.tensor([[3.0 - 2.0, 2.0 - 4.6]]))


def test_counterfactual_values_are_the_critics_on_every_changed_action(ray_session):
    """Against a loop over agents and choices."""
    import torch

    from coma_plugin import COMAConfig
    from coma_plugin.channels_v0 import ChannelsEnv

    config = COMAConfig().environment(lambda _: ChannelsEnv()).training(**SMALL)
    algorithm = config.debugging(seed=0, log_level="ERROR").build_algo()
    learner = algorithm.learner_group._learner
    state, picks = torch.rand(4, 6), torch.tensor([[0, 1], [2, 2], [1, 0], [0, 0]])
    action = torch.nn.functional.one_hot(picks, 3).flatten(1).float()
    own = learner.layout.own_parts({"observations_0": state})[:, 0]
    with torch.no_grad():
        found = learner.counterfactual_values(state, action, own)
        for agent in range(2):
            for choice in range(3):
                changed = picks.clone()
                changed[:, agent] = choice
                joint = torch.nn.functional.one_hot(changed, 3).flatten(1).float()
                expected = learner.central_module.critics(state, joint).amin(0)[0]
                torch.testing.assert_close(found[:, 3 * agent + choice], expected)
    algorithm.stop()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shared_critic": False}, "shared_critic must be True for coma"),
        ({"action_relaxation": "softmax"}, "must be 'sampled' for coma, got 'softmax'"),
    ],
)
def test_settings_that_coma_cannot_take(settings, message):
    pytest.importorskip("ray")
    from coma_plugin import COMAConfig

    with pytest.raises(ValueError, match=message):
        COMAConfig().training(**settings).validate()


def test_coma_wants_discrete_actions(ray_session):
    from joint_envs import meet_env

    from coma_plugin import COMAConfig

    config = COMAConfig().environment(meet_env).debugging(seed=0, log_level="ERROR")
    with pytest.raises(ValueError, match="actions must be Discrete for coma, those of agent 'x'"):
        config.build_algo()


@pytest.mark.parametrize("page", ["add_algorithm", "add_environment"])
def test_the_pages_show_the_plugins_own_files(page):
    sources = [p.read_text() for p in [PLUGIN / "pyproject.toml", *PLUGIN.glob("src/**/*.py")]]
    text = (ROOT / "docs" / "how_to" / f"{page}.md").read_text()
    shown = re.findall(r"```(?:python|toml)\n(.*?)```", text, re.DOTALL)
    assert len(shown) >= 2
    for code in shown:
        assert any(code in source for source in sources), code
