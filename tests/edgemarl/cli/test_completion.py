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


def test_learners_that_begin_so():
    pytest.importorskip("ray")
    pytest.importorskip("torch")
    assert completion.algorithms("madd") == ["maddpg"]


def test_learners_are_not_completed_where_they_cannot_be_loaded(monkeypatch):
    from edgemarl.core import extras

    monkeypatch.setitem(extras._MODULES, "rllib", ("a_module_that_is_not_there",))
    assert completion.algorithms("") == []


@pytest.mark.parametrize(
    ("parts", "at", "words", "place"),
    [
        (["edgemarl", "train", "sha"], 2, ["edgemarl", "train", "sha"], 2),
        (["evaluate", "pretrained", ":", "sha"], 3, ["evaluate", "pretrained:sha"], 1),
        (["evaluate", "pretrained", ":"], 2, ["evaluate", "pretrained:"], 1),
        (["--scenario", "=", "eua", ":", "here", "pso"], 4, ["--scenario=eua:here", "pso"], 0),
        (["--set", "a", "=", "b", ""], 4, ["--set", "a=b", ""], 2),
    ],
)
def test_words_that_bash_divides_are_whole_again(parts, at, words, place):
    assert completion.whole_words(parts, at) == (words, place)


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        (["doc"], "doctor\n"),
        (["evaluate", "pretrained", ":", "sha"], "shadow_price\n"),  # in the place of "sha"
        (["compare", "greedy", "--scenario", "=", "fail"], "failures\n"),
        (["evaluate", "a_fol"], ""),  # bash goes on into folders by itself
    ],
)
def test_bash_asks_and_is_answered(parts, answer, tmp_path):
    (tmp_path / "a_folder").mkdir()
    asked = {"_EDGEMARL_COMPLETE": "complete_bash", "COMP_CWORD": str(len(parts))}
    done = subprocess.run(
        [sys.executable, "-c", "from edgemarl.cli import main; main()"],
        env={**os.environ, **asked, "COMP_WORDS": "\n".join(["edgemarl", *parts])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == answer, done.stderr
