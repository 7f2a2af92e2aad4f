"""Registers ParallelEnvs under a name."""

from collections.abc import Callable
from typing import Any

from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv
from ray.tune.registry import register_env


class RenderedParallelEnv(ParallelPettingZooEnv):
    """RLlib's wrapper, with a `render()` that works.

    RLlib's own calls ``render(render_mode)``, which PettingZoo's environments do not take, and says
    nothing of the mode that the environment was made with.
    """

    def __init__(self, env: Any) -> None:
        """Wraps a ParallelEnv; `render_mode` and a copy of `metadata` are the environment's."""
        super().__init__(env)
        self.render_mode = getattr(env, "render_mode", None)
        self.metadata = dict(getattr(env, "metadata", {}))  # RLlib writes into it

    def render(self) -> Any:
        """What the environment renders: an array, or None with a window."""
        return self.par_env.render()


def register_parallel_env(name: str, creator: Callable[[dict[str, Any]], Any]) -> None:
    """Registers a ParallelEnv with Ray, for the algorithms here and RLlib's own.

    The registration lasts until `ray.shutdown()`.

    Args:
        name: what `config.environment(name)` will say.
        creator: from env_config to a new ParallelEnv.
    """
    register_env(name, lambda env_config: RenderedParallelEnv(creator(env_config)))
