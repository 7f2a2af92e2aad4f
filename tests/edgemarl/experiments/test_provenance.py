import pytest

from edgemarl.experiments import provenance
from edgemarl.experiments.provenance import CODE, HOME, code_digest, current_code


@pytest.fixture
def home(tmp_path):
    for part in CODE:
        (tmp_path / part).mkdir(parents=True)
        (tmp_path / part / "a.py").write_text("x = 1\n")
    return tmp_path


def test_the_code_is_where_it_is_looked_for():
    assert all(list((HOME / part).rglob("*.py")) for part in CODE)
    assert current_code() == code_digest(HOME)
    assert len(current_code()) == provenance.DIGITS


@pytest.mark.parametrize("part", CODE)
def test_a_change_of_what_matters_changes_the_digest(home, part):
    before = code_digest(home)
    (home / part / "a.py").write_text("x = 2\n")
    assert code_digest(home) != before


def test_a_name_counts_and_what_shows_results_does_not(home):
    before = code_digest(home)
    (home / "edgemarl" / "rendering").mkdir()
    (home / "edgemarl" / "rendering" / "a.py").write_text("x = 2\n")
    assert code_digest(home) == before
    (home / CODE[0] / "a.py").rename(home / CODE[0] / "b.py")
    assert code_digest(home) != before
