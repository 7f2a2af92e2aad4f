import sys

import numpy as np
import pytest

import edgemarl
import edgemarl.djtcra_v0
from edgemarl import registry
from edgemarl.djtcra import SCENARIOS
from edgemarl.djtcra.env import DJTCRAEnv
from edgemarl.mec.env import MECEnv
from tests.distributions import write_distribution

IDS = ["edgemarl/djtcra-servers-v0", "edgemarl/djtcra-users-v0", "edgemarl/mec-v0"]
AGENTS = ["server_0", "user_0", "server_0"]  # the first of each


def test_registered_names():
    assert edgemarl.registered() == IDS


@pytest.mark.parametrize(("name", "agent"), list(zip(IDS, AGENTS, strict=True)))
def test_names_make_environments(name, agent):
    env = edgemarl.make(name, scenario="tiny")
    assert isinstance(env, MECEnv if name == IDS[2] else DJTCRAEnv)
    assert env.possible_agents[0] == agent
    short = edgemarl.make(name.removeprefix("edgemarl/"), scenario="tiny")
    np.testing.assert_array_equal(env.reset(seed=0)[0][agent], short.reset(seed=0)[0][agent])


def test_the_paper_s_scenario_is_the_default():
    assert edgemarl.make(IDS[0]).scenario is SCENARIOS["paper"]
    assert edgemarl.make(IDS[2]).scenario.name == "n30"


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
        (IDS[0], {"users": 3}, ValueError, "option of .* one of 'action', .*, got 'users'"),
        (IDS[0], {"observation": 3}, ValueError, "observation must be left out with view"),
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


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs distributions with environments for the length of a test."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, entries, module=""):
        write_distribution(tmp_path, name, "edgemarl.environments", entries, module)

    yield write
    for name in [name for name in sys.modules if name.startswith("lab_")]:
        sys.modules.pop(name)


VARIANT = """
import edgemarl
def parallel_env(scenario, **options):
    return edgemarl.djtcra_v0.parallel_env("users", scenario, **options)
"""


@pytest.mark.parametrize("target", ["lab_a", "lab_a:parallel_env"])
def test_other_packages_add_environments(install, target):
    install("lab_a", {"lab/offload-v0": target}, VARIANT)
    assert edgemarl.registered() == [*IDS, "lab/offload-v0"]
    assert registry.sources() == {**dict.fromkeys(IDS, "edgemarl"), "lab/offload-v0": "lab_a 1.0"}
    env = edgemarl.make("lab/offload-v0", scenario="tiny", max_cycles=4)
    assert (env.possible_agents[0], env.max_cycles) == ("user_0", 4)
    assert len(edgemarl.make("lab/offload-v0").possible_agents) == 100
    with pytest.raises(ValueError, match=r"option of lab/offload-v0 must be one of .*'max_cycles'"):
        edgemarl.make("lab/offload-v0", scenario="tiny", cycles=4)


def test_an_environment_may_take_no_scenario(install):
    install("lab_b", {"lab/game-v0": "lab_b:make"}, "def make(size=2):\n    return size\n")
    assert registry.system_of("lab/game-v0") is None
    assert registry.system_of(IDS[0]).name == "djtcra"
    assert registry.system_of(IDS[2]).name == "mec"
    assert edgemarl.make("lab/game-v0", size=5) == 5
    assert registry.creators()["lab/game-v0"]({"size": 6}) == 6
    with pytest.raises(ValueError, match="'lab/game-v0' takes no scenario, got 'tiny'"):
        edgemarl.make("lab/game-v0", scenario="tiny")
    with pytest.raises(ValueError, match="option of lab/game-v0 must be one of 'size', got 'cycle"):
        edgemarl.make("lab/game-v0", cycles=4)


def test_creators_take_what_ray_hands_them():
    env = registry.creators()[IDS[1]]({"scenario": "tiny", "max_cycles": 3})
    assert (env.possible_agents[0], env.max_cycles) == ("user_0", 3)


def test_errors_of_a_creator_are_its_own(install):
    code = "def make(size=2):\n    raise TypeError('no display')\n"
    install("lab_c", {"lab/game-v0": "lab_c:make"}, code)
    with pytest.raises(TypeError, match="no display"):
        edgemarl.make("lab/game-v0", size=1)


def test_a_name_that_two_packages_offer_is_refused(install):
    install("lab_d", {IDS[0]: "lab_d:make", "lab/game-v0": "lab_d:make"}, "make = dict\n")
    install("lab_e", {"lab/game-v0": "lab_e:make"})
    match = "must come from one package, got it from edgemarl and lab_d 1.0; uninstall all but one"
    with pytest.raises(ValueError, match=match):
        edgemarl.make(IDS[0])
    with pytest.raises(ValueError, match=r"from lab_[de] 1.0 and lab_[de] 1.0"):
        edgemarl.make("lab/game-v0")
    assert edgemarl.make(IDS[1], scenario="tiny")
    assert edgemarl.registered() == [*IDS, "lab/game-v0"]


@pytest.mark.parametrize(
    ("target", "cause"),
    [
        ("lab_f:absent", "AttributeError: module 'lab_f' has no attribute 'absent'"),
        ("lab_f.sub:make", "ModuleNotFoundError: No module named 'lab_f.sub'"),
        ("lab_broken:make", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_package_that_cannot_be_loaded_is_named(install, target, cause):
    install("lab_f", {"lab/game-v0": target})
    install("lab_broken", {}, "1 / 0\n")
    with pytest.raises(ImportError, match=f"'lab/game-v0' of lab_f 1.0 cannot .*{cause}"):
        edgemarl.make("lab/game-v0")
    assert edgemarl.make(IDS[1], scenario="tiny")


def test_versions():
    assert edgemarl.__version__


@pytest.mark.parametrize("name", IDS)
def test_copies_of_any_environment_by_name(name):
    batch = edgemarl.vector(name, 2, scenario="tiny", max_cycles=2)
    with pytest.raises(RuntimeError, match="copy 0 must be reset first"):
        batch.observations()
    batch.reset([0, 1])
    alone = edgemarl.make(name, scenario="tiny", max_cycles=2)
    alone.reset(seed=1)
    space = alone.action_space(alone.possible_agents[0])
    actions = np.array([[space.sample() for _ in batch.possible_agents] for _ in range(2)])
    rewards, ended, cut, infos = batch.step(actions)
    ours = dict(zip(alone.possible_agents, actions[1], strict=True))
    seen, paid, _, _, told = alone.step(ours)
    assert rewards[1].tolist() == list(paid.values())
    assert not (ended | cut).any()
    np.testing.assert_array_equal(batch.observations()[1], list(seen.values()))
    for key, values in infos.items():
        expected = [info[key] for info in told.values()]
        np.testing.assert_array_equal(np.broadcast_to(values[1], len(expected)), expected)
    with pytest.raises(ValueError, match="num_envs must be an integer of at least 1, got 0"):
        edgemarl.vector(name, 0)
