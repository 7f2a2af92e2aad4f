"""What the scenarios of every system share: components in their roles, plain values, overrides."""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self, cast

from edgemarl.core import component as components


class AnyScenario(Protocol):
    """What experiments need of a scenario, whatever its system."""

    @property
    def name(self) -> str:
        """The preset's or file's name."""
        ...

    @property
    def seed(self) -> int:
        """Seed of the topology."""
        ...

    @property
    def independent_slots(self) -> bool:
        """Whether a slot's outcome is independent of the slots before it, given the policy."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """The scenario as plain values."""
        ...

    def changed_values(self) -> dict[str, Any]:
        """What of `to_dict` is not as in its class's default scenario."""
        ...

    def with_overrides(self, overrides: Mapping[str, Any]) -> Self:
        """A copy with some values replaced, by key."""
        ...


class BaseScenario:
    """A frozen dataclass of numbers and components; subclasses are the dataclasses.

    Attributes:
        ROLES: the fields that hold components, and the protocol of each.
        FAMILY: what stands before a role's name where its kinds are registered; it keeps the kinds
            of two systems apart that have a role of the same name.
        SOURCES: what may stand before a colon and a path in a scenario's name, ``source:PATH``, and
            the class method that makes a scenario of such a path.
    """

    ROLES: ClassVar[Mapping[str, type]] = {}
    FAMILY: ClassVar[str] = ""
    SOURCES: ClassVar[Mapping[str, str]] = {}

    def build_components(self) -> None:
        """Build components that are given by their kind and check all; for ``__post_init__``."""
        for role, protocol in self.ROLES.items():
            built = self._build(role, getattr(self, role))
            components.check_members(role, built, protocol)
            object.__setattr__(self, role, built)

    def to_dict(self) -> dict[str, Any]:
        """The scenario as plain values that :meth:`from_dict` turns back into it."""
        return {
            key: components.describe(value) if key in self.ROLES else components.plain(value)
            for key, value in self._values().items()
        }

    def changed_values(self) -> dict[str, Any]:
        """What of :meth:`to_dict` is not as in its class's default scenario.

        Components stand with the fields that are not their classes' defaults. So these values stay
        what they are when scenarios or components get further fields, and :meth:`from_dict` turns
        them back into the scenario.
        """
        given, usual = self.to_dict(), type(self)().to_dict()
        return {
            key: components.changed(getattr(self, key)) if key in self.ROLES else value
            for key, value in given.items()
            if value != usual.get(key)
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """A scenario from plain values; an unknown key is an error that lists the known ones."""
        return components.construct("scenario", cls, values)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields replaced, and checked again."""
        return dataclasses.replace(cast("Any", self), **changes)

    def with_overrides(self, overrides: Mapping[str, Any]) -> Self:
        """A copy with some values replaced, by key.

        A key is a field (``num_users``), a component (``mobility``, given by its kind, a mapping
        or an instance) or a component's field (``mobility.step``). Components are replaced before
        their fields are set, whatever the order of the keys; ``mobility.kind`` replaces one, too.
        """
        values = self._values()
        for key in sorted(overrides, key=_before_others):
            role, _, field = str(key).partition(".")
            if not field:
                values[key] = overrides[key]
                continue
            if role not in self.ROLES:
                known = ", ".join(self.ROLES)
                raise ValueError(f"{key} must start with a component: one of {known}")
            before = {} if field == "kind" else self._fields_of(role, values[role])
            values[role] = {**before, field: overrides[key]}
        return type(self).from_dict(values)

    def _fields_of(self, role: str, given: Any) -> dict[str, Any]:
        """A component's fields; those that are given of one that is given by its kind or fields."""
        if isinstance(given, str | Mapping):
            return {"kind": given} if isinstance(given, str) else dict(given)
        return components.describe(self._build(role, given))

    def _build(self, role: str, given: Any) -> Any:
        return components.build(self.FAMILY + role, given)

    def _values(self) -> dict[str, Any]:
        fields = dataclasses.fields(cast("Any", self))
        return {field.name: getattr(self, field.name) for field in fields}


def _before_others(key: Any) -> tuple[int, bool]:
    """Sorts overrides: fields and components, then components' kinds, then their other fields."""
    return str(key).count("."), not str(key).endswith(".kind")
