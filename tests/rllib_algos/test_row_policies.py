"""Networks for rows as policies: in layouts, algorithms, files, and on other tables."""

import numpy as np
import pytest
import torch
from game_envs import CommonEnv
from joint_envs import ClimbEnv, MixedEnv, RowEnv, climb_env, mixed_env, row_env
from test_learning import greedy, train

import rllib_algos
from rllib_algos import registry
from rllib_algos.joint.actors import Actors
from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.exported import write_exported
from rllib_algos.joint.layouts import make_layout
from rllib_algos.joint.policy_file import policy_content, policy_of, read_content
from rllib_algos.joint.row_networks import POOLINGS

ROWS = {"policy_network": "rows", "row_hiddens": [16]}
BOTH = {**ROWS, "critic_network": "rows"}


def actors_for(env, *, soft=False, central=False, **rows) -> Actors:
    torch.manual_seed(0)
    layout = make_layout(joint_spaces(env), soft=soft, central=central)
    options = {"embedding": 0, "pooling": "none", "pairwise": False, **rows}
    return Actors(layout, [8], rows=options)


def loaded(actors):
    state = {f"actors.{name}": value.numpy() for name, value in actors.state_dict().items()}
    return policy_of(policy_content("any", actors, state))


def fields_of(actors, env, seed=0):
    observations, _ = env.reset(seed=seed)
    fields = actors.layout.encode(env, observations)
    return {n: torch.from_numpy(v)[None] for n, v in fields.items()}, observations


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("pairwise", [True, False])
def test_what_other_agents_observe_does_not_change_what_an_agent_does(pooling, pairwise):
    env = RowEnv()
    actors = actors_for(env, pooling=pooling, pairwise=pairwise, embedding=2)
    fields, _ = fields_of(actors, env)
    (before,) = actors(fields)
    assert before.shape == (1, env.rows, env.width)
    for agent in range(3):
        own = fields["owner"] == agent
        assert own.any()
        changed = {**fields, "state": torch.where(own[..., None], fields["state"], 5.0)}
        (after,) = actors(changed)
        torch.testing.assert_close(after[own], before[own])
        assert not torch.allclose(after[~own], before[~own])


def test_a_central_network_may_pool_over_all_rows():
    env = RowEnv()
    actors = actors_for(env, pooling="mean", central=True)
    fields, _ = fields_of(actors, env)
    changed = {**fields, "state": fields["state"].clone()}
    changed["state"][0, 0] += 1.0
    (before,), (after,) = actors(fields), actors(changed)
    assert (before != after).any(-1).all()


def test_agents_with_equal_spaces_are_rows_of_one_network():
    env = ClimbEnv()
    actors = actors_for(env, embedding=2)
    fields, _ = fields_of(actors, env)
    (logits,) = actors(fields)
    assert logits.shape == (1, 2, 1, 3)
    assert not torch.allclose(logits[:, 0], logits[:, 1])  # the embeddings tell them apart
    (alike,) = actors_for(env)(fields)
    torch.testing.assert_close(alike[:, 0], alike[:, 1])


def test_given_choices_have_the_outputs_of_all_choices():
    env = RowEnv()
    for pairwise in (True, False):
        actors = actors_for(env, pairwise=pairwise, embedding=2)
        fields, _ = fields_of(actors, env)
        choices = [torch.tensor([[0, 1, 2, 2, 1, 0]])]
        expected = actors(fields)[0].gather(-1, choices[0][..., None])[..., 0]
        torch.testing.assert_close(actors.of_choices(fields, choices)[0], expected)


