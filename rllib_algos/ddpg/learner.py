"""The losses of DDPG: those of the joint actor-critic, on the team's reward."""

from torch import Tensor

from rllib_algos.joint.actor_critic import ActorCriticLearner
from rllib_algos.joint.losses import rewards_of


class DDPGLearner(ActorCriticLearner):
    """The target is R + gamma * Q' of the target actor's action, the actor ascends Q."""

    def rewards(self, reward: Tensor) -> Tensor:
        """Returns the team's reward, (1, B): the mean over agents, whose rewards may differ."""
        return rewards_of(reward, 1)
