import copy
import json
import pickle

import pytest

from edgemarl.core.lazy import LazyDict, amend


@pytest.fixture
def made():
    return []


@pytest.fixture
def lazy(made):
    def make(key):
        made.append(key)
        return [key]

    return LazyDict.of("abc", make)


PLAIN = {"a": ["a"], "b": ["b"], "c": ["c"]}


def test_keys_make_nothing(lazy, made):
    assert isinstance(lazy, dict)
    assert (len(lazy), list(lazy), set(lazy.keys())) == (3, ["a", "b", "c"], {"a", "b", "c"})
    assert "a" in lazy
    assert "z" not in lazy
    assert made == []


def test_a_lookup_makes_one_value_once(lazy, made):
    assert lazy["b"] is lazy["b"]
    assert lazy.get("b") is lazy["b"]
    assert made == ["b"]
    assert lazy.get("z") is None
    assert lazy.get("z", 7) == 7
    with pytest.raises(KeyError, match="z"):
        lazy["z"]


@pytest.mark.parametrize(
    "whole",
    [
        dict,
        lambda lazy: {**lazy},
        lambda lazy: (lambda **values: values)(**lazy),
        lambda lazy: dict(lazy.items()),
        lambda lazy: dict(zip(lazy, lazy.values(), strict=True)),
        lambda lazy: lazy | {},
        lambda lazy: {} | lazy,
        LazyDict.copy,
        copy.copy,
        copy.deepcopy,
        lambda lazy: pickle.loads(pickle.dumps(lazy)),
        lambda lazy: json.loads(json.dumps(lazy)),
        lambda lazy: eval(repr(lazy)),
    ],
)
def test_whatever_takes_it_whole_sees_all_values(lazy, made, whole):
    found = whole(lazy)
    assert type(found) is dict
    assert found == PLAIN
    assert made == ["a", "b", "c"]


def test_equality_looks_at_values(lazy):
    assert lazy == PLAIN
    assert lazy != {**PLAIN, "a": []}
    assert LazyDict.of("ab", str.upper) == LazyDict.of("ab", str.upper)


def test_values_can_be_replaced_and_taken_out(lazy, made):
    lazy["a"] = "new"
    assert lazy.setdefault("b", 0) == ["b"]
    assert lazy.setdefault("d", 0) == 0
    assert lazy.pop("b") == ["b"]
    assert lazy.pop("b", None) is None
    del lazy["d"]
    assert lazy.popitem() == ("c", ["c"])
    assert lazy == {"a": "new"}
    assert made == ["b", "c"]


def test_values_are_amended_once_each(lazy, made):
    first = lazy["a"]
    amend(lazy, lambda key, value: value.append(key.upper()))
    amend(lazy, lambda _, value: value.append(1))
    assert made == ["a"]
    assert first == ["a", "A", 1]
    assert lazy == {key: [key, key.upper(), 1] for key in "abc"}
    plain = {key: [key] for key in "abc"}
    amend(plain, lambda key, value: value.append(key.upper()))
    assert plain == {key: [key, key.upper()] for key in "abc"}
