import pytest

pytest.importorskip("torch")

from edgemarl.experiments.reproduction import defaults
from edgemarl.experiments.reproduction.defaults import default_settings
from rllib_algos import registry


def test_what_a_learner_learns_by_is_told():
    found = default_settings("idqn")
    config = registry.get_config("idqn")
    told = ("q_lr", "gamma", "tau", "train_batch_size_per_learner", "rollout_fragment_length")
    assert {name: found[name] for name in told} == {name: getattr(config, name) for name in told}
    assert found["q_hiddens"] == list(config.q_hiddens)


def test_what_does_not_matter_or_is_given_or_off_is_not():
    found = default_settings("idqn", ["gamma"])
    assert not {"gamma", "num_torch_threads", "checkpoint_replay", "model"} & set(found)
    assert registry.get_config("idqn").dueling is False
    assert "dueling" not in found
    assert None not in found.values()


def test_a_changed_default_is_noticed(monkeypatch):
    before = default_settings("idqn")
    changed = registry.get_config("idqn").training(gamma=0.9, dueling=True)
    monkeypatch.setattr(registry, "get_config", lambda name: changed)
    defaults._defaults.cache_clear()
    try:
        assert default_settings("idqn") == {**before, "gamma": 0.9, "dueling": True}
    finally:
        defaults._defaults.cache_clear()


def test_an_unknown_algorithm_is_refused():
    with pytest.raises(ValueError, match=r"unknown algorithm .idqm."):
        default_settings("idqm")


def test_values_stand_as_in_json():
    assert defaults._plain({"a": (1, [2.5, None])}) == {"a": [1, [2.5, None]]}
    assert defaults._plain(pytest.importorskip) == "_pytest.outcomes.importorskip"
