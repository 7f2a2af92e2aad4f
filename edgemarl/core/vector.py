"""Many copies of an environment behind one interface: arrays in, arrays out.

An environment whose copies can be stepped together offers ``batched(envs)`` (see
:class:`Batchable`); of any other, :class:`InTurn` steps one copy after the other behind the same
interface. :func:`batched` chooses.
"""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from edgemarl.core.in_turn import InTurn
from edgemarl.core.vector_step import Infos, Seeds, VectorStep

Env = ParallelEnv[str, Any, Any]


class BatchedEnv(Protocol):
    """E copies of an environment of N agents, whose state may be a table of R rows.

    Agents are in the order of `possible_agents` everywhere. Infos are arrays whose first axis is
    E: (E,) for what all agents share, (E, N) for a number of each agent, (E, N, ...) for an array
    of each; what concerns all users and is split between the agents, such as ``priced_qoe``, is
    (E, U) in the order of the users.

    Attributes:
        num_envs: number of copies E.
        possible_agents: names of the N agents.
    """

    num_envs: int
    possible_agents: list[str]

    @property
    def envs(self) -> list[Env]:
        """The copies, each in the state that the batch has brought it to.

        The batch does not see what is done to them; they are for spaces, pictures and callbacks,
        and to go on with one by one.
        """
        ...

    def reset(self, seeds: Seeds, which: NDArray[Any] | None = None) -> Infos:
        """Start an episode in some copies; infos are zeros for the others, none without any.

        Args:
            seeds: of every copy, as ``env.reset(seed=...)`` takes it; with None, the copy goes on
                with the generator that it has.
            which: (E,) bool, copies to reset; None for all.

        Raises:
            ValueError: for seeds that are not one for every copy, before any copy is reset.
        """
        ...

    def step(self, actions: NDArray[Any]) -> VectorStep:
        """Execute all agents' actions in every copy; no copy is reset.

        Args:
            actions: (E, N, ...), each in its agent's space.

        Raises:
            ValueError: for an action outside its space; the message names the copy.
            RuntimeError: a copy has not been reset, or its episode is over; no copy has moved.
        """
        ...

    def step_rows(self, rows: NDArray[Any]) -> VectorStep:
        """As :meth:`step`, with one entry for each row of the state, which is its owner's.

        Args:
            rows: (E, R) choices, or (E, R, H) probabilities.

        Raises:
            ValueError: also where rows of the state have no owners, see :meth:`row_owner`.
        """
        ...

    def observations(self) -> Any:
        """What all agents observe, (E, N, ...); where that are dictionaries, one of such arrays."""
        ...

    def state(self) -> NDArray[Any]:
        """The joint states, (E, R, F)."""
        ...

    def row_owner(self) -> NDArray[Any] | None:
        """Index of the agent that owns each row of the state, (E, R), -1 for nobody.

        None where rows have no owners.
        """
        ...

    def close(self) -> None:
        """Close all copies."""
        ...


@runtime_checkable
class Batchable(Protocol):
    """An environment whose copies can be stepped together; looked up on ``env.unwrapped``."""

    def batched(self, envs: Sequence[Any]) -> BatchedEnv | None:
        """All copies as one; None where, as they are configured, that cannot be done.

        Args:
            envs: the copies, this one among them, configured alike; each may be in the middle of
                an episode.
        """
        ...


def batched(envs: Sequence[Env]) -> BatchedEnv:
    """Copies of an environment as one: stepped together where they can be, else in turn.

    Args:
        envs: at least one, all configured alike; wrapped ones are stepped in turn.

    Raises:
        ValueError: there is no copy, or agents or copies that are stepped in turn differ in spaces.
    """
    bare = bool(envs) and all(env is env.unwrapped for env in envs)
    together = envs[0].batched(envs) if bare and isinstance(envs[0], Batchable) else None
    return InTurn(envs) if together is None else together
