from pathlib import Path

from reports.document.queries import read_report
from reports.read_only import open_published
from tests.reports.report_rows import publish, segment, summary

PROJECT = Path(__file__).parents[3]


def test_rows_are_sorted_for_reading(full: Path):
    with open_published(full) as connection:
        sections = read_report(connection)["sections"]
    assert [line["severity"] for line in sections["first"]["health"]] == ["note"]
    assert [stage["stage_order"] for stage in sections["funnel"]] == [1, 2, 3, 4, 5]
    assert [row["label"] for row in sections["by_account"]] == [
        "Milo",
        "Dana",
        "AI Sarah",
        "Account 50004",
        "Nora",
    ]
    assert [row["segment"] for row in sections["by_source"]] == ["clay", "zoominfo", "unknown"]


def test_keywords_are_the_twenty_largest_and_the_twenty_worst(tmp_path: Path):
    judged = [
        segment(
            "keyword",
            f"judged{n:02}",
            sent=100 + n,
            mature_sent=100,
            mature_accepted=24 - n,
            verdict="no_evidence",
            detectable_difference=0.1,
            eb_rate=n / 100,
        )
        for n in range(25)
    ]
    too_few = [segment("keyword", f"few{n}", sent=500, mature_sent=9) for n in range(3)]
    database = publish(
        tmp_path / "warehouse.duckdb",
        {"rpt_summary": [summary()], "rpt_segment_performance": judged + too_few},
    )
    with open_published(database) as connection:
        keywords = read_report(connection)["sections"]["by_keyword"]
    assert [row["segment"] for row in keywords["top"]] == ["few0", "few1", "few2"] + [
        f"judged{n:02}" for n in range(24, 7, -1)
    ]
    assert [row["segment"] for row in keywords["worst"]] == [f"judged{n:02}" for n in range(20)]


def test_what_is_no_number_is_nothing(tmp_path: Path):
    rows = {
        "rpt_summary": [summary(attribution_coverage=float("nan"))],
        "rpt_segment_performance": [segment("icp", "sre") | {"ci_high": float("inf")}],
    }
    with open_published(publish(tmp_path / "warehouse.duckdb", rows)) as connection:
        report = read_report(connection)
    assert report["totals"]["attribution_coverage"] is None
    assert report["sections"]["by_icp"][0]["ci_high"] is None
