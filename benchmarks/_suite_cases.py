"""What `suite.py` runs, in this order, and what it leaves out."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """One script that prints a report.

    Attributes:
        name: of its file, without the ending, and of its results.
        minutes: that it takes on an idle core, about.
        quick: arguments with which it takes little.
        full: arguments with which it takes these minutes.
        peers: whether it installs other libraries, in a folder that it can be given.
    """

    name: str
    minutes: float
    quick: tuple[str, ...] = ("--quick",)
    full: tuple[str, ...] = ()
    peers: bool = False

    def arguments(self, *, quick: bool, venvs: str) -> tuple[str, ...]:
        """What it is called with."""
        return (self.quick if quick else self.full) + (("--venvs", venvs) if self.peers else ())


SUITE = (
    Benchmark(name="environment", minutes=9, quick=("--quick", "--offline"), peers=True),
    Benchmark(name="vector", minutes=5),
    Benchmark(name="metro", minutes=12, quick=("--slots", "1"), full=("--train", "50")),
    Benchmark(name="replay", minutes=0.3, quick=()),
    Benchmark(name="checkpoint", minutes=2),
    Benchmark(name="memory", minutes=3),
    Benchmark(name="distributed", minutes=3),
    Benchmark(name="sampling", minutes=6),
    Benchmark(name="peers", minutes=14, quick=("--quick", "--offline"), peers=True),
    Benchmark(
        name="updates",
        minutes=7,
        quick=("--rounds", "1", "--cases", "servers_vdn"),
        full=("--compiled", "users_vdn", "paper_vdn"),
    ),
    Benchmark(name="decision_time", minutes=2, quick=("--repeats", "1")),
    Benchmark(name="slot_bound", minutes=2, quick=("--slots", "2")),
    Benchmark(name="solver", minutes=6, quick=("--brief",)),
)
# These train for long, or judge quality and not speed; they have pages of their own.
STUDIES = ("city", "dynamics", "known_tasks", "mec_optimum", "row_networks", "sequence")
TOOLS = ("performance", "suite")
