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
    fastest_share: NDArray[np.float64] | None = None  # (H,) [1] law of a user's fastest server


class Network(Protocol):
    """Draws the topology of a scenario."""

    def draw(self, num_users: int, num_servers: int, rng: np.random.Generator) -> Topology:
        """The topology of `num_users` users and `num_servers` servers."""
        ...


class GrowingNetwork(Network, Protocol):
    """Also draws users who come later, as a changing population needs."""

    @property
    def processing_factor(self) -> tuple[float, float]:
        """Range of the processing factors [1]."""
        ...

    def newcomers(
        self, topology: Topology, count: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Processing factors (count, H) of new users, by the law of those of the topology."""
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
        link_rate, link_delay = self._links(num_servers, rng)
        factor = self._factors(num_users, num_servers, rng)
        share = self._fastest_share(num_servers, rng)
        if share is not None:
            counts = rng.multinomial(num_users, share)
            fastest = np.repeat(np.arange(num_servers), counts)[rng.permutation(num_users)]
            factor = swap_fastest(factor, fastest)
        for array in (link_rate, link_delay, factor):
            array.setflags(write=False)
        return Topology(
            link_rate=link_rate,
            link_delay=link_delay,
            processing_factor=factor,
            fastest_share=share,
        )

    def newcomers(
        self, topology: Topology, count: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Uniform factors with the swap step; the topology's weights choose the fastest server."""
        servers = topology.processing_factor.shape[1]
        factor = self._factors(count, servers, rng)
        if topology.fastest_share is None:
            return factor
        return swap_fastest(factor, rng.choice(servers, size=count, p=topology.fastest_share))

    def _links(
        self, num_servers: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Rates [bit/s] and delays [s] between RANs, each (H, H)."""
        link_rate = _symmetric(self.link_rate, num_servers, np.inf, rng)
        return link_rate, _symmetric(self.link_delay, num_servers, 0.0, rng)

    def _factors(
        self, num_users: int, num_servers: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        size = num_users * num_servers
        return uniform(self.processing_factor, size, rng).reshape(num_users, num_servers)

    def _fastest_share(
        self, num_servers: int, rng: np.random.Generator
    ) -> NDArray[np.float64] | None:
        if self.fastest_law == "none":
            return None
        if self.fastest_law == "dirichlet":
            return rng.dirichlet(np.ones(num_servers))
        weight = rng.random(num_servers)
        return weight / weight.sum()


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
