"""Check the report that `make run` printed on demo data: `python -m tests.check_demo_report PRINTED`."""

import json
import sys
from pathlib import Path

SECTIONS = {
    "first": None,
    "summary": "## 1. ",
    "funnel": "## 2. ",
    "by_source": "## 3. ",
    "by_icp": "## 4. ",
    "by_keyword": "## 5. ",
    "by_account": "## 6. ",
    "by_account_type": "## 7. ",
    "by_account_gender": "## 8. ",
    "by_campaign": "## 11. ",
    "time_to_accept": "## 12. ",
    "bottlenecks": "## 13. ",
}
CHARTS = ("2. Funnel", "3. By source", "6. By sender account", "12. Time to accept")


def _section(page: str, title: str) -> str:
    return page.partition(f">{title}</h2>")[2].partition("<h2")[0]


def check(printed: str) -> list[str]:
    """Problems of the reports a run printed; none when they are there, filled, and agree."""
    lines = [line.removeprefix("report: ") for line in printed.splitlines() if line.startswith("report: ")]
    if not lines or not all(line.endswith("  (demo data)") for line in lines):
        return ["the run printed no report marked as demo data"]
    paths = {path.suffix: path for path in (Path(line.removesuffix("  (demo data)")) for line in lines)}
    text, report = paths[".md"].read_text(), json.loads(paths[".json"].read_text())
    problems = [f"no heading {heading!r}" for heading in SECTIONS.values() if heading and heading not in text]
    page = paths[".html"].read_text()
    problems += [f"no chart in {title!r}" for title in CHARTS if "<svg " not in _section(page, title)]
    problems += [f"section {key} is empty" for key in SECTIONS if not report["sections"].get(key)]
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
