"""The losses of MADDPG: Eqs. (27) to (30), nothing beside the critics' values."""

from rllib_algos.joint.actor_critic import ActorCriticLearner


class MADDPGLearner(ActorCriticLearner):
    """Plain values: the target is R + gamma * min Q, the actors ascend min Q."""
