"""The page as it is seen: in a real browser, headless, on a phone and on a desk, in light and dark."""

import html
import itertools
import json
import re
import subprocess
from pathlib import Path

import pytest

from reports.document.render import render_html
from tests.reports.document.test_page import BOTTLENECKS, CHARTS_OF_FULL, named, with_bottlenecks
from tests.reports.document.test_render import read, renamed
from tests.reports.report_rows import EMPTY, FULL, publish

SCREENS = {"phone": (390, 740), "tablet": (820, 1180), "desk": (1280, 900)}
LONG = "A name without any place to break it: " + "W" * 60
# Pages in frames as wide as screens (a browser window has a least width), and what is measured in each.
FRAME = '<iframe width="{width}" height="{height}" style="border: 0" srcdoc="{page}"></iframe>'
FRAMED = """<!doctype html>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
{frames}
<script>
function measured(frame) {{
  const page = frame.document
  const all = (selector) => [...page.querySelectorAll(selector)]
  const box = (element) => element.getBoundingClientRect()
  const style = (selector) => frame.getComputedStyle(page.querySelector(selector))
  const beyond = (inner, outer) => Math.max(outer.left - inner.left, inner.right - outer.right,
    outer.top - inner.top, inner.bottom - outer.bottom)
  const folded = all("main details").filter((each) => !each.open).length
  for (const each of all("details")) each.open = true
  const texts = all("svg text").filter((text) => text.textContent)
  const cells = all("td").filter((cell) => cell.textContent)
  return {{
    width: frame.innerWidth,
    requests: frame.performance.getEntriesByType("resource").map((entry) => entry.name),
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    charts: all("svg").map((svg) => [box(svg).width, box(svg).height]),
    beyond: Math.max(...texts.map((text) => beyond(box(text), box(text.closest("svg"))))),
    smallest: Math.min(...texts.map((text) => box(text).height)),
    folded,
    tables: Math.max(...all("table").map((table) => box(table).right)),
    cut: cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent),
    cards: cells.filter((cell) => frame.getComputedStyle(cell, "::before").content.length > 6).length,
    numbers: style(".number").textAlign,
    paper: style("body").backgroundColor,
    ink: style("body").color,
    bar: style(".mark-rect path").fill,
  }}
}}
addEventListener("load", () => {{
  const answer = document.createElement("output")
  const seen = Array.from({{length: frames.length}}, (_, place) => measured(frames[place]))
  answer.textContent = JSON.stringify(seen)
  document.body.append(answer)
}})
</script>
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("warehouses")
    full = with_bottlenecks(read(publish(folder / "full.duckdb", FULL)), BOTTLENECKS)
    return {
        "full": render_html(full),
        "long_names": render_html(renamed(named(full), LONG)),
        "empty": render_html(read(publish(folder / "empty.duckdb", EMPTY))),
    }


def open_page(chromium: str, folder: Path, text: str, *flags: str) -> tuple[str, str]:
    """Open a page; returns the document as the browser left it, and what it logged."""
    page = folder / "page.html"
    page.write_text(text, encoding="utf-8")
    quiet = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
        "--disable-background-networking --disable-component-update --enable-logging=stderr"
    )
    command = [chromium, *quiet.split(), f"--user-data-dir={folder / 'profile'}", *flags, page.as_uri()]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)
    return outcome.stdout, outcome.stderr


def measured(chromium: str, folder: Path, shown: list[tuple[str, str]], *flags: str) -> list[dict]:
    """What each page is like on its screen; without its policy, so that it could ask for anything."""
    frames = []
    for text, screen in shown:
        free = re.sub(r"<meta http-equiv=.*\n", "", text)
        width, height = SCREENS[screen]
        frames.append(FRAME.format(width=width, height=height, page=html.escape(free)))
    framed = FRAMED.format(frames="\n".join(frames))
    document, log = open_page(chromium, folder, framed, "--window-size=1600,1000", "--dump-dom", *flags)
    assert "CONSOLE" not in log
    seen = json.loads(html.unescape(re.search("<output>(.*)</output>", document)[1]))
    assert [each["width"] for each in seen] == [SCREENS[screen][0] for _, screen in shown]
    return seen


@pytest.fixture(scope="module")
def on_screens(
    chromium: str, pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], dict]:
    """What two pages are like on every screen, all opened at once."""
    both = list(itertools.product(("full", "long_names"), SCREENS))
    shown = [(pages[name], screen) for name, screen in both]
    return dict(zip(both, measured(chromium, tmp_path_factory.mktemp("screens"), shown), strict=True))


@pytest.mark.parametrize("name", ["full", "empty", "long_names"])
def test_the_page_opens_under_its_own_policy(name: str, chromium: str, pages: dict[str, str], tmp_path: Path):
    picture = tmp_path / "page.png"
    _, log = open_page(chromium, tmp_path, pages[name], "--window-size=900,1200", f"--screenshot={picture}")
    assert "CONSOLE" not in log, "the browser has nothing to complain about"
    assert picture.stat().st_size > 20_000


def test_a_page_that_breaks_its_policy_would_be_noticed(chromium: str, pages: dict[str, str], tmp_path: Path):
    changed = (
        pages["full"]
        .replace("<h1", '<img src="http://127.0.0.1:9/pixel.png"><h1')
        .replace("--paper:", "--papers:")
    )
    _, log = open_page(chromium, tmp_path, changed, "--dump-dom")
    assert "style-src" in log
    assert "pixel.png" in log


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", ["full", "long_names"])
def test_the_page_fits_the_screen(name: str, screen: str, on_screens: dict[tuple[str, str], dict]):
    seen = on_screens[name, screen]
    assert seen["requests"] == []
    assert seen["overflow"] == 0
    assert len(seen["charts"]) == len(CHARTS_OF_FULL)
    assert all(250 < width < 520 and height > 60 for width, height in seen["charts"])
    assert seen["beyond"] <= 1, "no text is cut at the edge of its chart"
    assert seen["smallest"] > 9
    assert seen["folded"] > 15, "what is not of the first page"
    assert seen["tables"] <= SCREENS[screen][0], "no table is wider than the screen"
    assert seen["cut"] == []
    assert (seen["cards"] > 100) is (screen != "desk"), "rows are cards, each figure with its label"
    assert seen["numbers"] == "right"


def test_the_page_follows_the_scheme(
    on_screens: dict[tuple[str, str], dict], chromium: str, pages: dict[str, str], tmp_path: Path
):
    light = on_screens["full", "desk"]
    [dark] = measured(chromium, tmp_path, [(pages["full"], "desk")], "--force-dark-mode")
    assert (light["paper"], light["bar"]) == ("rgb(255, 255, 255)", "rgb(47, 109, 181)")
    assert (dark["paper"], dark["bar"]) == ("rgb(20, 24, 31)", "rgb(110, 168, 232)")
    assert light["ink"] != dark["ink"]
