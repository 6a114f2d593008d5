"""The pages as people use them: in a real browser, on desk and phone, by eye, keyboard and screen reader."""

import csv
import io
from collections.abc import Iterator

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from reports.server.pages.frame import PLACES
from tests.serving import Served, copied, serving

SCREENS = {"desk": (1280, 900), "phone": (390, 844)}
LEAD, LINES, TABLE = "/leads/{lead}", "/bottlenecks/1", "/tables/rpt_segment_performance"
PAGES = [address for address, _ in PLACES] + [LEAD, LINES, TABLE, "/campaigns/40101", "/nothing"]
# What somebody may call themselves, their company or their job.
HOSTILE = (
    "<script>document.title='sentinel'</script>",
    '"><img src=x onerror="document.title=\'sentinel\'">',
    "{{ 7 * 7 }}{% for x in y %}",
    "javascript:document.title='sentinel'",
    '=HYPERLINK("https://evil.example.com","x")',
    "\u202egnp.exe <b>bold</b> &amp; `code`",
    "</title></textarea></select><svg onload=document.title='sentinel'>",
)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    quiet = (
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=quiet)
        yield opened
        opened.close()


@pytest.fixture
def opened(browser: Browser, served: Served) -> Iterator[Page]:
    """A page of somebody who came in by a printed link."""
    yield from entered(browser, served)


def entered(browser: Browser, served: Served, screen: str = "desk", **options) -> Iterator[Page]:
    width, height = SCREENS[screen]
    context = browser.new_context(
        base_url=served.base, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
    )
    page = context.new_page()
    page.goto(f"/enter/{served.site.keys.link()}")
    page.wait_for_url(f"{served.base}/")
    yield page
    context.close()


def address(served: Served, path: str) -> str:
    return path.format(lead=served.json("/api/leads?limit=1")["rows"][0]["lead_id"])


@pytest.mark.parametrize(("screen", "scheme"), [("desk", "light"), ("phone", "dark")])
def test_every_page_is_fit_for_every_eye(browser, served, screen, scheme):
    """No rule of axe is broken, nothing is wider than the screen, nothing is asked of anybody else."""
    axe = Axe()
    found: dict[str, list] = {}
    asked: list[str] = []
    complaints: list[str] = []
    for page in entered(browser, served, screen, color_scheme=scheme):
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        for path in PAGES:
            page.goto(address(served, path))
            width = page.evaluate("document.documentElement.scrollWidth")
            wrong = [
                f"{each['id']}: {each['nodes'][0]['html'][:120]}"
                for each in axe.run(page).response["violations"]
            ]
            if width > SCREENS[screen][0]:
                wrong.append(f"is {width} wide")
            if wrong:
                found[path] = wrong
    assert [url for url in asked if not url.startswith((served.base, "data:"))] == []
    assert [text for text in complaints if "404" not in text] == []
    assert found == {}


def test_a_link_leads_to_the_report_and_each_page_is_one_click_away(opened, served):
    assert opened.title().startswith("Connection analytics")
    for path, name in PLACES:
        opened.click(f"nav a[href='{path}']")
        assert opened.locator("nav a[aria-current='page']").first.inner_text() == name
    opened.goto("/")
    opened.click("a[href='/bottlenecks/1'] >> nth=0")
    assert opened.title() == "Leads behind a line of the report"


def test_a_list_is_filtered_turned_and_taken_along(opened, served):
    opened.goto("/leads")
    opened.select_option("select[name='tier']", "warm")
    opened.click("text=Show")
    assert set(opened.locator("td[data-label='tier']").all_inner_texts()) == {"warm"}
    with opened.expect_download() as download:
        opened.click("text=CSV")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert {row["tier"] for row in rows} == {"warm"}
    opened.goto("/tables/heyreach_connections?limit=50")
    first = opened.locator("tbody tr").count()
    before = opened.locator("tbody tr >> nth=0").inner_text()
    opened.click("text=Next page")
    assert (first, opened.locator("tbody tr >> nth=0").inner_text() != before) == (50, True)


def test_from_a_name_to_all_that_is_known(opened, served):
    opened.goto("/leads")
    row = served.json("/api/leads?limit=1")["rows"][0]
    opened.click("tbody tr >> nth=0 >> a >> nth=0")
    assert opened.locator("h1").inner_text() == f"{row['first_name']} {row['last_name']}"
    text = opened.locator("main").inner_text()
    assert f"{row['icp_profile']}: {row['total_score']} points, {row['tier']}" in text


