"""Examples in docstrings do what they show."""

import doctest
import importlib
import pkgutil

import pytest

import edgemarl
import edgemarl.cities
import edgemarl.core
import edgemarl.djtcra
import edgemarl.mec
import edgemarl.solvers
import edgemarl.traces

PACKAGES = (
    *(edgemarl.core, edgemarl.solvers, edgemarl.cities, edgemarl.traces),
    *(edgemarl.djtcra, edgemarl.mec),
)
MODULES = ["edgemarl"] + [
    module.name
    for package in PACKAGES
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    attempted = sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES)
    assert attempted >= 8
