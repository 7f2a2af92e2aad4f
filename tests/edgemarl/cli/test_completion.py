import os
import subprocess
import sys

import pytest

from edgemarl.cli import completion


@pytest.mark.parametrize(
    ("names", "incomplete", "found"),
    [
        (completion.environments, "edgemarl/mec", ["edgemarl/mec-v0"]),
        (completion.scenarios, "fail", ["failures"]),
        (completion.policies, "near-", ["near-optimal"]),
        (completion.policies, "pretrained:shadow", ["pretrained:shadow_price"]),
        (completion.algorithms, "madd", ["maddpg"]),
        (completion.studies, "dirs-table", [f"dirs-table{i}" for i in (2, 3, 4, 5)]),
        (completion.studies, "zz", []),
    ],
)
def test_names_that_begin_so(names, incomplete, found):
    assert names(incomplete) == found


def test_files_and_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zone.yaml").touch()
    (tmp_path / "zone[1]").mkdir()
    assert completion.scenarios("zo") == ["zone.yaml", "zone[1]/"]
    assert completion.policies("zone[") == ["zone[1]/"]


def test_learners_are_not_completed_where_they_cannot_be_loaded(monkeypatch):
    from edgemarl.core import extras

    monkeypatch.setitem(extras._MODULES, "rllib", ("a_module_that_is_not_there",))
    assert completion.algorithms("") == []


def test_the_shell_asks_and_is_answered():
    asked = {"_EDGEMARL_COMPLETE": "complete_bash", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", "from edgemarl.cli import main; main()"],
        env={**os.environ, **asked, "COMP_WORDS": "edgemarl train shad"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["shadow_price"], done.stderr
