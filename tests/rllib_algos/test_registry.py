import subprocess
import sys

import pytest
from ray import tune
from ray.tune.registry import ENV_CREATOR, _global_registry, get_trainable_cls

import rllib_algos
from rllib_algos import registry
from tests.distributions import write_distribution


def test_names_lead_to_configs():
    own = "ac ddpg dirs idqn ma_maxent maddpg qmix shadow_price vdn"
    assert registry.names() == own.split()
    for name in registry.names():
        config = registry.get_config(name)
        assert type(config).__name__ == f"{config.algo_class.__name__}Config"
        assert registry.get_config(name) is not config


def test_unknown_names_are_refused_with_a_hint():
    with pytest.raises(ValueError, match=r"unknown algorithm 'madpg', .* did you mean 'maddpg'"):
        registry.get_config("madpg")
    with pytest.raises(ValueError, match=r"unknown algorithm 'ppo', known are ac, .*, vdn$"):
        registry.get_config("ppo")


def test_nothing_heavy_is_imported_before_use():
    script = (
        "import sys, rllib_algos, rllib_algos.registry\n"
        "rllib_algos.registry.names(), dir(rllib_algos)\n"
        "heavy = {'ray', 'torch', 'gymnasium'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_exports():
    assert rllib_algos.MADDPGConfig is type(registry.get_config("maddpg"))
    assert rllib_algos.MAMaxEntConfig().algo_class is rllib_algos.MAMaxEnt
    for name in rllib_algos.__all__:
        assert getattr(rllib_algos, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'PPO'"):
        rllib_algos.PPO  # noqa: B018


CONFIG = "from rllib_algos import MADDPGConfig\nclass OwnConfig(MADDPGConfig):\n    pass\n"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs distributions with entry points for the length of a test."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, entries, module="", group=registry.GROUP):
        write_distribution(tmp_path, name, group, entries, module)

    yield write
    for name in [name for name in sys.modules if name.startswith("lab_")]:
        sys.modules.pop(name)


def test_other_packages_add_algorithms(install):
    install("lab_a", {"own": "lab_a:OwnConfig"}, CONFIG)
    assert "own" in registry.names()
    assert registry.sources()["own"] == "lab_a 1.0"
    assert registry.sources()["vdn"] == "rllib_algos"
    assert type(registry.get_config("own")).__name__ == "OwnConfig"
    with pytest.raises(ValueError, match=r"unknown algorithm 'owm', .* did you mean 'own'"):
        registry.get_config("owm")


def test_a_name_that_two_packages_offer_is_refused(install):
    install("lab_b", {"vdn": "lab_b:OwnConfig", "own": "lab_b:OwnConfig"}, CONFIG)
    install("lab_c", {"own": "lab_b:OwnConfig"})
    match = "'vdn' must come from one package, got it from rllib_algos and lab_b 1.0; uninstall all"
    with pytest.raises(ValueError, match=match):
        registry.get_config("vdn")
    with pytest.raises(ValueError, match=r"from lab_[bc] 1.0 and lab_[bc] 1.0"):
        registry.get_config("own")
    assert registry.get_config("idqn")


@pytest.mark.parametrize(
    ("target", "cause"),
    [
        ("lab_d:absent", "AttributeError: module 'lab_d' has no attribute 'absent'"),
        ("lab_d.sub:Config", "ModuleNotFoundError: No module named 'lab_d.sub'"),
        ("lab_broken:Config", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_package_that_cannot_be_loaded_is_named(install, target, cause):
    install("lab_d", {"own": target})
    install("lab_broken", {}, "1 / 0\n")
    with pytest.raises(ImportError, match=f"'own' of lab_d 1.0 cannot be loaded .*{cause}"):
        registry.get_config("own")
    assert registry.get_config("idqn")


def test_what_is_no_config_is_refused(install):
    install("lab_e", {"own": "lab_e:dict"}, "dict = dict\n")
    with pytest.raises(ImportError, match=r"'own' of lab_e 1.0 must be a config class of RLlib"):
        registry.get_config("own")


@pytest.fixture
def session(monkeypatch):
    monkeypatch.setattr(registry, "_session", {})


@pytest.mark.parametrize("target", [rllib_algos.MADDPGConfig, "rllib_algos.maddpg:MADDPGConfig"])
def test_a_session_adds_algorithms_of_its_own(session, target):
    registry.register("own", "to.be:Replaced")
    registry.register("own", target)
    assert isinstance(registry.get_config("own"), rllib_algos.MADDPGConfig)
    assert registry.sources()["own"] == "this session"
    with pytest.raises(ValueError, match="'vdn' must have a new name, rllib_algos has this one"):
        registry.register("vdn", target)


GAMES = "from joint_envs import row_env\ndef creators():\n    return {'lab/rows': row_env}\n"


def test_everything_is_known_to_tune_by_name(ray_session, install, session, tmp_path):
    install("lab_f", {"lab": "lab_f:creators"}, GAMES, registry.ENVIRONMENTS_GROUP)
    registry.register("own", "rllib_algos.maddpg:MADDPGConfig")
    rllib_algos.register_all()
    results = tune.Tuner(
        "own",
        param_space={"env": "lab/rows", "actor_hiddens": [8], "critic_hiddens": [8], "seed": 0},
        run_config=tune.RunConfig(
            storage_path=str(tmp_path), stop={"training_iteration": 1}, verbose=0
        ),
    ).fit()
    (result,) = results
    assert result.error is None
    assert result.config["actor_hiddens"] == [8]
    assert result.metrics["env_runners"]["num_env_steps_sampled_lifetime"] > 0
    for name in registry.names():
        assert get_trainable_cls(name) is registry.get_config(name).algo_class
    edge = _global_registry.get(ENV_CREATOR, "edgemarl/djtcra-users-v0")({"scenario": "tiny"})
    assert edge.reset()[0].keys() == {f"user_{i}" for i in range(8)}


def test_what_cannot_be_registered_is_warned_of(ray_session, install):
    install("lab_g", {"own": "lab_g:absent"})
    install("lab_h", {"games": "lab_h:absent"}, "", registry.ENVIRONMENTS_GROUP)
    with pytest.warns(UserWarning, match="not registered with Ray") as warned:
        rllib_algos.register_all()
    messages = [str(w.message) for w in warned]
    assert len(messages) == 2
    assert "algorithm 'own' of lab_g 1.0 cannot be loaded" in messages[0]
    assert "environments of lab_h 1.0: AttributeError" in messages[1]
