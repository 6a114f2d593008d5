"""Check the report that `make run` printed on demo data: `python -m tests.check_demo_report PRINTED`."""

import json
import sys
from pathlib import Path

from reports.document.sections import BY_KEY, NUMBERED, SECTIONS

# Sections without rows of their own, or of which nothing is in the demo.
MAY_BE_EMPTY = {"standing", "trust", "reading", "more", "by_account_job_title", "match", "enrichment"}
FILLED = [section.key for section in SECTIONS if section.key not in MAY_BE_EMPTY]
HEADINGS = [f"## {section.number}. {section.title}" for section in NUMBERED]
CHARTS = [
    f"{BY_KEY[key].number}. {BY_KEY[key].title}"
    for key in ("funnel", "by_source", "by_account", "time_to_accept")
]


def _section(page: str, title: str) -> str:
    return page.partition(f">{title}</h2>")[2].partition("<h2")[0]


def check(printed: str) -> list[str]:
    """Problems of the reports a run printed; none when they are there, filled, and agree."""
    lines = [line.removeprefix("report: ") for line in printed.splitlines() if line.startswith("report: ")]
    if not lines or not all(line.endswith("  (demo data)") for line in lines):
        return ["the run printed no report marked as demo data"]
    paths = {path.suffix: path for path in (Path(line.removesuffix("  (demo data)")) for line in lines)}
    text, report = paths[".md"].read_text(), json.loads(paths[".json"].read_text())
    problems = [f"no heading {heading!r}" for heading in HEADINGS if heading not in text.splitlines()]
    page = paths[".html"].read_text()
    problems += [f"no chart in {title!r}" for title in CHARTS if "<svg " not in _section(page, title)]
    problems += [f"section {key} is empty" for key in FILLED if not report["sections"].get(key)]
    totals = report["totals"]
    if "demo data" not in text.splitlines()[0].lower() or report["meta"]["demo"] is not True:
        problems.append("the report doesn't say that it is demo data")
    if not 0 < totals["mature_accepted"] < totals["mature_sent"] < totals["sent"]:
        problems.append(f"implausible totals: {totals}")
    for key in ("by_source", "by_icp", "by_account_type", "by_campaign"):
        if sum(row["sent"] for row in report["sections"][key]) != totals["sent"]:
            problems.append(f"{key} doesn't add up to the total")
    return problems


if __name__ == "__main__":
    found = check(Path(sys.argv[1]).read_text())
    print("\n".join(found) or "the demo report is complete")
    sys.exit(bool(found))
