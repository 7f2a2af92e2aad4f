"""Components: small frozen dataclasses that fill one role of a scenario and can be named in a file.

A component is registered under a role and a kind, ``@component("channel", "rural_macro")``. In a
dictionary or a YAML file it stands as its kind (``channel: rural_macro``) or as a mapping with its
fields (``channel: {kind: log_distance, exponent: 3.2}``). A class of your own needs no
registration: give the instance in Python, or write ``kind: my_package.my_module:MyChannel``.
"""

import dataclasses
import importlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from edgemarl.core.validation import check_choice, check_number, check_switch

_T = TypeVar("_T")
_KINDS: dict[str, dict[str, type]] = {}
_CHECKS: dict[Any, Callable[[str, Any], None]] = {float: check_number, bool: check_switch}


def component(role: str, kind: str) -> Callable[[type[_T]], type[_T]]:
    """Class decorator that registers a component class under a role and a kind."""

    def register(cls: type[_T]) -> type[_T]:
        _KINDS.setdefault(role, {})[kind] = cls
        return cls

    return register


def kinds(role: str) -> list[str]:
    """The registered kinds of a role, in order of registration."""
    return list(_KINDS.get(role, {}))


def build(role: str, given: Any) -> Any:
    """The component a value stands for: an instance as it is, a kind, or a mapping with fields.

    Raises:
        ValueError: for an unknown kind or field, a field out of its range, or no component at all.
    """
    shown = role.rpartition(".")[2]  # as users write it, without the family
    if isinstance(given, str):
        given = {"kind": given}
    if given is None or isinstance(given, type | bool | int | float | list | tuple):
        raise ValueError(f"{shown} must be a kind, a mapping or an instance, got {given!r}")
    if not isinstance(given, Mapping):
        return given
    fields = dict(given)
    if "kind" not in fields:
        raise ValueError(f"{shown} must name its kind (one of {', '.join(kinds(role))})")
    cls = _find(role, fields.pop("kind"))
    return construct(f"{shown} {cls.__name__}", cls, fields)


def construct(name: str, cls: type[_T], fields: Mapping[str, Any]) -> _T:
    """An instance of a dataclass from a mapping; an unknown key is an error."""
    if not dataclasses.is_dataclass(cls):
        raise ValueError(f"{name} must be a dataclass to be read from a mapping")
    known = {field.name: field for field in dataclasses.fields(cls) if field.init}
    for key in fields:
        if not known:
            raise ValueError(f"{name} has no keys to set, got {key!r}")
        check_choice(f"key of {name}", key, known)
    for field in known.values():
        default = field.default, field.default_factory
        if field.name not in fields and default == (dataclasses.MISSING, dataclasses.MISSING):
            raise ValueError(f"{name} must have a value for {field.name}")
        if field.name in fields and field.type in _CHECKS:
            _CHECKS[field.type](field.name, fields[field.name])
    return cls(**{key: _frozen(value) for key, value in fields.items()})


def check_members(role: str, instance: Any, protocol: type) -> None:
    """ValueError where a component lacks an attribute or method of its role's protocol."""
    for member in vars(protocol):
        if not member.startswith("_") and not hasattr(instance, member):
            raise ValueError(f"{role} must have {member}, got {instance!r}")


def describe(instance: Any) -> dict[str, Any]:
    """A component as a mapping of plain values that :func:`build` turns back into it."""
    cls = type(instance)
    kind = next(
        (kind for known in _KINDS.values() for kind, other in known.items() if other is cls),
        f"{cls.__module__}:{cls.__qualname__}",
    )
    if not dataclasses.is_dataclass(instance):
        raise ValueError(f"{kind} must be a dataclass to be written to a file")
    fields = {f.name: plain(getattr(instance, f.name)) for f in dataclasses.fields(instance)}
    return {"kind": kind, **fields}


def changed(instance: Any) -> dict[str, Any]:
    """A component's kind and the fields that differ from its class's defaults, as plain values.

    :func:`build` turns them back into it, and they stay what they are when the class gets a field.
    """
    values = describe(instance)
    for field in dataclasses.fields(instance):
        factory = field.default_factory
        default = field.default if factory is dataclasses.MISSING else factory()
        if default is not dataclasses.MISSING and values[field.name] == plain(default):
            del values[field.name]
    return values


def plain(value: Any) -> Any:
    """The value with tuples and arrays as lists, as YAML and JSON want it."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _find(role: str, kind: str) -> type:
    shown = role.rpartition(".")[2]
    if not (isinstance(kind, str) and ":" in kind):
        check_choice(f"kind of {shown}", kind, [*kinds(role), "package.module:Class"])
        return _KINDS[role][kind]
    module, _, name = kind.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"kind of {shown} must be importable, got {kind!r}: {error}") from error
    if not isinstance(found, type):
        raise ValueError(f"kind of {shown} must be a class, got {found!r} from {kind!r}")
    return found
