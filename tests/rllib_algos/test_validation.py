"""Numbers and switches of every algorithm: what is not one is refused by its name."""

import re

import pytest
from joint_envs import row_env

from rllib_algos import (
    ACConfig,
    DDPGConfig,
    DIRSConfig,
    IDQNConfig,
    MADDPGConfig,
    MAMaxEntConfig,
    QMIXConfig,
)


def settings_of(algorithm, *names):
    return [(algorithm, name) for name in names]


RATES = [
    *settings_of(ACConfig, "actor_lr", "critic_lr"),
    *settings_of(DDPGConfig, "actor_lr", "critic_lr"),
    *settings_of(DIRSConfig, "actor_lr"),
    *settings_of(MADDPGConfig, "actor_lr", "critic_lr"),
    *settings_of(MAMaxEntConfig, "actor_lr", "critic_lr", "entropy_lr"),
    *settings_of(QMIXConfig, "q_lr"),
]


@pytest.mark.parametrize(("algorithm", "name"), RATES)
def test_learning_rates_are_positive_numbers_or_schedules_of_them(algorithm, name):
    for rate in (1e-3, 1, [[0, 1e-3], [100, 0.0]], ((0, 0.0), (50, 1e-3), (90, 1e-4))):
        algorithm().environment(row_env).training(**{name: rate}).validate()
    wrong = [0, -1, True, None, "abc", float("nan"), float("inf"), [], [[0, 1e-3]], [1e-3, 1e-4]]
    wrong += [[[1, 1e-3], [2, 1e-4]], [[0, 1e-3], [0, 1e-4]], [[0, 1e-3], [9, -1e-4]]]
    wrong += [[[0, 1e-3], [9, "abc"]], [[0, 0], [9, 0]], [[0, 1e-3], [9]]]
    for rate in wrong:
        got = re.escape(repr(rate))
        message = rf"^{name} must be a number in \(0, inf\), or a schedule .*, got {got}$"
        with pytest.raises(ValueError, match=message):
            algorithm().environment(row_env).training(**{name: rate}).validate()


NOT_NEGATIVE = [
    *settings_of(ACConfig, "entropy_weight"),
    *settings_of(DDPGConfig, "gumbel_noise"),
    *settings_of(DIRSConfig, "l2_weight", "crossover_threshold", "priority_exponent"),
    *settings_of(MADDPGConfig, "gaussian_noise"),
]


@pytest.mark.parametrize(("algorithm", "name"), NOT_NEGATIVE)
def test_weights_are_finite_and_not_negative(algorithm, name):
    algorithm().environment(row_env).training(**{name: 0}).validate()
    for value in (-1e-9, "abc", None, False, [1.0], float("nan"), float("inf")):
        message = rf"^{name} must be a number in \[0, inf\), got {re.escape(repr(value))}$"
        with pytest.raises(ValueError, match=message):
            algorithm().environment(row_env).training(**{name: value}).validate()


SWITCHES = [
    *settings_of(ACConfig, "normalize_advantages"),
    *settings_of(IDQNConfig, "double_q", "dueling", "shared_networks"),
    *settings_of(MADDPGConfig, "twin_critics", "shared_critic"),
]


@pytest.mark.parametrize(("algorithm", "name"), SWITCHES)
def test_switches_are_true_or_false(algorithm, name):
    for value in (3, "no", None):
        with pytest.raises(ValueError, match=f"^{name} must be True or False, got {value!r}$"):
            algorithm().environment(row_env).training(**{name: value}).validate()
