import sys

import numpy as np
import pytest

import edgemarl
import edgemarl.djtcra_v0
from edgemarl.djtcra import SCENARIOS
from edgemarl.djtcra.env import DJTCRAEnv

IDS = ["edgemarl/djtcra-servers-v0", "edgemarl/djtcra-users-v0"]


def test_registered_names():
    assert edgemarl.registered() == IDS


@pytest.mark.parametrize(("name", "agent"), [(IDS[0], "server_0"), (IDS[1], "user_0")])
def test_names_make_environments(name, agent):
    env = edgemarl.make(name, scenario="tiny")
    assert isinstance(env, DJTCRAEnv)
    assert env.possible_agents[0] == agent
    short = edgemarl.make(name.removeprefix("edgemarl/"), scenario="tiny")
    np.testing.assert_array_equal(env.reset(seed=0)[0][agent], short.reset(seed=0)[0][agent])


def test_the_paper_s_scenario_is_the_default():
    assert edgemarl.make(IDS[0]).scenario is SCENARIOS["paper"]


def test_options_reach_the_environment(tmp_path):
    (tmp_path / "three.yaml").write_text("base: tiny\nnum_users: 3\n")
    env = edgemarl.make(IDS[1], scenario=str(tmp_path / "three.yaml"), max_cycles=2, reward="local")
    assert len(env.possible_agents) == 3
    assert env.max_cycles == 2
    assert env.scenario.reward.scope == "local"
    own = SCENARIOS["tiny"].replace(num_users=2)
    assert edgemarl.make(IDS[0], scenario=own).scenario is own


@pytest.mark.parametrize(
    ("name", "options", "error", "message"),
    [
        ("edgemarl/nothing-v0", {}, ValueError, "environment must be one of .*servers-v0"),
        ("other/djtcra-servers-v0", {}, ValueError, "environment must be one of"),
        (IDS[0], {"scenario": "large"}, ValueError, "scenario must be one of paper, tiny, demo"),
        (IDS[0], {"users": 3}, TypeError, "unexpected keyword argument 'users'"),
    ],
)
def test_unknown_names_and_options(name, options, error, message):
    with pytest.raises(error, match=message):
        edgemarl.make(name, **options)


@pytest.mark.parametrize("name", IDS)
def test_pettingzoo_knows_the_names(name):
    pettingzoo = pytest.importorskip("pettingzoo")
    if not hasattr(pettingzoo, "make"):
        pytest.skip("this PettingZoo has no registry")
    env = pettingzoo.make("parallel", name, scenario="tiny", max_cycles=3)
    ours = edgemarl.make(name, scenario="tiny")
    assert env.unwrapped.max_cycles == 3
    first, second = env.reset(seed=4)[0], ours.reset(seed=4)[0]
    for agent in ours.possible_agents:
        np.testing.assert_array_equal(first[agent], second[agent])
    turns = pettingzoo.make("aec", name, scenario="tiny")
    turns.reset(seed=4)
    first_agent = turns.agents[0]
    np.testing.assert_array_equal(turns.observe(first_agent), first[first_agent])
    edgemarl.registry.register_with_pettingzoo()  # again, without a warning


def test_other_packages_add_environments(tmp_path, monkeypatch):
    """As an installed distribution with an entry point does."""
    (tmp_path / "mylab_offload_v0.py").write_text(
        "import edgemarl\n"
        "def parallel_env(scenario, **options):\n"
        "    return edgemarl.djtcra_v0.parallel_env('users', scenario, **options)\n"
    )
    folder = tmp_path / "mylab-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: mylab\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(
        "[edgemarl.environments]\nmylab/offload-v0 = mylab_offload_v0\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert sorted(edgemarl.registered()) == [*IDS, "mylab/offload-v0"]
    env = edgemarl.make("mylab/offload-v0", scenario="tiny", max_cycles=4)
    assert (env.possible_agents[0], env.max_cycles) == ("user_0", 4)
    sys.modules.pop("mylab_offload_v0")


def test_versions():
    assert edgemarl.__version__