@pytest.mark.parametrize(
    "case", [{}, {"nobody": True}, {"probability": True}], ids=["rows", "nobody", "probability"]
)
@pytest.mark.parametrize("pooling", ["none", "mean"])
def test_a_loaded_policy_acts_from_observations_as_the_actors_do(case, pooling):
    env = RowEnv(**case)
    actors = actors_for(env, soft="probability" in case, pooling=pooling, embedding=2)
    policy = loaded(actors)
    for seed in range(3):
        fields, observations = fields_of(actors, env, seed)
        (stored,) = actors.greedy(fields)
        expected = actors.layout.env_actions([stored.detach().numpy()], 0)
        for index, (agent, action) in enumerate(policy(observations).items()):
            own = env.row_owner() == index
            np.testing.assert_allclose(action[own], expected[agent][own], rtol=1e-5)


def test_without_embeddings_a_policy_acts_on_tables_of_any_length():
    policy = loaded(actors_for(RowEnv(), pooling="attention"))
    assert policy.fits_any_rows
    for rows in (2, 9, 6):
        env = RowEnv(rows=rows)
        observations, _ = env.reset(seed=0)
        actions = policy(observations)
        assert all(env.action_space(agent).contains(action) for agent, action in actions.items())
    observations, _ = RowEnv(features=5).reset(seed=0)
    with pytest.raises(ValueError, match="must have 24 numbers, got shape"):
        policy(observations)


def test_with_embeddings_a_policy_acts_on_its_own_table_alone():
    policy = loaded(actors_for(RowEnv(), embedding=2))
    assert not policy.fits_any_rows
    observations, _ = RowEnv(rows=9).reset(seed=0)
    with pytest.raises(ValueError, match="must have 24 numbers, got shape"):
        policy(observations)


def test_agents_that_are_rows_may_be_of_any_number():
    policy = loaded(actors_for(ClimbEnv()))
    actions = policy({f"agent_{i}": np.ones(1, np.float32) for i in range(5)})
    assert list(actions) == [f"agent_{i}" for i in range(5)]
    assert set(actions.values()) <= {0, 1, 2}


def test_an_exported_policy_acts_as_the_checkpoint_does(small, tmp_path):
    settings = {**ROWS, "row_pooling": "mean", "row_pairwise": True}
    algorithm = small(registry.get_config("vdn"), row_env, **settings)
    folder = algorithm.save_to_path(str(tmp_path / "checkpoint"))
    write_exported(read_content(tmp_path / "checkpoint"), tmp_path / "out")
    policy, exported = rllib_algos.load_policy(folder), rllib_algos.load_exported(tmp_path / "out")
    for seed in range(5):
        observations, _ = RowEnv().reset(seed=seed)
        for agent, action in policy(observations).items():
            np.testing.assert_array_equal(exported(observations)[agent], action)


@pytest.mark.parametrize("name", ["ac", "ddpg", "idqn", "ma_maxent", "maddpg", "qmix", "vdn"])
def test_every_algorithm_trains_them(small, name):
    config = registry.get_config(name)
    settings = BOTH if hasattr(config, "critic_network") else ROWS
    algorithm = small(config, row_env, **settings)
    before = weights(algorithm)
    for _ in range(4):
        algorithm.train()
    after = weights(algorithm)
    assert [n for n in after if "embeddings" in n] == ["actors.nets.0.embeddings"]
    assert all(np.isfinite(values).all() for values in after.values())
    assert all((after[name] != before[name]).any() for name in after)


def test_large_tables_are_learned_from_in_parts(small, monkeypatch):
    learned = []
    for rows_at_once in (8192, 16):
        monkeypatch.setattr("rllib_algos.joint.row_networks.ROWS_AT_ONCE", rows_at_once)
        algorithm = small(registry.get_config("ma_maxent"), row_env, **BOTH)
        for _ in range(4):
            algorithm.train()
        learned.append(weights(algorithm))
    whole, in_parts = learned
    for name, values in whole.items():
        np.testing.assert_allclose(in_parts[name], values, rtol=1e-3, atol=1e-5, err_msg=name)


