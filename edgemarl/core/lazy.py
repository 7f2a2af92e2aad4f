"""Dictionaries whose values are made when somebody first asks for them."""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")
_UNMADE = object()


class LazyDict(dict[K, V]):
    """A dictionary that makes a value when it is first looked up, and keeps it.

    Lookups make the value of their key; what concerns all values, such as ``items()``, ``==``,
    ``dict(lazy)`` and ``{**lazy}``, makes them all. Copies and pickles are ordinary dictionaries.
    Extensions in C that read the table of a `dict` directly find placeholders where nobody has
    looked yet: hand them ``dict(lazy)``.

    >>> squares = LazyDict.of(range(3), lambda key: key * key)
    >>> squares[2], len(squares), squares
    (4, 3, {0: 0, 1: 1, 2: 4})
    """

    _make: Callable[[K], V] | None = None

    @classmethod
    def of(cls, keys: Iterable[K], make: Callable[[K], V]) -> "LazyDict[K, V]":
        """With these keys, in order, whose values `make` says when they are looked up."""
        lazy = cls()
        for key in keys:
            dict.__setitem__(lazy, key, _UNMADE)
        lazy._make = make
        return lazy

    def amend(self, change: Callable[[K, V], None]) -> None:
        """Have every value changed in place: now those that are made, others once they are."""
        for key, value in super().items():
            if value is not _UNMADE:
                change(key, value)
        make = self._make

        def made(key: K) -> V:
            assert make is not None
            value = make(key)
            change(key, value)
            return value

        self._make = made

    def __getitem__(self, key: K) -> V:
        """The value, made if need be."""
        value = super().__getitem__(key)
        if value is _UNMADE:
            assert self._make is not None
            value = self._make(key)
            self[key] = value
        return value

    def __iter__(self) -> Iterator[K]:
        """The keys, in order; that this is not dict's own iterator makes ``dict(lazy)`` look up."""
        return super().__iter__()

    def get(self, key: K, default: Any = None) -> Any:
        """The value, or a default where there is no such key."""
        if key in self:
            return self[key]
        return default

    def pop(self, key: K, *default: Any) -> Any:
        """Take a value out."""
        if key in self:
            self[key]
        return super().pop(key, *default)

    def popitem(self) -> tuple[K, V]:
        """Take the last key and its value out."""
        return self._whole().popitem()

    def setdefault(self, key: K, default: Any = None) -> Any:
        """The value; the default, which is kept, where there is no such key."""
        return self[key] if key in self else super().setdefault(key, default)

    def items(self) -> Any:
        """All keys with their values."""
        return self._whole().items()

    def values(self) -> Any:
        """All values."""
        return self._whole().values()

    def copy(self) -> dict[K, V]:
        """All values, in an ordinary dictionary."""
        return dict(self)

    def __eq__(self, other: object) -> bool:
        """Whether another dictionary has equal keys and values."""
        return dict(self) == other

    def __ne__(self, other: object) -> bool:
        """Whether another dictionary has other keys or values."""
        return dict(self) != other

    __hash__ = None  # type: ignore[assignment]

    def __or__(self, other: Any) -> Any:
        """All values and those of another dictionary, in an ordinary one."""
        return dict(self) | other

    def __ror__(self, other: Any) -> Any:
        """Those of another dictionary and all values, in an ordinary one."""
        return other | dict(self)

    def __repr__(self) -> str:
        """As an ordinary dictionary, with all values."""
        return repr(dict(self))

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Copied and pickled as an ordinary dictionary."""
        return dict, (dict(self),)

    def _whole(self) -> Any:
        """The dictionary below, every value made."""
        for key in self:
            self[key]
        return super()


def by_key(keys: Iterable[K], make: Callable[[K], V], *, lazy: bool) -> dict[K, V]:
    """What `make` says for every key, in order: at once, or when it is looked up."""
    return LazyDict.of(keys, make) if lazy else {key: make(key) for key in keys}


def amend(mapping: MutableMapping[Any, Any], change: Callable[[Any, Any], None]) -> None:
    """Have every value of a dictionary changed in place by its key; of a lazy one, once made."""
    if isinstance(mapping, LazyDict):
        mapping.amend(change)
        return
    for key, value in mapping.items():
        change(key, value)
