"""Fires RLlib's callbacks with joint episodes."""

from typing import Any

from ray.rllib.callbacks.callbacks import RLlibCallback
from ray.rllib.callbacks.utils import make_callback
from ray.rllib.utils import force_list

_EPISODE_CALLBACKS = (
    "on_episode_created",
    "on_episode_start",
    "on_episode_step",
    "on_episode_end",
)


def fire(runner: Any, which: str, **kwargs: Any) -> None:
    """Calls one callback of all callback objects and functions of a runner's config."""
    functions: Any = getattr(runner.config, f"callbacks_{which}")
    make_callback(
        which,
        callbacks_objects=runner._callbacks,
        callbacks_functions=functions,
        kwargs={"env_runner": runner, "metrics_logger": runner.metrics, **kwargs},
    )


def has_episode_callbacks(config: Any) -> bool:
    """Returns whether any episode callback does something; the calls can be saved otherwise."""
    if any(getattr(config, f"callbacks_{name}") is not None for name in _EPISODE_CALLBACKS):
        return True
    return any(
        getattr(cls, name) is not getattr(RLlibCallback, name)
        for cls in force_list(config.callbacks_class)
        for name in _EPISODE_CALLBACKS
    )
