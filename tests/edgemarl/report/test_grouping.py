from edgemarl.report.grouping import parts_of
from edgemarl.report.runs import read_runs
from tests.untrained_runs import make_run


def parts(tmp_path, *changes):
    folders = [make_run(tmp_path / f"run{k}", **change) for k, change in enumerate(changes)]
    return parts_of(read_runs(folders)[0])


def shape(found):
    return {
        part.title: {group.title: [run.name for run in group.runs] for group in part.groups}
        for part in found
    }


def test_seeds_and_topologies_of_equal_settings_are_one_group(tmp_path):
    found = parts(tmp_path, {"topology": 1, "seed": 1}, {"seed": 2}, {"seed": 0})
    assert shape(found) == {"DJTCRA, scenario tiny": {"maddpg": ["run2", "run1", "run0"]}}


def test_groups_of_one_algorithm_are_named_by_what_differs(tmp_path):
    found = parts(
        tmp_path,
        {},
        {"settings": {"lr": 0.01}},
        {"slots": 20},
        {"algorithm": "vdn", "env_kwargs": {"reward": "local"}},
    )
    assert shape(found) == {
        "DJTCRA, scenario tiny": {
            "maddpg (slots=60, lr=default)": ["run0"],
            "maddpg (slots=60, lr=0.01)": ["run1"],
            "maddpg (slots=20, lr=default)": ["run2"],
            "vdn": ["run3"],
        }
    }


def test_scenarios_are_parts_of_their_own(tmp_path):
    found = parts(tmp_path, {}, {"scenario": {"num_users": 5}}, {"system": "mec"})
    assert list(shape(found)) == [
        "DJTCRA, scenario tiny (num_users=8)",
        "DJTCRA, scenario tiny (num_users=5)",
        "MEC, scenario n30",
    ]