def test_they_and_their_critics_go_through_checkpoints(small, tmp_path):
    algorithm = small(registry.get_config("maddpg"), row_env, **BOTH)
    for _ in range(4):
        algorithm.train()
    folder = algorithm.save_to_path(str(tmp_path))
    other = small(registry.get_config("maddpg"), row_env, seed=1, **BOTH)
    other.restore_from_path(folder)
    for expected, restored in zip(networks(algorithm), networks(other), strict=True):
        for name, values in expected.items():
            torch.testing.assert_close(restored[name], values)
    without = small(registry.get_config("maddpg"), row_env, **BOTH, row_embedding=0)
    with pytest.raises(ValueError, match="networks for rows must be that of the checkpoint"):
        without.restore_from_path(folder)


def test_embeddings_have_a_learning_rate_of_their_own(small):
    algorithm = small(registry.get_config("maddpg"), row_env, **BOTH, embedding_lr=0.03)
    learner = algorithm.learner_group._learner
    for module, name in (("actors", "actor"), ("central", "critic")):
        usual = learner.get_optimizer(module, name).param_groups[0]
        own = learner.get_optimizer(module, f"{name}_embeddings").param_groups[0]
        assert own["lr"] == 0.03 != usual["lr"]
        assert len(own["params"]) == 1
        assert own["params"][0] not in set(usual["params"])


def test_environments_without_rows_are_refused(small):
    for name, env, setting in (
        ("maddpg", mixed_env, "policy_network"),
        ("maddpg", mixed_env, "critic_network"),
    ):
        message = rf"{setting} must be 'mlp' in this environment, got 'rows': .* 5 agents form 4 k"
        with pytest.raises(ValueError, match=message):
            small(registry.get_config(name), env, **{setting: "rows"})
    assert make_layout(joint_spaces(CommonEnv()), soft=False).table_shape is None
    assert make_layout(joint_spaces(MixedEnv()), soft=False).table_shape is None


def test_settings_that_cannot_be_meant_are_refused(small):
    with pytest.raises(ValueError, match="row_pooling must be 'none' where every row is an agent"):
        small(registry.get_config("vdn"), climb_env, **ROWS, row_pooling="mean")
    for setting in ("dueling", "shared_networks"):
        config = registry.get_config("vdn").training(**ROWS, **{setting: True})
        with pytest.raises(ValueError, match=f"{setting} must be False with policy_network='rows'"):
            config.validate()
    with pytest.raises(TypeError, match="no setting 'policy_network'"):
        registry.get_config("dirs").training(policy_network="rows")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("policy_network", "cnn"),
        ("critic_network", "cnn"),
        ("row_pooling", "max"),
        ("row_embedding", -1),
        ("row_hiddens", 64),
        ("row_pairwise", 1),
        ("row_choice_features", -1),
        ("row_choice_features", 1),  # without row_pairwise
        ("embedding_lr", 0),
    ],
)
def test_settings_are_checked(setting, value):
    config = registry.get_config("maddpg").training(**{setting: value})
    with pytest.raises(ValueError, match=setting):
        config.validate()


def test_rows_must_be_long_enough_for_features_of_their_choices():
    layout = make_layout(joint_spaces(RowEnv()), soft=False)
    config = registry.get_config("vdn").training(**ROWS, row_pairwise=True, row_choice_features=9)
    with pytest.raises(ValueError, match=r"row_choice_features must be at most \d .* got 9; have"):
        config.network_arguments(layout, [8])


def test_they_learn_the_best_choice_of_every_row(small):
    # Random play earns 1.5 of 3.
    rows = {"agents": 2, "rows": 3, "features": 2, "width": 2}
    algorithm = train(small, "maddpg", row_env, 1000, env_config=rows, **BOTH)
    assert greedy(algorithm) > 2.5


def weights(algorithm):
    """Of the policies, as the learner has them."""
    state = algorithm.learner_group._learner.module["actors"].unwrapped().actors.state_dict()
    return {f"actors.{name}": value.numpy().copy() for name, value in state.items()}


def networks(algorithm):
    """All parameters of policies and critics."""
    module = algorithm.learner_group._learner.module
    return [module["actors"].state_dict(), module["central"].state_dict()]
