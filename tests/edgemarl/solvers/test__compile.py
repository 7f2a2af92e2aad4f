import sys

import pytest

import edgemarl.solvers  # noqa: F401  (registers the modules looked up below)
from edgemarl.solvers._compile import sources_digest

ENTRIES = [
    ("edgemarl.solvers.kernel", "solve_groups"),
    ("edgemarl.solvers.conjugate", "_conjugates"),
    ("edgemarl.solvers.validation", "_first_outside"),
]


@pytest.mark.parametrize(("module", "name"), ENTRIES)
def test_cached_code_is_bound_to_the_sources_it_came_from(module, name):
    function = getattr(sys.modules[module], name).py_func
    assert sources_digest() in [cell.cell_contents for cell in function.__closure__]
