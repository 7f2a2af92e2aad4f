import pytest

pytest.importorskip("ray")

from edgemarl.experiments.backend import algorithm_config
from edgemarl.experiments.manifest import Manifest
from edgemarl.experiments.preset import preset_settings
from edgemarl.experiments.reproduction import djtcra
from rllib_algos import registry

# Table IV, and lambda = 15 and lambda_S = 5 of section VI.
PRINTED = {"actor_lr": 1e-4, "critic_lr": 1e-4, "actor_delay": 15, "entropy_delay": 5}


def test_the_paper_s_settings_are_those_that_it_prints():
    found = preset_settings("ma_maxent", "paper")
    assert {name: found[name] for name in PRINTED} == PRINTED
    assert found["target_entropy"] == -1.0


@pytest.mark.parametrize("algorithm", ["ma_maxent", "maddpg", "idqn", "vdn", "ac", "ddpg"])
def test_a_preset_given_as_settings_is_the_preset(algorithm):
    settings = preset_settings(algorithm, "paper")
    manifest = Manifest(
        algorithm=algorithm,
        env_id="edgemarl/djtcra-servers-v0",
        env_kwargs={},
        scenario=None,
        settings=settings,
        seed=0,
        env_runners=0,
    )
    config, paper = algorithm_config(manifest), registry.get_config(algorithm).paper()
    assert settings
    assert {n: getattr(config, n) for n in settings} == {n: getattr(paper, n) for n in settings}


def test_the_defaults_of_dirs_are_the_paper_s():
    assert preset_settings("dirs", "paper") == {}


@pytest.mark.parametrize(
    ("algorithm", "preset", "message"),
    [
        ("ma_maxent", "papr", "preset must be one of .*paper.* got 'papr'"),
        ("ma_maxnt", "paper", "unknown algorithm 'ma_maxnt'"),
    ],
)
def test_bad_names_are_named(algorithm, preset, message):
    with pytest.raises(ValueError, match=message):
        preset_settings(algorithm, preset)


def test_an_algorithm_without_a_paper_says_so(monkeypatch):
    class Config:
        algo_class = None

        def training(self, *, lr=None):
            return self

    monkeypatch.setitem(registry._session, "mine", Config)
    with pytest.raises(ValueError, match="algorithm 'mine' has no preset 'paper'"):
        preset_settings("mine", "paper")


@pytest.mark.parametrize(
    ("algorithm", "printed"),
    [("ma_maxent", djtcra.PRINTED_MAMAXENT), ("maddpg", djtcra.PRINTED_MADDPG)],
)
def test_studies_say_the_presets_in_full(algorithm, printed):
    assert preset_settings(algorithm, "paper") == printed
