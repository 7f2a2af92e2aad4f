"""Rules as policies: from a scenario and the whole slot to an assignment."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.validation import check_choice

Assignment = NDArray[np.int64]
Rule = Callable[[Any, Any, np.random.Generator], Assignment]
"""From a scenario, a state and a generator for the rule's own draws to an assignment."""


class BaselinePolicy:
    """A rule as a policy: from observations to actions, by a look into the environment.

    A policy with :meth:`assign` is asked for assignments directly where the caller can use them;
    some assignments, such as everything to the cloud, no action can say.
    """

    def __init__(self, name: str, rule: Rule):
        """Keep the rule under its name."""
        self.name, self.rule = name, rule
        self._env: Any = None
        self._rng: np.random.Generator | None = None

    def reset(self, env: Any, rng: np.random.Generator) -> None:
        """Look into an environment, at the start of an episode; `rng` is for random rules."""
        self._env, self._rng = env.unwrapped, rng

    def assign(self) -> Assignment:
        """The assignment (U,) for the environment's current slot."""
        if self._env is None or self._rng is None:
            raise RuntimeError(f"policy {self.name} must be reset first: call reset(env, rng)")
        return self.rule(self._env.scenario, self._env.slot_state, self._rng)

    def __call__(self, observations: dict[str, Any]) -> dict[str, Any]:
        """Actions of all agents; ValueError where none mean the rule's assignment."""
        assignment = self.assign()
        return self._env.view.encode(assignment)


class Baselines:
    """The rules of a system by name."""

    def __init__(
        self, rules: Mapping[str, Callable[[], Rule]], aliases: Mapping[str, str] | None = None
    ):
        """Keep the rules.

        Args:
            rules: what makes a rule, by the rule's name.
            aliases: further names, and the names they stand for.
        """
        self._rules, self.aliases = dict(rules), dict(aliases or {})

    def names(self) -> list[str]:
        """Names of the rules, without aliases."""
        return list(self._rules)

    def __contains__(self, name: object) -> bool:
        """Whether a name or alias is known."""
        return name in self._rules or name in self.aliases

    def make(self, name: str) -> BaselinePolicy:
        """The rule of a name or alias as a policy; ValueError lists the names."""
        full = self.aliases.get(name, name)
        check_choice("baseline", full, [*self._rules, *self.aliases])
        return BaselinePolicy(full, self._rules[full]())
