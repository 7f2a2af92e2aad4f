import numpy as np
import pytest

from edgemarl.djtcra.actions import check_choices, decode_choices, decode_probabilities

AGENTS = ["server_0", "server_1"]
OWNER = np.array([0, 1, 0])


def test_each_row_belongs_to_its_owner():
    choices = np.array([[2, 0, 1], [0, 1, 2]])
    np.testing.assert_array_equal(decode_choices(choices, OWNER, 3, AGENTS), [2, 1, 1])


def test_the_greatest_probability_is_executed():
    """Eq. (21), on the rows of each owner; the first of equals wins."""
    probabilities = np.array(
        [
            [[0.1, 0.7, 0.2], [1.0, 0.0, 0.0], [0.4, 0.2, 0.4]],
            [[0.9, 0.0, 0.1], [0.2, 0.3, 0.5], [0.0, 1.0, 0.0]],
        ]
    )
    np.testing.assert_array_equal(decode_probabilities(probabilities, OWNER, AGENTS), [1, 2, 0])


def test_probabilities_need_no_norm():
    probabilities = np.full((2, 3, 3), 1e-9)
    probabilities[:, :, 1] = 50.0
    np.testing.assert_array_equal(decode_probabilities(probabilities, OWNER, AGENTS), [1, 1, 1])


@pytest.mark.parametrize("bad", [[np.nan, 1, 0], [0, 0, 0], [np.inf, 0, 0], [-1, -2, -3]])
def test_rows_without_a_positive_finite_maximum(bad):
    probabilities = np.full((2, 3, 3), 0.3)
    probabilities[1, 1] = bad
    with pytest.raises(
        ValueError, match=r"^action of server_1 must have a positive finite maximum .* at row 1$"
    ):
        decode_probabilities(probabilities, OWNER, AGENTS)


def test_rows_of_others_users_may_hold_anything():
    probabilities = np.full((2, 3, 3), 0.3)
    probabilities[0, 1] = np.nan
    probabilities[1, [0, 2]] = 0.0
    np.testing.assert_array_equal(decode_probabilities(probabilities, OWNER, AGENTS), [0, 0, 0])


@pytest.mark.parametrize("bad", [-1, 3])
def test_server_indices_out_of_range(bad):
    choices = np.zeros((2, 3), int)
    choices[1, 2] = bad
    message = f"action of server_1 must be a server index from 0 to 2, got {bad} at row 2"
    with pytest.raises(ValueError, match=message):
        decode_choices(choices, OWNER, 3, AGENTS)


def test_choices_without_rows():
    check_choices(np.array([0, 2]), 3, AGENTS)
    message = r"^action of server_1 must be a server index from 0 to 2, got 3$"
    with pytest.raises(ValueError, match=message):
        check_choices(np.array([0, 3]), 3, AGENTS)


@pytest.mark.parametrize("kind", [object, str, complex])
def test_probabilities_are_numbers(kind):
    with pytest.raises(ValueError, match=r"actions must be numbers \(probabilities\), got "):
        decode_probabilities(np.ones((2, 3, 3), kind), OWNER, AGENTS)
    for number in (int, bool, np.float32):
        assert decode_probabilities(np.ones((2, 3, 3), number), OWNER, AGENTS).tolist() == [0, 0, 0]


def test_indices_are_integers():
    with pytest.raises(ValueError, match=r"actions must be integers \(server indices\), got float"):
        decode_choices(np.zeros((2, 3)), OWNER, 3, AGENTS)
