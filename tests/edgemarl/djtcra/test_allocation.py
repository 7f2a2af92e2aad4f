import numpy as np
import pytest

from edgemarl.djtcra.allocation import (
    AllocationProblem,
    CloudAwareAllocation,
    EqualShare,
    ExactAllocation,
)
from edgemarl.djtcra.qoe import LogisticQoE, LogLogisticQoE

EXACT = [ExactAllocation(), CloudAwareAllocation()]
POLICIES = [*EXACT, EqualShare()]


def random_problem(seed, users=12, servers=3, qoe=None):
    rng = np.random.default_rng(seed)
    sigmoids = (qoe or LogisticQoE()).sigmoids(
        rng.uniform(0.01, 0.2, users),
        rng.uniform(2e8, 6e9, users),
        rng.uniform(5, 25, users),
        rng.uniform(0.32, 0.38, users),
    )
    return AllocationProblem(
        sigmoids=sigmoids,
        server=rng.integers(-1, servers, users),
        capacity=rng.uniform(5e9, 3e10, servers),
        cloud_qoe=rng.uniform(0, 0.3, users),
    )


def sums(problem, values):
    """Sum over the users of each server."""
    served = problem.server >= 0
    return np.bincount(
        problem.server[served], weights=values[served], minlength=len(problem.capacity)
    )


def edge(problem, power):
    return problem.sigmoids.value(power)


def with_cloud(problem, power):
    return np.maximum(edge(problem, power), problem.cloud_qoe)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: type(p).__name__)
def test_budgets_are_kept(policy, seed):
    problem = random_problem(seed)
    power = policy.allocate(problem).power
    assert (power >= 0).all()
    assert (power[problem.server < 0] == 0).all()
    assert (sums(problem, power) <= problem.capacity * (1 + 1e-12)).all()


@pytest.mark.parametrize("qoe", [LogisticQoE(), LogLogisticQoE()], ids=["logistic", "log_logistic"])
@pytest.mark.parametrize("seed", range(4))
def test_certificates_and_the_order_of_policies(seed, qoe):
    problem = random_problem(seed, qoe=qoe)
    exact, aware, equal = (policy.allocate(problem) for policy in POLICIES)
    for allocation, value in [(exact, edge), (aware, with_cloud)]:
        reached = sums(problem, value(problem, allocation.power))
        assert (reached <= allocation.upper_bound).all()
        assert (allocation.upper_bound <= reached + 1e-6 * np.maximum(1, reached)).all()
        others = [a.power for a in (exact, aware, equal)]
        for power in others:  # no other policy's allocation passes the bound
            assert (sums(problem, value(problem, power)) <= allocation.upper_bound).all()
    assert equal.upper_bound is None


def test_cloud_awareness_pays_somewhere():
    gains = []
    for seed in range(6):
        problem = random_problem(seed)
        reached = [
            with_cloud(problem, policy.allocate(problem).power)[problem.server >= 0].sum()
            for policy in EXACT
        ]
        gains.append(reached[1] - reached[0])
    assert min(gains) >= -1e-5
    assert max(gains) > 0.01


def test_exact_against_a_grid():
    """Two tasks on each of two servers, against every split of the budget."""
    problem = random_problem(7, users=4, servers=2)
    problem = AllocationProblem(
        sigmoids=problem.sigmoids,
        server=np.array([0, 1, 0, 1]),
        capacity=problem.capacity,
        cloud_qoe=problem.cloud_qoe,
    )
    share = np.linspace(0, 1, 4_001)[:, None]
    power = np.stack([share, share, 1 - share, 1 - share], axis=1)[:, :, 0]
    power = power * problem.capacity[[0, 1, 0, 1]]
    for policy, value in zip(EXACT, (edge, with_cloud), strict=True):
        reached = sums(problem, value(problem, policy.allocate(problem).power))
        every = np.array([sums(problem, value(problem, row)) for row in power])
        np.testing.assert_allclose(reached, every.max(axis=0), atol=1e-5)
        assert (reached >= every.max(axis=0) - 2e-6).all()


def test_a_hopeless_task_gets_nothing():
    """By hand: the second task's best value, with all power, is 1/(1 + e^20); the first gets it."""
    family = LogisticQoE().sigmoids(
        np.full(2, 0.05), np.array([1e9, 3.3e10]), np.full(2, 15.0), np.full(2, 0.35)
    )
    problem = AllocationProblem(
        sigmoids=family, server=np.zeros(2, int), capacity=np.array([2e10]), cloud_qoe=np.zeros(2)
    )
    np.testing.assert_allclose(ExactAllocation().allocate(problem).power, [2e10, 0], rtol=1e-9)


def test_equal_tasks_get_equal_shares():
    family = LogisticQoE().sigmoids(
        np.full(3, 0.05), np.full(3, 1e9), np.full(3, 15.0), np.full(3, 0.35)
    )
    problem = AllocationProblem(
        sigmoids=family, server=np.zeros(3, int), capacity=np.array([3e10]), cloud_qoe=np.zeros(3)
    )
    np.testing.assert_allclose(ExactAllocation().allocate(problem).power, 1e10, rtol=1e-4)


def test_equal_share_by_hand():
    problem = random_problem(0, users=5)
    problem = AllocationProblem(
        sigmoids=problem.sigmoids,
        server=np.array([0, 2, -1, 2, 2]),
        capacity=np.array([10e9, 20e9, 30e9]),
        cloud_qoe=problem.cloud_qoe,
    )
    np.testing.assert_array_equal(
        EqualShare().allocate(problem).power, [10e9, 10e9, 0.0, 10e9, 10e9]
    )


@pytest.mark.parametrize("cls", [ExactAllocation, CloudAwareAllocation])
@pytest.mark.parametrize("seed", range(3))
def test_backends_agree(cls, seed):
    problem = random_problem(seed)
    value = edge if cls is ExactAllocation else with_cloud
    results = [cls(backend=backend).allocate(problem) for backend in ("compiled", "reference")]
    reached = [sums(problem, value(problem, result.power)) for result in results]
    np.testing.assert_allclose(*reached, atol=3e-6)
    np.testing.assert_allclose(results[0].upper_bound, results[1].upper_bound, atol=3e-6)


def test_the_compiled_backend_wants_logistic_qoe():
    with pytest.raises(TypeError, match="compiled backend needs a LatencySigmoids"):
        ExactAllocation(backend="compiled").allocate(random_problem(0, qoe=LogLogisticQoE()))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: type(p).__name__)
def test_nobody_to_serve(policy):
    problem = random_problem(0)
    idle = AllocationProblem(
        sigmoids=problem.sigmoids,
        server=np.full(12, -1),
        capacity=problem.capacity,
        cloud_qoe=problem.cloud_qoe,
    )
    allocation = policy.allocate(idle)
    np.testing.assert_array_equal(allocation.power, 0)
    if allocation.upper_bound is not None:
        np.testing.assert_allclose(allocation.upper_bound, 0, atol=1e-9)


@pytest.mark.parametrize("cls", [ExactAllocation, CloudAwareAllocation])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tolerance": 0.0}, r"tolerance must be positive, got 0\.0"),
        ({"max_nodes": 0}, r"max_nodes must be an integer of at least 1, got 0"),
        ({"backend": "gpu"}, r"backend must be one of 'auto', 'compiled', .* got 'gpu'"),
    ],
)
def test_bad_options(cls, options, message):
    with pytest.raises(ValueError, match=message):
        cls(**options)
