"""Opens a page in a browser without a window and uses it, as a reader would."""

import os
import shutil

import pytest

pytest.importorskip("plotly")
pytest.importorskip("jinja2")
pytest.importorskip("playwright")

from playwright.sync_api import expect, sync_playwright

from edgemarl.report import write_report

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 120_000  # [ms] on a machine with much else to do


def launch(chromium):
    """A browser that is installed; skips where there is none."""
    asked = os.environ.get("EDGEMARL_BROWSER")
    found = asked or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.path.exists(chromium.executable_path):
        found = chromium.executable_path
    if found is None:
        pytest.skip("no Chromium found: `apt-get install chromium`, `playwright install chromium`")
    arguments = ["--no-sandbox", "--disable-gpu"]
    return chromium.launch(executable_path=found, args=arguments, timeout=PATIENCE)


@pytest.fixture(scope="module")
def opened(djtcra_runs, mec_run, tmp_path_factory):
    """The page, open, and everything that it says on the console or asks for."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_report([*djtcra_runs, mec_run], path, slots=4, record=3, baselines=["nearest", "local"])
    with sync_playwright() as started:
        browser = launch(started.chromium)
        page, heard = browser.new_page(viewport={"width": 1280, "height": 800}), []
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: heard.append(said.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url))
        page.goto(path.as_uri())
        yield page, heard
        browser.close()


@pytest.fixture
def page(opened):
    """The page; after its use, it must have asked for itself alone and raised no error."""
    page, heard = opened
    yield page
    assert heard == [page.url]


def users(page, form):
    """Where the map shows the users that servers compute for, and their colours."""
    return page.evaluate(
        """form => {
            const shown = document.querySelectorAll("form.slots")[form].querySelector(".plot");
            const {x, y, marker} = shown.data.find(one => one.name === "computed by a server");
            return [Array.from(x), Array.from(y), Array.from(marker.color)];
        }""",
        form,
    )


@pytest.mark.parametrize(("form", "system"), [(0, "djtcra"), (1, "mec")])
def test_the_slider_moves_the_map_through_the_slots(page, form, system):
    slots = page.locator("form.slots").nth(form)
    slider, told = slots.locator("input[name=slot]"), slots.locator(".told")
    assert slots.locator("output").inner_text() == "1 of 3"
    before = (told.inner_text(), users(page, form))
    slider.press("ArrowRight")
    assert slots.locator("output").inner_text() == "2 of 3"
    after = (told.inner_text(), users(page, form))
    assert after[0] != before[0]
    assert after[1] != before[1]
    slider.press("ArrowLeft")
    assert (told.inner_text(), users(page, form)) == before


def test_the_menu_shows_another_policy_in_the_same_slot(page):
    slots = page.locator("form.slots").first
    slots.locator("input[name=slot]").press("End")
    before = slots.locator(".told").inner_text()
    slots.locator("select").select_option("nearest, topology 1")
    assert slots.locator("output").inner_text() == "3 of 3"
    assert slots.locator(".told").inner_text() != before


def test_slots_play_one_after_another(page):
    slots = page.locator("form.slots").first
    slots.locator("input[name=slot]").press("Home")
    slots.get_by_role("button", name="Play").click()
    expect(slots.locator("output")).to_have_text("2 of 3", timeout=PATIENCE)
    slots.get_by_role("button", name="Pause").click()


def test_servers_show_their_load_and_numbers_where_there_is_room(page):
    asked = """count => {
        const all = value => Array(count).fill(value);
        const [load, capacity] = [all(1), all(2)];
        [load[1], load[2], capacity[2]] = [3, 3, 0];
        return servers({server_position: all([0, 0]), server_load: load,
            server_capacity: capacity, load_unit: "GHz"});
    }"""
    few, many = page.evaluate(asked, 3), page.evaluate(asked, 125)
    assert few["marker"]["color"] == ["#1a1a1a", "#d55e00", "white"]
    assert few["textfont"]["color"] == ["white", "white", "#1a1a1a"]
    assert few["hovertext"][1] == "server 1: load 3.0 of 2.0 GHz"
    assert (few["mode"], many["mode"]) == ("markers+text", "markers")


def test_every_figure_is_drawn(page):
    drawn = page.evaluate(
        """() => Array.from(document.querySelectorAll(".plot"), holder =>
            holder.querySelectorAll(".main-svg").length > 0 && holder.clientHeight > 100)"""
    )
    assert drawn == [True] * 10  # five in each of the two parts


def test_runs_open_and_nothing_is_wider_than_the_window(page):
    run = page.locator("details").first
    run.locator("summary").click()
    assert "edgemarl train maddpg" in run.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
