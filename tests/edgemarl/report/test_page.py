import json
import re

import pytest

pytest.importorskip("plotly")
pytest.importorskip("jinja2")

from edgemarl.core.extras import MissingExtraError
from edgemarl.report import write_report
from edgemarl.report.sections import script_json
from tests.untrained_runs import make_run

DRAWN = {"slots": 4, "record": 3}


@pytest.fixture(scope="module")
def page(djtcra_runs, mec_run, tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "report.html"
    report = write_report(
        [*djtcra_runs, mec_run], out, **DRAWN, baselines=["nearest", "greedy", "remote"]
    )
    assert (report.path, report.runs) == (out, 3)
    text = out.read_text(encoding="utf-8")
    return text[: text.index("<script>")] + text[text.index("</head>") :]  # without plotly.js


def data(page, name):
    pattern = rf'<script type="application/json" id="{name}">(.*?)</script>'
    return json.loads(re.search(pattern, page, re.DOTALL)[1])


def test_both_systems_have_a_part_with_everything(page):
    assert re.findall(r'<h2 id="part-\d">(.*?)</h2>', page) == [
        "DJTCRA, scenario tiny",
        "MEC, scenario n30",
    ]
    for part in (1, 2):
        for figure in ("learning", "load", "quality", "latency"):
            assert data(page, f"{figure}-{part}")["data"]
    names = [policy["name"] for policy in data(page, "map-1")]
    assert names[:3] == [
        "maddpg, seed 0, topology 0",
        "maddpg, seed 1, topology 1",
        "nearest, topology 0",
    ]
    assert {len(policy["slots"]) for policy in data(page, "map-1")} == {3}


def test_the_table_has_measures_gap_and_differences(page):
    heads = re.findall(r'<th scope="col">(.*?)</th>', page)
    first = ["policy", "system QoE", "latency [ms]", "SU", "DU", "GU", "CU", "gap [%]"]
    assert heads[:10] == [*first, "vs nearest", "over"]
    assert re.findall(r'<th scope="row">(.*?)</th>', page)[:4] == [
        "maddpg",
        "nearest",
        "greedy",
        "upper bound",
    ]


def test_runs_say_how_they_were_made(page):
    assert "<dt>commit</dt><dd>0123456789</dd>" in page
    assert re.search(r"<dt>versions</dt><dd>python 3\.\d+", page)
    assert "edgemarl train maddpg --out .../run0" in page


def test_rules_belong_to_their_system(page):
    assert "no baseline" not in page
    djtcra, mec = page.split('<h2 id="part-2">')
    for part, rules in ((djtcra, ["nearest", "greedy"]), (mec, ["nearest", "remote"])):
        assert re.findall(r'<th scope="row">(.*?)</th>', part)[1:-1] == rules


def test_the_page_needs_no_network_and_knows_no_folder(page, djtcra_runs):
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page)
    assert "default-src 'none'" in page
    assert str(djtcra_runs[0].parent) not in page


def test_a_page_of_curves_alone(tmp_path):
    run = make_run(tmp_path / "a")
    report = write_report([run], tmp_path / "r.html", **DRAWN, baselines=["remote"])
    text = report.path.read_text(encoding="utf-8")
    assert "<strong>a</strong>: its policy could not be recorded" in text
    assert "<strong>remote</strong>: no baseline of djtcra has this name" in text
    assert 'id="learning-1"' in text
    assert 'id="map-1"' not in text


def test_what_runs_hold_cannot_end_a_script():
    told = str(script_json({"name": "</script><b>"}))
    assert "<" not in told
    assert json.loads(told) == {"name": "</script><b>"}


def test_bad_input_is_refused_before_anything_is_recorded(tmp_path):
    run = make_run(tmp_path / "a")
    with pytest.raises(ValueError, match=r"baselines must be among nearest, .*, got 'neerest'"):
        write_report([run], tmp_path / "r.html", baselines=["neerest"])
    with pytest.raises(ValueError, match="must lie in an existing folder"):
        write_report([run], tmp_path / "no" / "r.html")
    with pytest.raises(ValueError, match="slots must be"):
        write_report([run], tmp_path / "r.html", slots=0)
    assert not (tmp_path / "r.html").exists()


def test_a_missing_library_names_the_extra(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"a report needs plotly, jinja2: pip install 'ed"):
        write_report([tmp_path], tmp_path / "r.html")
