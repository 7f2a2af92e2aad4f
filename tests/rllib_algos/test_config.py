import pytest
from joint_envs import row_env
from kinds import ALL, IMITATING, VALUE_BASED
from ray.rllib.connectors.env_to_module import MeanStdFilter
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from rllib_algos import (
    ACConfig,
    DDPGConfig,
    IDQNConfig,
    MADDPGConfig,
    MAMaxEntConfig,
    QMIXConfig,
    registry,
)
from rllib_algos.joint.algorithm import JointOffPolicy


def config():
    return MADDPGConfig().environment(row_env)


def test_settings_go_where_they_belong():
    settings = MAMaxEntConfig().training(
        gamma=0.9, tau=0.1, actor_lr=1e-3, target_entropy=0.2, train_batch_size_per_learner=8
    )
    assert (settings.gamma, settings.tau, settings.actor_lr) == (0.9, 0.1, 1e-3)
    assert (settings.target_entropy, settings.train_batch_size_per_learner) == (0.2, 8)
    assert settings.critic_lr == MAMaxEntConfig().critic_lr


@pytest.mark.parametrize("name", ALL)
def test_unknown_keys_are_errors(name):
    known = "exploration_epsilon" if name in [*VALUE_BASED, *IMITATING] else "critic_lr"
    wrong = known.replace("i", "", 1)
    with pytest.raises(TypeError, match=f"no setting '{wrong}'; did you mean '{known}'"):
        registry.get_config(name).training(**{wrong: 1.0})
    with pytest.raises(TypeError, match=r"no setting 'zzz'$"):
        registry.get_config(name).training(zzz=1.0)


@pytest.mark.parametrize("name", VALUE_BASED)
def test_settings_of_actors_and_critics_do_not_fit_values(name):
    with pytest.raises(TypeError, match="no setting 'actor_delay'"):
        registry.get_config(name).training(actor_delay=2)


def test_mixing_settings_belong_to_qmix_alone():
    assert QMIXConfig().training(mixer_width=8, q_lr=1e-3).mixer_width == 8
    for name in ("idqn", "vdn"):
        with pytest.raises(TypeError, match="no setting 'mixer_width'"):
            registry.get_config(name).training(mixer_width=8)


def test_entropy_settings_belong_to_ma_maxent_alone():
    with pytest.raises(TypeError, match="no setting 'target_entropy'"):
        MADDPGConfig().training(target_entropy=0.2)


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ({"replay_capacity": 1}, "replay_capacity must be a whole number of at least 2, got 1"),
        ({"learning_starts": -1}, "learning_starts must be a whole number of at least 0"),
        ({"train_batch_size_per_learner": 0}, "train_batch_size_per_learner must be"),
        ({"updates_per_slot": 0}, r"updates_per_slot must be a number in \(0, inf\), got 0"),
        ({"updates_per_slot": float("inf")}, r"updates_per_slot must be a number .* got inf"),
        ({"tau": True}, r"tau must be a number in \(0, 1\], got True"),
        ({"tau": 1.5}, r"tau must be a number in \(0, 1\], got 1.5"),
        ({"gamma": 1.0}, r"gamma must be a number in \[0, 1\), got 1.0"),
        ({"reward_scale": -1.0}, "reward_scale must be a number"),
        ({"num_torch_threads": 0}, "num_torch_threads must be"),
        ({"bfloat16": "yes"}, "bfloat16 must be True or False, got .yes."),
        ({"actor_hiddens": []}, None),
        ({"actor_hiddens": [64, 0]}, r"actor_hiddens must be a list of positive widths, got"),
        ({"critic_hiddens": 64}, "critic_hiddens must be a list of positive widths, got 64"),
        ({"actor_delay": 0}, "actor_delay must be a whole number of at least 1, got 0"),
        ({"other_actions": "none"}, r"other_actions must be one of \('policy', 'replay'\)"),
        ({"action_relaxation": "hard"}, "action_relaxation must be one of"),
        ({"exploration_epsilon": 2.0}, "exploration_epsilon must be in"),
        ({"gumbel_noise": -0.1}, r"gumbel_noise must be a number in \[0, inf\), got -0.1"),
    ],
    ids=lambda v: next(iter(v)) if isinstance(v, dict) else "",
)
def test_numbers_are_checked(training, message):
    settings = config().training(**training)
    if message is None:
        settings.validate()
        return
    with pytest.raises(ValueError, match=message):
        settings.validate()


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ({"entropy_lr": 0.0}, "entropy_lr must be a number in"),
        ({"entropy_delay": 0}, "entropy_delay must be a whole number of at least 1, got 0"),
        ({"initial_omega": 0.0}, "initial_omega must be a number in"),
        ({"target_entropy": 1.5}, "target_entropy must be at most 1 .* got 1.5"),
        ({"target_entropy": "abc"}, "target_entropy must be at most 1 .* got 'abc'"),
        ({"target_entropy": -float("inf")}, "target_entropy must be at most 1 .* got -inf"),
    ],
)
def test_entropy_numbers_are_checked(training, message):
    settings = MAMaxEntConfig().environment(row_env).training(**training)
    with pytest.raises(ValueError, match=message):
        settings.validate()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (ACConfig().training(td_steps=0), "td_steps must be a whole number of at least 1, got 0"),
        (
            ACConfig().training(entropy_weight=-1.0),
            r"entropy_weight must be a number in \[0, inf\), got -1",
        ),
        (
            ACConfig().training(actor_lr=0),
            r"actor_lr must be a number in \(0, inf\), or a .*, got 0",
        ),
        (ACConfig().training(tau=0.5), "tau must be 0.005 for ac, got 0.5: it has no effect"),
        (ACConfig().training(learning_starts=0), "learning_starts must be 500 for ac, got 0"),
        (DDPGConfig().training(shared_critic=False), "shared_critic must be True for ddpg"),
        (DDPGConfig().training(other_actions="replay"), "other_actions must be 'policy' for ddpg"),
    ],
)
def test_settings_of_central_networks_are_checked(settings, message):
    with pytest.raises(ValueError, match=message):
        settings.environment(row_env).validate()


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ({"q_lr": 0}, r"q_lr must be a number in \(0, inf\), or a .*, got 0"),
        ({"q_hiddens": [0]}, r"q_hiddens must be a list of positive widths, got \[0\]"),
        ({"mixer_width": 0}, "mixer_width must be a whole number of at least 1, got 0"),
        ({"hyper_width": 0.5}, "hyper_width must be a whole number of at least 1, got 0.5"),
        ({"exploration_epsilon": [[0, 1.0], [50, 0.1]]}, None),
        ({"exploration_epsilon": 1.5}, r"exploration_epsilon must be in \[0, 1\], or a schedule"),
        ({"exploration_epsilon": [[0, 1.0], [0, 0.1]]}, "with rising steps, got"),
        ({"exploration_epsilon": [[0, 1.0], [10, -0.1]]}, r"got \[\[0, 1.0\], \[10, -0.1\]\]"),
        ({"exploration_epsilon": []}, r"exploration_epsilon must be .* got \[\]"),
        ({"exploration_epsilon": "high"}, "exploration_epsilon must be .* got high"),
    ],
    ids=lambda v: next(iter(v)) if isinstance(v, dict) else "",
)
def test_numbers_of_value_based_algorithms_are_checked(training, message):
    settings = QMIXConfig().environment(row_env).training(**training)
    if message is None:
        settings.validate()
        return
    with pytest.raises(ValueError, match=message):
        settings.validate()


