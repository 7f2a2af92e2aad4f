"""What trained agents do, as callables from observations to actions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from rllib_algos.joint.actors import Actors
from rllib_algos.joint.exploration import Exploration
from rllib_algos.joint.layout import Tensors
from rllib_algos.joint.other_rows import spaces_for
from rllib_algos.joint.spaces import JointSpaces


class GreedyPolicy:
    """What trained agents do when they do not explore: a callable from observations to actions.

    Attributes:
        algorithm: name of the algorithm that trained it.
        spaces: what it observes and does; if it fits any number of rows, what it last did.
    """

    def __init__(self, algorithm: str, actors: Actors) -> None:
        self.algorithm = algorithm
        self.spaces = actors.layout.spaces
        self._actors = actors.eval()

    @property
    def fits_any_rows(self) -> bool:
        """Whether it acts on tables of any length: networks for rows without embeddings do."""
        rows = self._actors.rows
        return rows is not None and not rows["embedding"]

    def __call__(self, observations: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the action of every agent.

        Args:
            observations: of all agents, by name.

        Raises:
            ValueError: agents are missing or unknown, or an observation has the wrong size or is
                not finite.
        """
        if self.fits_any_rows:
            self._fit(spaces_for(self.spaces, observations))
        self._check(observations)
        layout = self._actors.layout
        fields = layout.encode(None, observations)
        with torch.inference_mode():
            stored = self._act({k: torch.from_numpy(v)[None] for k, v in fields.items()})
        return layout.env_actions([actions.numpy() for actions in stored], 0)

    def _act(self, fields: Tensors) -> list[torch.Tensor]:
        return self._actors.greedy(fields)

    def _fit(self, spaces: JointSpaces) -> None:
        if spaces != self.spaces:
            self.spaces, layout = spaces, self._actors.layout
            self._actors.layout = type(layout)(spaces, soft=layout.soft)

    def _check(self, observations: Mapping[str, Any]) -> None:
        if set(observations) != set(self.spaces.agents):
            raise ValueError(
                f"observations must be those of {sorted(self.spaces.agents)}, got "
                f"{sorted(observations)}"
            )
        for group in self.spaces.groups:
            for index in group.agents:
                agent = self.spaces.agents[index]
                values = np.asarray(observations[agent])
                needed = len(group.observation.sizes) or group.observation.size
                if values.size != needed:
                    raise ValueError(
                        f"the observation of agent {agent!r} must have {needed} numbers, got shape "
                        f"{values.shape}; the policy was trained on another environment"
                    )
                if not np.isfinite(values).all():
                    raise ValueError(f"the observation of agent {agent!r} must be finite")


class ExploringPolicy(GreedyPolicy):
    """What agents do while they are trained, exploration included.

    Attributes:
        exploration: how actions are perturbed.
    """

    def __init__(
        self, algorithm: str, actors: Actors, exploration: Exploration, seed: int | None
    ) -> None:
        super().__init__(algorithm, actors)
        self.exploration = exploration
        self._generator = torch.Generator()
        if seed is not None:
            self._generator.manual_seed(seed)
        else:
            self._generator.seed()

    def _act(self, fields: Tensors) -> list[torch.Tensor]:
        return self._actors.explore(fields, self.exploration, self._generator)
