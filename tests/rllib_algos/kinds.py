"""The registered algorithms by kind."""

from rllib_algos import IDQNConfig, registry

VALUE_BASED = ["idqn", "qmix", "shadow_price", "vdn"]
ACTOR_CRITIC = ["ma_maxent", "maddpg"]
CENTRAL = ["ac", "ddpg"]  # one network acts for all agents
IMITATING = ["dirs"]  # learn from assignments that the environment scores
ALL = sorted([*VALUE_BASED, *ACTOR_CRITIC, *CENTRAL, *IMITATING])


def is_value_based(name: str) -> bool:
    return isinstance(registry.get_config(name), IDQNConfig)
