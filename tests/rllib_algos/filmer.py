"""An environment that renders, and a callback that films it, as env runners import them."""

from typing import Any

import numpy as np
from joint_envs import RowEnv, row_env
from ray.rllib.callbacks.callbacks import RLlibCallback


def rendering_env(env_config: dict[str, Any]) -> RowEnv:
    """A row environment whose picture is as bright as its number of steps."""
    env = row_env(env_config)
    env.render_mode = "rgb_array"  # type: ignore[misc]
    env.render = lambda: np.full((4, 6, 3), env.t, dtype=np.uint8)  # type: ignore[method-assign]
    return env


class Filmer(RLlibCallback):
    """Takes a picture at every step, in the words of RLlib's example."""

    def on_episode_step(self, *, episode: Any, env: Any, **kwargs: Any) -> None:
        image = env.unwrapped.render()
        episode.custom_data.setdefault("film", []).append(int(image[0, 0, 0]))

    def on_episode_end(self, *, episode: Any, metrics_logger: Any, **kwargs: Any) -> None:
        film = episode.custom_data["film"]
        assert film == list(range(1, len(film) + 1))  # every step once, in order
        metrics_logger.log_value("frames", len(film), reduce="max")
