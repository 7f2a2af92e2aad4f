"""Role ``network``: the fixed part of a scenario, drawn once per scenario seed."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.draws import uniform
from edgemarl.core.validation import check_choice, check_range

FASTEST_LAWS = ("multinomial", "dirichlet", "none")


@dataclass(frozen=True, kw_only=True)
class Topology:
    """What stays fixed over all slots: links between RANs and processing factors."""

    link_rate: NDArray[np.float64]  # (H, H) [bit/s] B_ij; infinite on the diagonal
    link_delay: NDArray[np.float64]  # (H, H) [s] delta_ij, one way; zero on the diagonal
    processing_factor: NDArray[np.float64]  # (U, H) [1] eta, cycles relative to the benchmark


class Network(Protocol):
    """Draws the topology of a scenario."""

    def draw(self, num_users: int, num_servers: int, rng: np.random.Generator) -> Topology:
        """The topology of `num_users` users and `num_servers` servers."""
        ...


@component("network", "random")
@dataclass(frozen=True, kw_only=True)
class RandomNetwork:
    """Symmetric uniform links and uniform processing factors with a swap step (section VI.A).

    `fastest_law` says how many users have each server as their fastest, which the paper leaves
    open: ``"multinomial"`` draws weights w_h ~ U(0, 1) and counts ~ multinomial(|U|, w / sum w),
    ``"dirichlet"`` draws the weights from a flat Dirichlet law, ``"none"`` makes no swap.
    """

    link_rate: tuple[float, float] = (80e6, 200e6)  # [bit/s] B_ij, Table III
    link_delay: tuple[float, float] = (0.010, 0.020)  # [s] delta_ij, Table III
    processing_factor: tuple[float, float] = (0.5, 8.0)  # [1] eta, Table III
    fastest_law: str = "multinomial"

    def __post_init__(self) -> None:
        """Check ranges and the law."""
        for name in ("link_rate", "link_delay", "processing_factor"):
            check_range(name, getattr(self, name))
        check_choice("fastest_law", self.fastest_law, FASTEST_LAWS)

    def draw(self, num_users: int, num_servers: int, rng: np.random.Generator) -> Topology:
        """The topology; every array is made read-only."""
        topology = Topology(
            link_rate=_symmetric(self.link_rate, num_servers, np.inf, rng),
            link_delay=_symmetric(self.link_delay, num_servers, 0.0, rng),
            processing_factor=self._processing_factor(num_users, num_servers, rng),
        )
        for array in (topology.link_rate, topology.link_delay, topology.processing_factor):
            array.setflags(write=False)
        return topology

    def _processing_factor(
        self, num_users: int, num_servers: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        size = num_users * num_servers
        factor = uniform(self.processing_factor, size, rng).reshape(num_users, num_servers)
        if self.fastest_law == "none":
            return factor
        if self.fastest_law == "dirichlet":
            share = rng.dirichlet(np.ones(num_servers))
        else:
            weight = rng.random(num_servers)
            share = weight / weight.sum()
        counts = rng.multinomial(num_users, share)
        fastest = np.repeat(np.arange(num_servers), counts)[rng.permutation(num_users)]
        return swap_fastest(factor, fastest)


def swap_fastest(factor: NDArray[np.float64], fastest: NDArray[np.int64]) -> NDArray[np.float64]:
    """The processing factors with each user's smallest one swapped to the given server.

    Args:
        factor: (U, H) processing factors.
        fastest: (U,) server that is to be each user's fastest.

    >>> swap_fastest(np.array([[3.0, 1.0, 2.0]]), np.array([0]))
    array([[1., 3., 2.]])
    """
    swapped, users = factor.copy(), np.arange(len(factor))
    smallest = factor.argmin(axis=1)
    swapped[users, smallest] = factor[users, fastest]
    swapped[users, fastest] = factor[users, smallest]
    return swapped


def _symmetric(
    bounds: tuple[float, float], size: int, diagonal: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """A symmetric (size, size) matrix of uniform draws with a given diagonal."""
    upper = np.triu(uniform(bounds, size * size, rng).reshape(size, size), k=1)
    matrix = upper + upper.T
    np.fill_diagonal(matrix, diagonal)
    return matrix
