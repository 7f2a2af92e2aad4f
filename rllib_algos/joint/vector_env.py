"""Several copies of a ParallelEnv, made from an RLlib config."""

from collections.abc import Callable
from typing import Any

import gymnasium as gym
from ray.rllib.env.env_context import EnvContext
from ray.tune.registry import ENV_CREATOR, _global_registry

from rllib_algos.joint.discovery import check_parallel_env
from rllib_algos.joint.errors import JointEnvError
from rllib_algos.joint.protocols import Batchable, BatchedEnv


class JointVectorEnv:
    """Holds the copies that one env runner steps; RLlib's callbacks get it as `env`."""

    def __init__(self, make: Callable[[int], Any], num_envs: int) -> None:
        self._make = make
        self._envs = [make(i) for i in range(num_envs)]
        self._batch: BatchedEnv | None = None
        first = self._envs[0]
        agents = check_parallel_env(first)
        self.observation_space = gym.spaces.Dict({a: first.observation_space(a) for a in agents})
        self.action_space = gym.spaces.Dict({a: first.action_space(a) for a in agents})
        self.single_observation_space = self.observation_space
        self.single_action_space = self.action_space

    @property
    def envs(self) -> list[Any]:
        """The copies, as they are now."""
        return self._envs if self._batch is None else self._batch.envs

    @property
    def num_envs(self) -> int:
        """Number of copies."""
        return len(self._envs)

    @property
    def unwrapped(self) -> "JointVectorEnv":
        """This object; the copies are in `envs`."""
        return self

    def remake(self, index: int) -> None:
        """Replaces a copy that broke by a new one."""
        self._envs[index] = self._make(index)

    def join(self) -> BatchedEnv | None:
        """Returns the copies as one from now on; None where they cannot be stepped together."""
        envs = self.envs
        bare = all(env is getattr(env, "unwrapped", None) for env in envs)
        offered = bare and isinstance(envs[0], Batchable)
        self._batch = envs[0].batched(envs) if offered else None
        return self._batch

    def take(self, copies: BatchedEnv | list[Any]) -> None:
        """Holds other copies from now on: a batch of them, or one by one."""
        self._batch = None if isinstance(copies, list) else copies
        self._envs = list(copies if isinstance(copies, list) else copies.envs)

    def render(self) -> Any:
        """What the first copy renders, as RLlib's recording callbacks ask for."""
        return self.envs[0].render()

    def close(self) -> None:
        """Closes all copies."""
        for env in self.envs:
            env.close()


def env_maker(config: Any, worker_index: int) -> Callable[[int], Any]:
    """Returns a function from copy index to a new ParallelEnv for one env runner.

    `config.env` is a name registered with `ray.tune.register_env` (its creator may return a
    ParallelEnv or RLlib's `ParallelPettingZooEnv`), or a callable from env_config to ParallelEnv.
    """
    creator = _creator(config.env)

    def make(copy: int) -> Any:
        """Returns a new ParallelEnv; JointEnvError says why there is none."""
        context = EnvContext(
            config.env_config,
            worker_index=worker_index,
            vector_index=copy,
            num_workers=config.num_env_runners,
        )
        try:
            env = creator(context)
        except Exception as error:
            raise JointEnvError(
                f"the environment {_name(config.env)} could not be made with env_config "
                f"{dict(config.env_config)}: {type(error).__name__}: {error}"
            ) from error
        env = getattr(env, "par_env", env)  # RLlib's wrapper, where the user has applied it
        check_parallel_env(env)
        return env

    return make


def _creator(env: Any) -> Callable[[EnvContext], Any]:
    if env is None:
        raise ValueError("no environment given; call config.environment(name or callable)")
    if callable(env):
        return env
    if _global_registry.contains(ENV_CREATOR, env):
        return _global_registry.get(ENV_CREATOR, env)
    raise ValueError(
        f"no environment is registered under the name {env!r}; register it with "
        "rllib_algos.register_parallel_env(name, creator) after ray.init(), or give a callable"
    )


def _name(env: Any) -> str:
    return repr(env) if isinstance(env, str) else getattr(env, "__name__", repr(env))
