"""The specs of the two modules that every joint algorithm has."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.rl_modules import ACTORS, CENTRAL, ActorsModule


def joint_specs(
    layout: GroupLayout,
    exploration: Exploration,
    actors: Mapping[str, Any],
    central: type,
    central_config: Mapping[str, Any],
) -> dict[str, RLModuleSpec]:
    """Returns the spec of the actors and of what only the learner has.

    Args:
        layout: how joint observations and actions are laid out.
        exploration: how actors collect experience.
        actors: arguments of `Actors` by name, without the layout.
        central: class of the learner's own module.
        central_config: its `model_config`.
    """
    config = {
        "spaces": layout.spaces,
        "soft": layout.soft,
        "central": layout.central,
        "exploration": exploration,
        "actors": dict(actors),
    }
    # RLlib wants spaces; these are the joint state and action as critics see them.
    state = gym.spaces.Box(-np.inf, np.inf, (layout.state_size,))
    action = gym.spaces.Box(-1.0, 1.0, (layout.action_size,))
    learned = {"learner_only": True, "model_config": dict(central_config)}
    return {
        ACTORS: RLModuleSpec(ActorsModule, state, action, model_config=config),
        CENTRAL: RLModuleSpec(central, state, action, **learned),
    }
