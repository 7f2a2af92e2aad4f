"""The studies of DIRS are what the paper's section V describes."""

import dataclasses
from typing import Any

import pytest

pytest.importorskip("ray")
pytest.importorskip("torch")

from edgemarl.experiments.backend import algorithm_config
from edgemarl.experiments.reproduction import mec
from edgemarl.experiments.reproduction.catalog import find_study
from edgemarl.experiments.reproduction.probes import manifest_of
from edgemarl.experiments.reproduction.study import by_name
from edgemarl.mec.positions import GaussianPositions, LevyPositions, UniformPositions

STUDIES = by_name(mec.STUDIES)


def scenarios(name: str) -> list[Any]:
    """The scenario of every point of a study."""
    study = STUDIES[name]
    method = study.methods[0]
    return [study.cell(method, point, 0, study.budget).scenario for point in study.points]


def settings(name, key):
    """A setting of the reference at every point, as the algorithm takes it; and in the config."""
    study = STUDIES[name]
    method = next(m for m in study.methods if m.name == study.reference)
    cells = [study.cell(method, point, 0, study.budget) for point in study.points]
    return [getattr(algorithm_config(manifest_of(cell)), key) for cell in cells]


def test_every_figure_and_table_of_the_paper_is_a_study():
    figures = [f"dirs-fig{k}" for k in (3, 4, 5, 6, 7)]
    tables = [f"dirs-table{k}" for k in (2, 3, 4, 5)]
    assert list(STUDIES) == [*figures, *tables]
    assert all(find_study(name) is STUDIES[name] for name in STUDIES)


@pytest.mark.parametrize("name", STUDIES)
def test_learners_accept_the_settings_of_every_cell(name):
    study = STUDIES[name]
    for cell in study.cells(study.quick):
        if cell.method.algorithm is not None:
            config = algorithm_config(manifest_of(cell))
            assert {key: getattr(config, key) for key in cell.method.settings} == dict(
                cell.method.settings
            )


@pytest.mark.parametrize("name", STUDIES)
def test_the_exact_optimum_is_beside_the_learners(name):
    rules = {method.rule for method in STUDIES[name].methods}
    assert "exact" in rules
    assert len(STUDIES[name].methods) <= 10  # colours of lines


@pytest.mark.parametrize("name", ["dirs-table3", "dirs-table4", "dirs-table5"])
def test_swarms_are_beside_the_learners_where_the_paper_prints_rates(name):
    assert "pso" in {method.rule for method in STUDIES[name].methods}


def test_quick_cells_are_fewer():
    for study in STUDIES.values():
        assert len(study.cells(study.quick)) < len(study.cells(study.budget))


def test_parts_are_examined_on_thirty_devices():
    for name in ("dirs-fig3", "dirs-fig4", "dirs-fig5", "dirs-table2"):
        for scenario in scenarios(name):
            assert (scenario.num_devices, scenario.num_servers) == (30, 2)
            assert scenario.server_positions == ((10.0, 10.0), (40.0, 40.0))
            assert scenario.server_capacity == 15e9
    for name in ("dirs-fig3", "dirs-fig5"):
        assert STUDIES[name].budget.slots == 3000  # T_DRL


def test_demonstrations_of_table_2():
    assert settings("dirs-table2", "num_demonstrations") == [64, 128, 256, 512]
    assert settings("dirs-table2", "imitation_updates") == [500] * 4
    assert settings("dirs-table2", "l2_weight") == [1e-4] * 4
    study = STUDIES["dirs-table2"]
    (plain,) = [m for m in study.methods if m.title == "loss L_D"]
    cell = study.cell(plain, study.points[0], 0, study.budget)
    assert algorithm_config(manifest_of(cell)).l2_weight == 0


def test_rounds_of_figure_4():
    assert settings("dirs-fig4", "refinement_iterations")[0] == 10  # Gmax
    kinds = [m.settings["refinement"] for m in STUDIES["dirs-fig4"].methods if m.algorithm]
    assert kinds[:2] == ["levy", "levy_classic"]


def test_parts_that_figure_5_leaves_out():
    learners = [m for m in STUDIES["dirs-fig5"].methods if m.algorithm]
    left_out = [
        (m.settings.get("demonstrations", "levy"), m.settings.get("refinement", "levy"))
        for m in learners
    ]
    assert left_out[:3] == [("levy", "levy"), (None, "levy"), (None, "epsilon_greedy")]


@pytest.mark.parametrize("name", ["dirs-fig6", "dirs-table3", "dirs-table4"])
def test_parameters_are_varied_on_180_devices(name):
    for scenario in scenarios(name):
        assert (scenario.num_devices, scenario.num_servers) == (180, 8)
        assert scenario.server_positions is None  # those of k-means
        assert scenario.server_capacity == 10e9
    assert STUDIES[name].budget.slots == 4000  # T_DRL


def test_weights_of_figure_6():
    weights = [(s.time_weight, s.energy_weight) for s in scenarios("dirs-fig6")]
    assert weights == [(1.5, 0.5), (1.0, 1.0), (0.5, 1.5)]


def test_positions_of_table_3():
    kinds = [type(scenario.positions) for scenario in scenarios("dirs-table3")]
    assert kinds == [UniformPositions, GaussianPositions, LevyPositions]


def test_tasks_of_table_4():
    drawn = [scenario.tasks for scenario in scenarios("dirs-table4")]
    bits = {s.volume for s in drawn if s.cycles == 1e9}
    assert {4e5, 8e6} <= bits  # 50 and 1000 kB
    cycles = {s.cycles for s in drawn if s.volume == 8e5}  # of 100 kB
    assert cycles == {0.5e9, 2e9}


def test_table_5_and_figure_7_have_ten_servers():
    (scenario,) = scenarios("dirs-table5")
    assert (scenario.num_devices, scenario.num_servers) == (200, 10)
    assert [s.num_devices for s in scenarios("dirs-fig7")] == [50, 100, 150, 200]
    assert all(s.num_servers == 10 and s.server_capacity == 10e9 for s in scenarios("dirs-fig7"))
    assert STUDIES["dirs-table5"].budget.slots == 5000  # T_DRL
    named = {m.algorithm or m.rule for m in STUDIES["dirs-table5"].methods}
    assert {"dirs", "ac", "ddpg", "pso", "de"} <= named
    named = {m.algorithm or m.rule for m in STUDIES["dirs-fig7"].methods}
    assert {"dirs", "maddpg", "random", "remote", "local"} <= named


def test_cells_of_one_setting_are_shared_between_studies():
    def cell(name, label):
        study = STUDIES[name]
        point = next(p for p in study.points if p.label.startswith(label))
        return study.cell(study.methods[0], point, 0, study.quick).name

    assert cell("dirs-fig6", "normal") == cell("dirs-table3", "uniform")
    assert cell("dirs-fig7", "200") == cell("dirs-table5", "200")


@pytest.mark.parametrize("name", ["dirs-fig4", "dirs-table2"])
def test_where_nothing_is_trained_slots_are_refused(name):
    study = STUDIES[name]
    with pytest.raises(ValueError, match=f"slots must be 0 for {name}"):
        study.cells(dataclasses.replace(study.quick, slots=100))
