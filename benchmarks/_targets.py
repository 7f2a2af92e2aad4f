"""What is aimed at, as ratios within one run, and why what is missed is missed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import _limits as limits
from _limits import Results, least_ratio
from _pages import number
from _peers_cases import CELLS

ALL_MADE = "every agent's observation made"
FORMS = {"all_made": ALL_MADE, "when_looked_up": "observations made when looked up"}


@dataclass(frozen=True, kw_only=True)
class Target:
    """One number that should be at least, or at most, another.

    Attributes:
        title: what is measured.
        benchmark: whose results have it.
        value: takes it from them; KeyError where they have none.
        wanted: the other number.
        most: whether it should be at most that.
        unit: of both.
        limit: says why it is missed and what the limit is, from the results of all benchmarks.
    """

    title: str
    benchmark: str
    value: Callable[[Mapping[str, Any]], float]
    wanted: float
    most: bool = False
    unit: str = ""
    limit: Callable[[Results], str] = limits.unknown

    def measured(self, results: Results) -> float | None:
        """The number, None where it has not been measured."""
        return self._look(results)[0]

    def _look(self, results: Results) -> tuple[float | None, str]:
        """The number, and what is said where there is none."""
        try:
            return float(self.value(results[self.benchmark])), ""
        except limits.NotMeasuredError as error:
            return None, f"not measured: {error.args[0]}"
        except KeyError:
            return None, "not measured yet"

    def met(self, value: float) -> bool:
        """Whether a number is good enough."""
        return value <= self.wanted if self.most else value >= self.wanted

    def row(self, results: Results) -> tuple[str, str, str, str]:
        """What the page shows."""
        value, verdict = self._look(results)
        sign = "≤" if self.most else "≥"
        if value is not None:
            verdict = "met" if self.met(value) else f"**missed.** {self.limit(results)}".strip()
        shown = "-" if value is None else f"{number(value)} {self.unit}".strip()
        wanted = f"{sign} {self.wanted:,g} {self.unit}".strip()
        return self.title, wanted, shown, verdict


def within(*path: str, scale: float = 1.0) -> Callable[[Mapping[str, Any]], float]:
    """What takes the number at the end of a path of keys, times a scale."""

    def value(found: Any) -> float:
        for key in path:
            if not isinstance(found, Mapping):  # a number, in results of before
                raise KeyError(key)
            found = found[key]
        return scale * found

    return value


def _environment() -> Iterator[Target]:
    against = "environment steps at 100 users against mobile-env's large scenario"
    for users, how in ((100, "with as many users"), (30, "as it is, with 30 users")):
        for view in ("servers", "users"):
            yield Target(
                title=f"{against} {how}; {view} as agents",
                benchmark="environment",
                value=within("mobile_env", f"against_{users}_users", f"djtcra_{view}", "ratio"),
                wanted=100,
                limit=limits.fewer_users if users == 30 else limits.unknown,
            )
    names = {"djtcra_servers": "servers as agents", "djtcra_users": "users as agents"}
    for case, name in {**names, "mec": "offloading"}.items():
        yield Target(
            title=f"slope of the time of a step in the number of users, {name}; {ALL_MADE}",
            benchmark="environment",
            value=within("growth_in_users", case),
            wanted=1.0,
            most=True,
        )


def _updates() -> Iterator[Target]:
    for name, cell in CELLS.items():
        if cell.kind == "updates":
            yield Target(
                title=f"joint updates against the best peer, {cell}",
                benchmark="peers",
                value=lambda found, name=name: least_ratio(found, name),
                wanted=4,
                limit=limits.products(name, 4),
            )


def _vector() -> Iterator[Target]:
    limit = limits.vector
    cases = {
        "servers": ("servers as agents", limit("servers", "The solver")),
        "users": ("users as agents", limit("servers", "With servers as agents, the solver")),
        "offloading": ("offloading", limit("offloading_180", "With 180 devices, the best powers")),
        "offloading_180": ("offloading of 180 devices", limit("offloading_180", "The best powers")),
    }
    for case, (name, reason) in cases.items():
        yield Target(
            title=f"32 copies stepped together against one alone, {name}",
            benchmark="vector",
            value=within(case, "copies", "32", "ratio"),
            wanted=3,
            limit=reason,
        )


def _metro() -> Iterator[Target]:
    here = "ten thousand users and a hundred servers"
    for view in ("servers", "users"):
        for form, looked_at in FORMS.items():
            yield Target(
                title=f"{here}: CPU time of a step, {view} as agents; {looked_at}",
                benchmark="metro",
                value=within("steps", view, form, "step_ms"),
                wanted=25,
                most=True,
                unit="ms",
                limit=limits.metro_step(view, form),
            )
    for form, looked_at in FORMS.items():
        yield Target(
            title=f"{here}: slope of the time of a step in the number of users; {looked_at}",
            benchmark="metro",
            value=within("growth", form, "in_users"),
            wanted=1.0,
            most=True,
        )
    memory = "most memory in training, without Ray's processes beside it"
    others = {
        "CPU time of a slot's bound": (("rules", "cpu_seconds", "bound"), 5, "s"),
        memory: (("training", "peak_megabytes"), 8, "GiB"),
    }
    for what, (path, wanted, unit) in others.items():
        yield Target(
            title=f"{here}: {what}",
            benchmark="metro",
            value=within(*path, scale=1e6 / 1024**3 if unit == "GiB" else 1.0),
            wanted=wanted,
            most=True,
            unit=unit,
        )


def _sampling() -> Iterator[Target]:
    together, one = "8 copies together against stock with one", "one copy against stock with one"
    bare = "{} against a bare loop"
    wanted = {
        ("servers", "8_together_over_1_stock"): (together, 4),
        ("simulated_servers", "8_together_over_1_stock"): (together, 4),
        ("users", "8_together_over_1_stock"): (together, 15),
        ("simulated_users", "8_together_over_1_stock"): (together, 15),
        ("servers", "1_copies", "joint_over_stock"): (one, 1.7),
        ("simulated_servers", "1_copies", "joint_over_stock"): (one, 1.7),
        ("users", "1_copies", "joint_over_stock"): (one, 3),
        ("simulated_users", "1_copies", "joint_over_stock"): (one, 3),
        ("users", "8_copies", "joint_over_stock"): ("8 copies against stock with 8", 6),
        ("simulated_users", "8_copies", "joint_over_stock"): ("8 copies against stock with 8", 6),
        ("servers", "1_copies", "joint_over_bare_loop"): (bare.format("one copy"), 0.75),
        ("servers", "8_copies", "joint_over_bare_loop"): (bare.format("8 copies"), 0.75),
        ("users", "1_copies", "joint_over_bare_loop"): (bare.format("one copy"), 0.6),
        ("users", "8_copies", "joint_over_bare_loop"): (bare.format("8 copies"), 0.6),
    }
    agents = {
        "servers": "7 agents of 100 rows, environment next to free",
        "users": "100 agents, environment next to free",
        "simulated_servers": "allocation, servers as agents",
        "simulated_users": "allocation, users as agents",
    }
    for path, (what, ratio) in wanted.items():
        yield Target(
            title=f"sampling, {agents[path[0]]}: {what}",
            benchmark="sampling",
            value=within(*path, "ratio"),
            wanted=ratio,
            limit=limits.sampling(path),
        )


def _peak() -> Iterator[Target]:
    titles = {name: str(cell) for name, cell in CELLS.items() if cell.kind == "updates"}
    titles |= {f"{team}_ma_maxent": f"MAMaxEnt, {team}" for team in ("servers", "movers")}
    for name in ("maddpg", "ma_maxent", "vdn", "idqn"):
        titles[f"paper_{name}"] = f"{name}, the paper's scenario"
    for name, title in titles.items():
        yield Target(
            title=f"share of the matrix-product peak, {title}",
            benchmark="updates",
            value=within(name, "share_of_peak"),
            wanted=0.7,
            limit=limits.peak(name),
        )


TARGETS = (*_environment(), *_vector(), *_metro(), *_sampling(), *_updates(), *_peak())
