"""The shadow-price learner's updates, by hand, against loops, and on a game whose best is known."""

import numpy as np
import pytest
import torch
from joint_envs import credited_env, mixed_env, row_env

from rllib_algos import ShadowPriceConfig, load_policy
from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.replay import NEXT
from rllib_algos.shadow_price.losses import credit_loss


@pytest.fixture
def built(small):
    """Builds a learner on credited rows, and a batch."""

    def build(env=credited_env, **training):
        settings = {"credit_key": "credit", "learning_starts": 50, **training}
        algorithm = small(ShadowPriceConfig(), env, env_config={"nobody": True}, **settings)
        for _ in range(3):
            algorithm.train()
        batch = {k: torch.from_numpy(v) for k, v in algorithm.replay.sample(8).items()}
        return algorithm.learner_group._learner, batch

    return build


def test_the_loss_by_hand():
    values, target = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[0.0, 9.0], [3.0, 2.0]])
    present = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    assert credit_loss(values, target, present).item() == pytest.approx((1 + 0 + 4) / 3)
    assert credit_loss(values, target, torch.ones(1, 1)).item() == pytest.approx(54 / 4)
    assert credit_loss(values, target, torch.zeros(2, 2)).item() == 0.0


def test_without_discount_the_targets_are_the_credits(built):
    learner, batch = built(reward_scale=0.5)
    torch.testing.assert_close(learner._credit_target(batch), 0.5 * batch["credits"])


@pytest.mark.parametrize("double_q", [True, False])
def test_with_discount_every_row_looks_ahead_by_itself(built, double_q):
    learner, batch = built(gamma=0.5, double_q=double_q)
    batch["terminated"][::2] = 1.0
    fields = {name: batch[NEXT + name] for name in ("state", "owner")}
    actors, values = learner.actors_module.actors, learner.values
    with torch.no_grad():
        for parameter in values.parameters():
            parameter.copy_(torch.randn_like(parameter))
        judged, chosen = actors(fields)[0], (values if double_q else actors)(fields)[0]
    target = learner._credit_target(batch)
    for b in range(8):
        for r in range(6):
            following = float(judged[b, r, chosen[b, r].argmax()])
            alive = float(batch["terminated"][b] == 0 and fields["owner"][b, r] >= 0)
            expected = float(batch["credits"][b, r]) + 0.5 * alive * following
            assert float(target[b, r]) == pytest.approx(expected, abs=1e-5)


def test_the_actors_are_the_mean_of_what_was_trained_then_a_moving_average(built):
    learner, batch = built(tau=0.4, learning_starts=150)  # no update yet
    assert learner.num_updates == 0
    (parameter, *_), (average, *_) = (
        learner.values.parameters(),
        learner.actors_module.actors.parameters(),
    )
    history = []
    for learner.num_updates in range(1, 5):
        learner.update_networks(batch)
        history.append(parameter.detach().clone())
        mean = sum(history) / len(history)
        if len(history) <= 2:  # 1 / 2 > 0.4
            torch.testing.assert_close(average, mean)
            expected = mean
        else:
            expected = expected + 0.4 * (history[-1] - expected)
            torch.testing.assert_close(average, expected)
    assert not torch.equal(history[0], history[1])


def test_rows_of_nobody_teach_nothing(built):
    learner, batch = built()
    nobody = batch["owner"] < 0
    assert nobody.any()
    for credit in (0.0, 1e6):
        batch["credits"][nobody] = credit
        learner.num_updates += 1
        assert float(learner.update_networks(batch)["central"]) < 10


def test_only_choices_that_were_made_are_evaluated(built):
    learner, batch = built()
    chosen = [batch["actions"].long()]
    every = learner.values(batch)[0].gather(-1, chosen[0][..., None])[..., 0]
    torch.testing.assert_close(learner.values.of_choices(batch, chosen)[0], every)


@pytest.mark.parametrize("network", ["rows", "mlp"])
def test_learns_from_credits(small, network):
    """Random choices earn 2 of 6 a step."""
    config = ShadowPriceConfig().env_runners(rollout_fragment_length=25)
    settings = {"q_lr": 1e-2, "q_hiddens": [64], "row_hiddens": [64], "updates_per_slot": 1.0}
    algorithm = small(config, credited_env, credit_key="credit", policy_network=network, **settings)
    for _ in range(24):
        algorithm.train()
    fragments = algorithm.env_runner.sample(num_episodes=20, explore=False)
    assert np.concatenate([f.rewards[:, 0] for f in fragments]).mean() > 4.5


def test_agents_without_rows_learn_from_numbers_or_their_own_rewards(small):
    for key in ("score", None):  # of MixedEnv, which tells agents their rewards there
        settings = {"credit_key": key, "policy_network": "mlp", "q_lr": 1e-2, "tau": 0.2}
        algorithm = small(
            ShadowPriceConfig(), mixed_env, env_config={"continuous": False}, **settings
        )
        for _ in range(12):
            algorithm.train()
        batch = {k: torch.from_numpy(v) for k, v in algorithm.replay.sample(50).items()}
        chosen = [batch[f"actions_{i}"].long() for i in range(3)]
        learner = algorithm.learner_group._learner
        values = learner.layout.per_agent(learner.values.of_choices(batch, chosen), batch)
        np.testing.assert_allclose(values.mean(0).detach(), [0.0, 1.0, 2.0, 3.0], atol=0.5)


def test_a_checkpoints_policy_is_the_average(small, tmp_path):
    algorithm = small(ShadowPriceConfig(), credited_env, credit_key="credit")
    algorithm.train()
    policy = load_policy(algorithm.save_to_path(tmp_path / "saved"))
    learner = algorithm.learner_group._learner
    for own, other in zip(
        policy._actors.parameters(), learner.actors_module.actors.parameters(), strict=True
    ):
        torch.testing.assert_close(own, other.detach())


@pytest.mark.parametrize("key", ["", 3])
def test_keys_that_are_none_are_refused(key):
    config = ShadowPriceConfig().environment(row_env).training(credit_key=key)
    with pytest.raises(ValueError, match="credit_key must be a key of infos, or None"):
        config.validate()


def test_without_a_temperature_exploration_is_that_of_epsilon_alone():
    expected = Exploration.of([[0, 1.0], [20, 0.1]], gumbel_noise=0.0)
    assert ShadowPriceConfig().make_exploration() == expected


def test_a_temperature_makes_choices_smooth_in_their_values():
    settings = {"exploration_epsilon": 0, "exploration_temperature": [[0, 0.1], [40, 0.03]]}
    noise = ShadowPriceConfig().training(**settings).make_exploration()
    assert [noise.at(step).gumbel_noise for step in (0, 20, 99)] == pytest.approx(
        [0.1, 0.065, 0.03]
    )
    assert noise.at(0).epsilon == 0


def test_runners_have_the_temperature(small):
    settings = {"credit_key": "credit", "exploration_temperature": 0.1}
    algorithm = small(ShadowPriceConfig(), credited_env, **settings)
    assert algorithm.env_runner.module["actors"].exploration.gumbel_noise == 0.1


@pytest.mark.parametrize("temperature", [-0.1, [[0, 0.1], [0, 0.05]], [[0, -1.0]], [], "low"])
def test_temperatures_that_are_none_are_refused(temperature):
    settings = ShadowPriceConfig().environment(credited_env)
    with pytest.raises(ValueError, match=r"exploration_temperature must be in \[0, inf\), or a"):
        settings.training(exploration_temperature=temperature).validate()