def test_the_papers_settings_of_values():
    settings = IDQNConfig().paper()
    assert (settings.q_lr, settings.q_hiddens) == (1e-4, (256, 256, 256))
    assert (settings.exploration_epsilon, settings.double_q) == (0.15, False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda c: c.env_runners(env_to_module_connector=lambda *a, **k: MeanStdFilter()),
            "env_to_module_connector must be None, .* wrapper of the environment",
        ),
        (
            lambda c: c.env_runners(module_to_env_connector=lambda *a, **k: []),
            "module_to_env_connector must be None",
        ),
        (lambda c: c.training(learner_connector=lambda *a: []), "learner_connector must be None"),
        (lambda c: c.rl_module(rl_module_spec=RLModuleSpec()), "rl_module_spec must be None"),
        (lambda c: c.learners(num_learners=2), "num_learners must be 0 or 1, got 2"),
        (lambda c: c.multi_agent(policies=["a", "b"]), r"policies must be \['actors'\]"),
        (lambda c: c.multi_agent(policies_to_train=["actors"]), "policies_to_train must be None"),
        (lambda c: c.multi_agent(count_steps_by="agent_steps"), "count_steps_by must be env_steps"),
        (lambda c: c.environment(normalize_actions=True), "normalize_actions must be False"),
        (lambda c: c.environment(clip_rewards=True), "clip_rewards must be None, got True"),
        (
            lambda c: c.env_runners(gym_env_vectorize_mode="async"),
            "gym_env_vectorize_mode must be 'sync'",
        ),
        (lambda c: c.framework(torch_compile_learner=True), "torch_compile_learner must be False"),
    ],
)
def test_what_would_be_ignored_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        change(config()).validate()


def test_environments_by_name_or_callable(ray_session, small):
    from rllib_algos import register_parallel_env

    register_parallel_env("row-env-v0", row_env)
    algorithm = small(MADDPGConfig(), "row-env-v0", env_config={"rows": 4})
    assert algorithm.env_runner.env.envs[0].rows == 4
    with pytest.raises(ValueError, match="no environment is registered under the name 'nothing'"):
        small(MADDPGConfig(), "nothing")


def test_abstract_parts_say_so():
    assert issubclass(MADDPGConfig().algo_class, JointOffPolicy)
    from rllib_algos.joint.config import JointOffPolicyConfig

    with pytest.raises(NotImplementedError):
        JointOffPolicyConfig().module_specs(None)
