import numpy as np
import pytest

from edgemarl.solvers import LatencySigmoids, Status, maximize
from edgemarl.solvers import branch_and_bound as bb
from edgemarl.solvers import nodes as tree_rows


def test_the_heap_gives_the_largest_bound_first(rng):
    tree = np.empty((tree_rows.NUM_TREE_ROWS, 100))
    links = np.empty((tree_rows.NUM_LINK_ROWS, 100), np.int64)
    tree[tree_rows.BOUND] = rng.integers(0, 30, 100)
    size = 0
    for node in range(100):
        size = bb.push(tree, links, size, node)
    assert size == 100
    seen = []
    while size > 0:
        seen.append(tree[tree_rows.BOUND, links[tree_rows.HEAP, 0]])
        size = bb.pop(tree, links, size)
    assert seen == sorted(tree[tree_rows.BOUND], reverse=True)


def test_a_larger_tree_keeps_its_nodes(rng):
    tree = rng.normal(size=(tree_rows.NUM_TREE_ROWS, 4))
    links = rng.integers(0, 9, (tree_rows.NUM_LINK_ROWS, 4))
    larger_tree, larger_links = bb.grown(tree, links)
    assert larger_tree.shape == (tree_rows.NUM_TREE_ROWS, 8)
    np.testing.assert_array_equal(larger_tree[:, :4], tree)
    np.testing.assert_array_equal(larger_links[:, :4], links)


def test_searches_outgrow_the_first_tree():
    # A tolerance that rounding forbids keeps the search from closing.
    rng = np.random.default_rng(0)
    noise = 1 + 1e-5 * rng.normal(size=(3, 40))
    family = LatencySigmoids(noise[0], 4 * noise[1], noise[2])
    result = maximize(family, 11.5 * 0.27, tolerance=1e-14, max_nodes=3_000)
    assert result.num_nodes > 10 * bb.FIRST_TREE_SIZE
    assert result.status == Status.NODE_LIMIT
    assert result.gap < 1e-6


@pytest.mark.parametrize("max_nodes", [1, 2, 3, 4, 9, 50, 51, 60])
def test_the_bound_gets_no_worse_with_more_nodes(max_nodes, rng, random_family):
    family = random_family(rng, 60)
    fewer = maximize(family, 8.0, tolerance=1e-12, max_nodes=max_nodes)
    more = maximize(family, 8.0, tolerance=1e-12, max_nodes=max_nodes + 4)
    assert more.upper_bound <= fewer.upper_bound
    assert more.objective >= fewer.objective
