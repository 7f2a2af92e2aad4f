import pytest

from edgemarl.experiments.reproduction.catalog import STUDIES, find_study


def test_every_study_is_found_and_makes_cells():
    for name, study in STUDIES.items():
        assert find_study(name) is study
        names = [cell.name for cell in study.cells(study.quick)]
        assert len(names) >= len(study.methods)
        assert study.title


def test_an_unknown_study_is_refused_with_what_was_meant():
    with pytest.raises(ValueError, match=r"study must be one of djtcra-fig6, .*did you mean"):
        find_study("djtcra-figure6")
    with pytest.raises(ValueError, match=r"got 'zzz'$"):
        find_study("zzz")
