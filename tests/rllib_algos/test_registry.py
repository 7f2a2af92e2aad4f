import subprocess
import sys

import pytest

import rllib_algos
from rllib_algos import registry


def test_names_lead_to_configs():
    assert registry.names() == ["idqn", "ma_maxent", "maddpg", "qmix", "vdn"]
    for name in registry.names():
        config = registry.get_config(name)
        assert type(config).__name__ == f"{config.algo_class.__name__}Config"
        assert registry.get_config(name) is not config


def test_unknown_names_are_refused_with_a_hint():
    with pytest.raises(ValueError, match=r"unknown algorithm 'madpg', .* did you mean 'maddpg'"):
        registry.get_config("madpg")
    with pytest.raises(ValueError, match=r"unknown algorithm 'ppo', known are idqn, .*, vdn$"):
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
