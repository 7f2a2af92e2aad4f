"""DIRS's config and algorithm: imitate an expert, then refined decisions. Algorithm 1."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from ray.rllib.utils.metrics import TIMERS

from rllib_algos.dirs.config import DIRSSettings
from rllib_algos.dirs.demonstrations import draw_demonstrations
from rllib_algos.dirs.replay import PrioritizedReplay
from rllib_algos.joint.algorithm import JOINT_STATE, UPDATES_PER_CALL, JointOffPolicy
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.vector_env import env_maker

_STREAM = 0xD125  # sets the demonstrations' seed apart from those of env runners


class DIRSConfig(DIRSSettings):
    """Settings of DIRS, for environments that score assignments (see `AssignmentScorer`)."""

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class or DIRS)


class DIRS(JointOffPolicy):
    """DIRS on RLlib's new API stack, for environments that score assignments."""

    @classmethod
    def get_default_config(cls) -> DIRSConfig:
        """Returns the default settings."""
        return DIRSConfig()

    def setup(self, config: Any) -> None:
        """Builds runners, learner and replay."""
        self._pretrained = False
        super().setup(config)

    def make_replay(self, layout: GroupLayout, rng: np.random.Generator) -> PrioritizedReplay:
        """Returns the empty replay of slots and assignments."""
        config = self.config
        return PrioritizedReplay(
            config.replay_capacity,
            layout.observation_fields,
            layout.actions[0].vector_size,
            config.priority_exponent,
            (config.agent_epsilon, config.demonstration_epsilon),
            rng,
        )

    def training_step(self) -> None:
        """Imitates the expert before the first slot, then collects and updates as others do."""
        if not self._pretrained:
            if self.config.demonstrations is not None:
                with self.metrics.log_time((TIMERS, "imitation")):
                    self._pretrain()
            self._pretrained = True
        super().training_step()

    def get_state(
        self, components: Any = None, *, not_components: Any = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Returns the joint algorithm's state, and whether the expert has been imitated."""
        state = super().get_state(components, not_components=not_components, **kwargs)
        if JOINT_STATE in state:
            state[JOINT_STATE]["pretrained"] = self._pretrained
        return state

    def set_state(self, state: dict[str, Any]) -> None:
        """Restores `get_state`."""
        super().set_state(state)
        own: Mapping[str, Any] = state.get(JOINT_STATE, {})
        self._pretrained = own.get("pretrained", self._pretrained)

    def _pretrain(self) -> None:
        """Algorithm 2: draws demonstrations, then updates on them alone."""
        config = self.config
        seed = None if config.seed is None else (config.seed, _STREAM)
        env = env_maker(config, 0)(config.num_envs_per_env_runner)
        try:
            fields, targets = draw_demonstrations(
                env, self.actors.layout, config.expert(), config.num_demonstrations, seed
            )
        finally:
            env.close()
        self.replay.add_demonstrations(fields, targets)
        left = config.imitation_updates
        while left > 0:
            self._update(min(left, UPDATES_PER_CALL))
            left -= UPDATES_PER_CALL
        self._sync_actors()

    def _update(self, count: int) -> None:
        rows = count * self.config.train_batch_size_per_learner
        sample, slots = self.replay.sample(rows)
        self._learn(sample, rows)
        (losses,) = self.learner_group.foreach_learner(_slot_losses)
        self.replay.update(slots, losses.get())


def _slot_losses(learner: Any) -> np.ndarray:
    return learner.take_slot_losses()
