"""DIRS learns to offload to within a few percent of the optimum, by each of its parts.

Rates are the optimum's objective over the achieved one, the mean over slots (NRR).
"""

import numpy as np
import pytest

pytest.importorskip("ray")
pytest.importorskip("torch")

from edgemarl.mec.env import MECEnv
from edgemarl.mec.presets import SCENARIOS
from rllib_algos import DIRSConfig
from rllib_algos.joint.policy_file import GreedyPolicy

SLOTS = 200
FRESH = 987_654  # seed of slots that no training sees


def rate_of_slot(env, scores):
    problem = env.assignment_problem()
    best, achieved = problem.objective(np.stack([problem.best(), problem.vote(scores)]))
    return float(best / achieved)


class Measured(MECEnv):
    """Keeps the rate of every slot that is executed."""

    def __init__(self, scenario):
        super().__init__(scenario)
        self.rates = []

    def step(self, actions):
        self.rates.append(rate_of_slot(self, np.stack([actions[a] for a in self.agents])))
        return super().step(actions)


def policy_rate(algorithm, scenario):
    policy, env = GreedyPolicy("DIRS", algorithm.actors), MECEnv(scenario)
    observations, _ = env.reset(seed=FRESH)
    rates = []
    for _ in range(SLOTS):
        actions = policy(observations)
        rates.append(rate_of_slot(env, np.stack([actions[a] for a in env.agents])))
        observations, *_ = env.step(actions)
        if not env.agents:
            observations, _ = env.reset()
    return float(np.mean(rates))


@pytest.fixture
def learn(ray_session):
    """Trains on a scenario; returns the algorithm after a number of slots."""
    algorithms = []

    def train(scenario, *, slots=300, seed=0, env=MECEnv, **settings):
        config = DIRSConfig().environment(lambda _: env(scenario)).training(**settings)
        config = config.reporting(min_sample_timesteps_per_iteration=slots)
        algorithms.append(config.debugging(seed=seed, log_level="ERROR").build_algo())
        algorithms[-1].train()
        return algorithms[-1]

    yield train
    for algorithm in algorithms:
        algorithm.stop()


def test_thirty_devices_are_served_nearly_best(learn):
    scenario = SCENARIOS["n30"]
    assert policy_rate(learn(scenario), scenario) >= 0.98


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "changes", "settings", "least"),
    [
        ("n30", {"motion": "redraw"}, {}, 0.93),
        ("n30", {"vote": "capacity"}, {}, 0.96),
        ("n30", {}, {"demonstrations": "exact"}, 0.98),
        ("n180", {}, {}, 0.91),
        ("n180", {"vote": "capacity"}, {}, 0.96),
        ("n180", {}, {"demonstrations": "exact"}, 0.98),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else str(value),
)
def test_every_scenario_is_learned(learn, name, changes, settings, least):
    scenario = SCENARIOS[name].with_overrides(changes)
    assert policy_rate(learn(scenario, **settings), scenario) >= least


def training_rate(algorithm, slots):
    """Mean rate of the first slots that were executed while it learned: the curve of Fig. 5."""
    return float(np.mean(algorithm.env_runner.env.envs[0].rates[:slots]))


@pytest.mark.slow
def test_imitation_comes_ahead_while_agents_learn(learn):
    ahead, ahead_greedy = [], []
    for seed in range(5):
        rates, greedy = [], []
        for demonstrations in ("levy", None):
            algorithm = learn(
                SCENARIOS["n30"], seed=seed, env=Measured, demonstrations=demonstrations
            )
            rates.append(training_rate(algorithm, 300))
            greedy.append(policy_rate(algorithm, SCENARIOS["n30"]))
        ahead.append(rates[0] - rates[1])
        ahead_greedy.append(greedy[0] - greedy[1])
    assert np.mean(ahead) >= 0.03
    assert min(ahead) > 0.01
    assert min(ahead_greedy) > 0.01


@pytest.mark.slow
def test_where_servers_are_many_imitation_decides(learn):
    scenario = SCENARIOS["n180"]
    rates = [policy_rate(learn(scenario, demonstrations=d), scenario) for d in ("levy", None)]
    assert rates[0] - rates[1] >= 0.03


@pytest.mark.slow
def test_untaught_agents_learn_more_from_levy_flights_than_from_random_choices(learn):
    scenario = SCENARIOS["n30"]
    ahead = []
    for seed in range(3):
        untaught = {"slots": 3000, "seed": seed, "demonstrations": None}
        rates = [
            policy_rate(learn(scenario, **untaught, refinement=kind), scenario)
            for kind in ("levy", "epsilon_greedy")
        ]
        ahead.append(rates[0] - rates[1])
    assert np.mean(ahead) >= 0.02
    assert min(ahead) > 0.01