def test_without_a_script_everything_is_there(browser, served):
    for page in entered(browser, served, java_script_enabled=False):
        page.goto("/leads")
        page.select_option("select[name='tier']", "warm")
        page.click("text=Show")
        assert set(page.locator("td[data-label='tier']").all_inner_texts()) == {"warm"}
        page.goto("/docs")
        page.click("summary >> nth=0")
        assert page.locator("details[open]").count() == 1


def test_by_keyboard_alone(opened):
    opened.goto("/leads")
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "To the content"
    opened.keyboard.press("Enter")
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.closest('main') !== null")
    for _ in range(40):
        opened.keyboard.press("Tab")
        if opened.evaluate("document.activeElement.closest('td') !== null"):
            break
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/leads/*")


def test_a_working_day(browser, own):
    """Enrich, watch, dismiss, save a profile, plan, look at jobs: each shows at once what was posted."""
    for page in entered(browser, own):
        page.goto("/campaigns/40101")
        page.click("td.acting button >> nth=0")
        page.locator("input[name='with']").evaluate_all("all => all.forEach((box) => box.checked = false)")
        page.check("input[value='builtwith']")
        page.click("text=See what it costs")
        assert "At most" in page.locator("main").inner_text()
        page.click("button:text-is('Enrich')")
        page.wait_for_url("**/leads/*#posted", timeout=60_000)
        page.goto("/leads")
        first = page.locator("tbody tr >> nth=0")
        name = first.locator("td[data-label='last name']").inner_text()
        first.locator("text=Watch").click()
        assert "watched from the next build on" in page.locator("tbody tr >> nth=0").inner_text()
        page.locator("tbody tr >> nth=0").locator("text=Dismiss").click()
        assert page.locator("tbody tr >> nth=0 >> td[data-label='rank']").inner_text() == "2"
        assert name
        page.goto("/icp?profile=saas")
        page.fill("input[name='name']", "small_saas")
        page.fill("input[name='company_size_max']", "300")
        page.click("text=Count who matches")
        assert "It would match" in page.locator("main").inner_text()
        page.click("button:text-is('Save')")
        assert "It counts from the next build on" in page.locator("main").inner_text()
        page.goto("/leads")
        assert "profiles were changed" in page.locator("main").inner_text()
        page.goto("/plan")
        page.click("text=Plan it, and keep the plan")
        assert "requests" in page.locator("main").inner_text()
        page.goto("/discover")
        page.click("button:text-is('Search')")
        assert "companies match" in page.locator("main").inner_text()
        page.goto("/jobs")
        assert page.locator("td[data-label='state']").all_inner_texts() == ["done"]
        wrong = Axe().run(page).response["violations"]
        page.goto("/people/new")
        wrong += Axe().run(page).response["violations"]
        page.goto("/leads/" + own.json("/api/leads?limit=1")["rows"][0]["lead_id"] + "/enrich")
        wrong += Axe().run(page).response["violations"]
        assert [each["id"] for each in wrong] == []


def test_what_people_call_themselves_is_only_text(browser, demo, tmp_path):
    workspace = copied(demo[0].warehouse, tmp_path / "data")
    with duckdb.connect(str(workspace.paths.published)) as connection:
        for model in ("rpt_lead_inbox", "heyreach_leads", "lead_names"):
            known = connection.execute(
                "select column_name from duckdb_columns() where schema_name = 'marts' and table_name = ? "
                "and data_type = 'VARCHAR' and column_name not in "
                "('lead_id', 'id', 'icp_profile', 'tier', 'normalized_profile_url', 'company_domain')",
                [model],
            ).fetchall()
            for place, (name,) in enumerate(known):
                text = HOSTILE[place % len(HOSTILE)]
                connection.execute(f'update marts.{model} set "{name}" = ?', [text])
        connection.execute("force checkpoint")
    with serving(workspace) as hostile:
        lead = hostile.json("/api/leads?limit=1")["rows"][0]["lead_id"]
        for page in entered(browser, hostile):
            page.on("dialog", lambda dialog: pytest.fail("a script ran"))
            for path in ("/leads", f"/leads/{lead}", "/tables/heyreach_leads", "/campaigns/40101"):
                page.goto(path)
                assert page.title() != "sentinel"
                assert page.locator("main script, main img, main svg, main b").count() == 0
                links = page.locator("main a").evaluate_all("all => all.map(each => each.href)")
                assert [link for link in links if not link.startswith(hostile.base)] == []
        for path in ("/api/leads.csv", "/api/people.csv?limit=300", "/api/campaigns/40101/leads.csv"):
            for row in csv.reader(io.StringIO(hostile.get(path).text)):
                assert [
                    cell
                    for cell in row
                    if cell.lstrip(" \t\"'")[:1] in "=@+" and cell.strip()[:1] != "'" and cell
                ] == []
