"""Small published warehouses with invented rows, in real DuckDB files, and three of them as scenarios."""

import functools
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any

import duckdb
import yaml

from reports.document.sections import SECTIONS

AS_OF = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
COUNTS = (
    "leads_imported",
    "leads_undated",
    "sent",
    "accepted",
    "sent_undated",
    "sent_to_date",
    "accepted_to_date",
    "mature_sent",
    "mature_accepted",
    "mature_replied",
)
RATES = (
    *("accept_rate", "ci_low", "ci_high", "accepted_to_date_rate", "accept_rate_low", "accept_rate_high"),
    "reply_rate",
)
# Counts that the undecided leave open, as their lowest and highest.
BOUNDED = ("sent", "accepted", "sent_to_date", "accepted_to_date")
COUNT_BOUNDS = tuple(f"{count}_{end}" for count in BOUNDED for end in ("low", "high"))
FACTS = {*COUNTS, *COUNT_BOUNDS, *RATES, "rate_withheld_because"}
DOUBTS = ("already_connected", "undecided", "out_of_sight")
STATUSES = ("enrolled", "queued", "open_requests", "expired", "failed", "excluded", "already_connected")


BRACKETS = ("0_24h", "24_48h", "48_72h", "3_7d", "7_14d", "14d_up")
QUANTILES = ("median", "p75", "p90")
BOUNDS = ("", "_earliest", "_latest")
EDGES = ("24h", "48h", "72h", "7d", "14d", "30d")


MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
# What the reports read, and the accounts, of which a test tells more than the report prints.
TABLES = sorted({"heyreach_accounts", *(name for section in SECTIONS for name in section.models)})


@functools.cache
def contract(table: str) -> dict[str, str]:
    """Column -> type of a published table, as its contract declares them."""
    (path,) = MODELS.rglob(f"{table}.yml")
    (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    return {column["name"]: column["data_type"] for column in model["columns"]}


SUMMARY = {
    "since": datetime(2026, 1, 1, tzinfo=UTC),
    "until": datetime(2026, 2, 1, tzinfo=UTC),
    "is_begun": True,
    "is_over": True,
    "watched_from": datetime(2025, 12, 1, tzinfo=UTC),
    "watched": "whole",
    "is_demo": False,
    "acceptance_window_days": 14,
    "detection_lag_days": 2,
    "hide_rate_below": 10,
    "is_mostly_undated": False,
    "people_known": 0,
    "invalid_profile_urls": 0,
    "people_with_several_spellings": 0,
    "people_in_several_campaigns": 0,
    "queued": 0,
    **dict.fromkeys(DOUBTS, 0),
    "keywords_collecting": 0,
    "account_metadata_coverage": None,
    **dict.fromkeys(("reconciled_sent", "provider_sent", "reconciled_accepted", "provider_accepted")),
}

NO_DIAGNOSIS = [
    {"alarms": 0, "alarms_blind": 0, "alarms_blocked": 0, "alarms_losing": 0, "background_losses": 0,
     "segments_compared": 0, "segments_lower": 0, "lines_with_leads": [],
     "evidence_since": date(2025, 11, 3)},
]  # fmt: skip

Rows = Mapping[str, list[dict[str, Any]]]


def publish(database: Path, rows: Rows) -> Path:
    """Write a warehouse with the given rows per table; returns its path."""
    with duckdb.connect(str(database)) as connection:
        rows = {**rows, "rpt_segment_performance": ranked(rows.get("rpt_segment_performance", []))}
        connection.execute("create schema staging")
        connection.execute("create schema marts")
        for table in TABLES:
            columns = contract(table)
            declared = ", ".join(map(" ".join, columns.items()))
            connection.execute(f"create table marts.{table} ({declared})")
            for given in {"rpt_diagnosis": NO_DIAGNOSIS, **rows}.get(table, []):
                row = given if table == "heyreach_accounts" else {"as_of": AS_OF, **given}
                # Not every table has every fact.
                row = {name: row[name] for name in row if name in columns or name not in FACTS}
                connection.execute(
                    f"insert into marts.{table} ({', '.join(row)}) values ({', '.join('?' * len(row))})",
                    list(row.values()),
                )
    return database


def ranked(segments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the ranks a model would give them, where they don't bring their own."""
    by_volume = sorted(
        segments,
        key=lambda row: (
            *(-row.get(name, 0) for name in ("sent", "sent_to_date", "leads_imported")),
            row["segment"],
        ),
    )
    worst_first = sorted(
        (row for row in segments if row.get("eb_rate") is not None and row["verdict"] != "collecting"),
        key=lambda row: (row["eb_rate"], -row["mature_sent"], row["segment"]),
    )

    def rank(rows: list[dict[str, Any]], row: dict[str, Any]) -> int | None:
        same = [other for other in rows if other["dimension"] == row["dimension"]]
        return next((number for number, other in enumerate(same, start=1) if other is row), None)

    return [
        {"volume_rank": rank(by_volume, row), "worst_rank": rank(worst_first, row), **row} for row in segments
    ]


def asked(question: str, label: str, message: str, **values: Any) -> dict[str, Any]:
    """A row of rpt_verdict_calendar; unanswered unless said otherwise."""
    return {"question": question, "question_label": label, "message": message, "is_known": False, **values}


def cell(pair: str, account_value: str, lead_value: str, match: str, **values: Any) -> dict[str, Any]:
    """A row of rpt_account_lead_match; collecting unless said otherwise."""
    counts = {name: values.pop(name, None) for name in ("mature_sent", "mature_accepted")}
    rates = facts(**{name: count or 0 for name, count in counts.items()})
    return {
        "pair": pair,
        "account_value": account_value,
        "account_label": account_value,
        "lead_value": lead_value,
        "lead_label": lead_value,
        "match": match,
        "is_sensitive": pair.startswith("gender"),
        "is_collected": True,
        "verdict": "collecting",
        **{name: rates[name] for name in ("accept_rate", "ci_low", "ci_high")},
        **counts,
        **values,
    }


def crossed(pair: str, row: str, column: str, sent: int, accepted: int, **values: Any) -> dict[str, Any]:
    """A row of rpt_crossed_segments; collecting unless said otherwise."""
    rates = facts(mature_sent=sent, mature_accepted=accepted)
    dimensions = pair.split("_")
    return {
        "pair": pair,
        **{"row_dimension": dimensions[0], "row_segment": row.lower(), "row_label": row, "row_rank": 1},
        **{"column_dimension": dimensions[1], "column_segment": column.lower(), "column_label": column},
        **{"column_rank": 1, "mature_sent": sent, "mature_accepted": accepted, "verdict": "collecting"},
        **{name: rates[name] for name in ("accept_rate", "ci_low", "ci_high")},
        **values,
    }


def benchmark(order: int, name: str, label: str, reached: int, tried: int, **values: Any) -> dict[str, Any]:
    """A row of rpt_benchmarks."""
    rates = facts(mature_sent=tried, mature_accepted=reached)
    return {
        **{"benchmark": name, "benchmark_order": order, "benchmark_label": label},
        **{"reached": reached, "tried": tried, "rate": rates["accept_rate"]},
        **{"rate_low": rates["ci_low"], "rate_high": rates["ci_high"], "claimed_by": "HeyReach"},
        **{"claimed_of_campaigns": 96051, "claim_read_on": date(2026, 1, 20)},
        **values,
    }


def early(dimension: str, rank: int, label: str, sent: int, accepted: int) -> dict[str, Any]:
    """A row of rpt_early_acceptance."""
    rates = facts(mature_sent=sent, mature_accepted=accepted)
    return {
        **{"dimension": dimension, "segment": label.lower(), "segment_label": label},
        **{"provisional_rank": rank, "sent": sent, "accepted_early": accepted, "early_window_days": 3},
        **{"early_share": rates["accept_rate"], "early_share_low": rates["ci_low"]},
        "early_share_high": rates["ci_high"],
    }


def comparison(name: str, first: tuple[int, int], second: tuple[int, int], **values: Any) -> dict[str, Any]:
    """A row of rpt_account_lead_comparison: (accepted, sent) of both groups."""
    return {
        "comparison": name,
        "first_accepted": first[0],
        "first_sent": first[1],
        "second_accepted": second[0],
        "second_sent": second[1],
        "not_comparable": 0,
        "first_standardized_rate": first[0] / first[1],
        "second_standardized_rate": second[0] / second[1],
        "risk_difference": first[0] / first[1] - second[0] / second[1],
        **values,
    }


def change(
    breakdown: str, order: int, part: str, contribution: float | None, **values: Any
) -> dict[str, Any]:
    """A row of rpt_change_decomposition."""
    return {
        "breakdown": breakdown,
        "part": part,
        "part_order": order,
        "contribution": contribution,
        "accepted_before": 290,
        "accepted_now": 286,
        "verdict": "background",
        "previous_since": datetime(2025, 12, 1, tzinfo=UTC),
        "previous_until": datetime(2025, 12, 16, tzinfo=UTC),
        "since": datetime(2026, 1, 1, tzinfo=UTC),
        "compared_until": datetime(2026, 1, 16, tzinfo=UTC),
        "compared_days": 15,
        **values,
    }


def facts(**counts: int) -> dict[str, Any]:
    """The counts of one row, and the rates a model would give them."""
    row = {name: counts.get(name, 0) for name in COUNTS}
    row["sent_to_date"] = counts.get("sent_to_date", row["sent"])
    row["accepted_to_date"] = counts.get("accepted_to_date", row["accepted"])
    accepted, n, z = row["mature_accepted"], row["mature_sent"], 1.959963984540054
    row |= dict.fromkeys((*RATES, "rate_withheld_because"))
    if n >= 10:
        centre = (accepted + z * z / 2) / (n + z * z)
        half = z / (n + z * z) * math.sqrt(accepted * (n - accepted) / n + z * z / 4)
        row |= {"accept_rate": accepted / n, "ci_low": centre - half, "ci_high": centre + half}
    row |= {name: row[name.rpartition("_")[0]] for name in COUNT_BOUNDS}
    if accepted >= 10:
        row["reply_rate"] = row["mature_replied"] / accepted
    if row["sent_to_date"] >= 10:
        row["accepted_to_date_rate"] = row["accepted_to_date"] / row["sent_to_date"]
    return row


def summary(**values: Any) -> dict[str, Any]:
    """The row of rpt_summary with these counts and columns."""
    counts = facts(**{name: value for name, value in values.items() if name in COUNTS})
    share = counts["mature_sent"] / counts["sent"] if counts["sent"] else None
    others = {name: value for name, value in values.items() if name not in COUNTS}
    return {**SUMMARY, **counts, "mature_share": share, **others}


def segment(dimension: str, name: str, label: str | None = None, **values: Any) -> dict[str, Any]:
    """A row of rpt_segment_performance; still collecting unless said otherwise."""
    counts = facts(**{name: value for name, value in values.items() if name in COUNTS})
    others = {name: value for name, value in values.items() if name not in COUNTS}
    named = {"dimension": dimension, "segment": name, "segment_label": label or name}
    described = {
        "verdict": "collecting",
        "senders": 0,
        "is_collected": name != "unknown",
        "is_sensitive": dimension in ("employment", "age_bracket", "lead_gender"),
    }
    if others.get("verdict") == "suppressed":
        counts = {}
    return {**named, **described, **counts, **others}


def outreach(
    value: str,
    label: str,
    sent: int,
    accepted: int,
    replied: int,
    meetings: int,
    *,
    sure: int = 0,
    possible: int = 0,
    undated: int = 0,
    **more: Any,
) -> dict[str, Any]:
    """A row of rpt_outreach_metrics; rates are of what is sure and possible of 50 accepted requests."""
    rate = {
        "reply_rate_of_accepted": sure / 50,
        "reply_rate_of_accepted_low": sure / 50 - 0.1,
        "reply_rate_of_accepted_high": possible / 50 + 0.1,
    }
    return {
        "dimension": "all" if value in ("all", "not_by_segment") else "segment", "step": "all",
        "value": value, "value_label": label, "sent": sent, "accepted": accepted, "replied": replied,
        "undated_replied": undated, "meetings": meetings, "reply_rate_aimed_at": 0.15,
        "meeting_rate_aimed_at": 0.05, "meeting_target": "not_yet", "reply_target": "not_yet",
        **(rate if sure else {}), **more,
    }  # fmt: skip


def known(field: str, order: int, fields: str, of_each_week: tuple[int, int, int]) -> list[dict[str, Any]]:
    """Rows of rpt_lead_completeness: 200, 210 and 220 people came in three weeks, the last not over yet."""
    rows, leads_before, known_before = [], 0, 0
    for number, (leads, count) in enumerate(zip((200, 210, 220), of_each_week, strict=True)):
        rows.append(
            {
                "field": field,
                "field_order": order,
                "fields": fields,
                "week": date(2026, 1, 12) + timedelta(weeks=number),
                "is_over": number < 2,
                "leads": leads,
                "known": count,
                "share": count / leads,
                "leads_to_date": leads_before + leads,
                "known_to_date": known_before + count,
                "share_to_date": (known_before + count) / (leads_before + leads),
                "usual_leads": leads_before or None,
                "usual_known": known_before if leads_before else None,
                "usual_share": known_before / leads_before if leads_before else None,
                "is_low": False,
            }
        )
        leads_before, known_before = leads_before + leads, known_before + count
    return rows


def enriched(integration: str, week: date, calls: int, found: int, **values: Any) -> dict[str, Any]:
    """A row of rpt_enrichment_weeks, of 2,300 people; calls without a finding found nothing."""
    covered, cost = values.pop("covered", 0), values.get("cost_usd_to_date")
    accepted = values.get("accepted_of_covered", 0)
    return {
        "integration": integration,
        "week": week,
        "calls": calls,
        "found": found,
        "not_found": calls - found,
        **dict.fromkeys(("failed", "cut_off", "no_credits", "calls_without_price", "accepted_of_covered"), 0),
        "quality_score": found / calls,
        "leads_to_date": 2300,
        "covered_leads_to_date": covered,
        "coverage": covered / 2300,
        "cost_usd_per_lead": cost / covered if cost else None,
        "cost_usd_per_accepted": cost / accepted if cost and accepted else None,
        **values,
    }


def account(account_id: str, label: str, **values: Any) -> dict[str, Any]:
    """A row of rpt_account_performance; healthy unless said otherwise."""
    counts = facts(**{name: value for name, value in values.items() if name in COUNTS})
    others = {name: value for name, value in values.items() if name not in COUNTS}
    return {
        "account_id": account_id,
        "label": label,
        "account_type": "real_personal",
        "configuration_status": "configured",
        "is_listed": True,
        "is_auth_valid": True,
        "is_in_request_cooldown": False,
        "business_days": 22,
        "idle_days": 0,
        "limit_hit_days": 0,
        "queued": 0,
        "queued_running": 0,
        "can_send": "unable_because" not in values,
        **counts,
        **others,
    }


def campaign(campaign_id: str, name: str, **values: Any) -> dict[str, Any]:
    """A row of rpt_campaign_performance; running unless said otherwise."""
    counts = facts(**{name: value for name, value in values.items() if name in COUNTS})
    others = {name: value for name, value in values.items() if name not in COUNTS}
    return {
        "campaign_id": campaign_id,
        "campaign_name": name,
        "campaign_status": "IN_PROGRESS",
        "campaign_state": "running",
        "is_present": True,
        **dict.fromkeys(STATUSES, 0),
        **counts,
        **others,
    }


def imported(source: str, label: str, known_from: str, **counts: Any) -> dict[str, Any]:
    """A row of rpt_import_performance; counts that only an import knows are None unless given."""
    return {"source": source, "segment_label": label, "known_from": known_from, **counts}


def time_to_accept(
    dimension: str,
    segment: str,
    label: str,
    shares: Sequence[float | None] = (),
    **values: Any,
) -> dict[str, Any]:
    """A row of rpt_time_to_accept: quantiles as (estimate, earliest, latest), shares within the EDGES, whose
    bounds are a tenth away. Half of the acceptances came within a day, the others are in no bracket."""
    quantiles = {
        f"{name}_hours{bound}": hours
        for name in QUANTILES
        for bound, hours in zip(BOUNDS, values.pop(name, (None,) * 3), strict=True)
    }
    return {
        "dimension": dimension,
        "segment": segment,
        "segment_label": label,
        **quantiles,
        **{
            f"share_within_{edge}{bound}": share and share * leeway
            for edge, share in zip(EDGES, shares, strict=False)
            for bound, leeway in zip(BOUNDS, (1, 1.1, 0.9), strict=True)
        },
        **{"accepted": 0, **values},
        **{f"accepted_{bracket}": 0 for bracket in BRACKETS},
        "accepted_0_24h": values.get("accepted", 0) // 2,
        "accepted_across_brackets": values.get("accepted", 0) - values.get("accepted", 0) // 2,
    }


def funnel(*people: int) -> list[dict[str, Any]]:
    """The rows of rpt_funnel for the numbers of people at its five stages."""
    stages = (
        ("imported", "Imported", "Distinct people with a valid profile URL, imported in the period"),
        ("enrolled", "Enrolled in a campaign", "The rest stand in a list that no campaign has taken up"),
        (
            "eligible",
            "Eligible for a request",
            "The rest were already connected, excluded by a campaign rule, or failed before a request",
        ),
        ("sent", "Request sent", "The rest wait in a queue behind their sender"),
        ("accepted", "Accepted", "So far: recent requests are still open"),
    )
    rows = []
    for order, ((stage, label, meaning), count) in enumerate(zip(stages, people, strict=True), start=1):
        before = people[order - 2] if order > 1 else None
        rows.append(
            {
                "stage_order": order,
                "stage": stage,
                "stage_label": label,
                "people": count,
                "lost_here": None if before is None else before - count,
                "share_of_previous": count / before if before else None,
                "share_of_first": count / people[0] if people[0] else None,
                "what_it_counts": meaning,
            }
        )
    return rows


def anomaly(kind: str, dimension: str, segment: str, since: date, **values: Any) -> dict[str, Any]:
    """A row of rpt_anomalies; it lasts, and nobody acknowledged it, unless said otherwise."""
    return {
        "anomaly_id": md5(f"{kind}|{dimension}|{segment}|{since}".encode()).hexdigest(),
        "kind": kind,
        "dimension": dimension,
        "segment": segment,
        "segment_label": values.pop("label", segment),
        "since": since,
        "alarmed_on": since,
        "judged_until": date(2026, 1, 27),
        "is_open": True,
        "is_acknowledged": False,
        "message": f"{kind} of {segment}",
        "what_to_do": "Look at it.",
        **values,
    }


def headline(span: str, since: datetime, until: datetime, **values: Any) -> dict[str, Any]:
    """A row of rpt_headline; without figures where it says why there are none."""
    rates = {} if "not_compared_because" in values else facts(**values)
    row = {**rates, **values, "span": span, "since": since, "until": until, "counted_until": until}
    return {name: value for name, value in row.items() if name in contract("rpt_headline")}


# A month of work.
FULL = {
    "rpt_headline": [
        headline("period", SUMMARY["since"], SUMMARY["until"], leads_imported=2150, sent=1204, accepted=301,
                 mature_sent=512, mature_accepted=123),
        headline("before", datetime(2025, 12, 1, tzinfo=UTC), SUMMARY["since"], leads_imported=2410,
                 sent=1010, accepted=288, mature_sent=990, mature_accepted=214),
        headline("week", datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC),
                 leads_imported=480, sent=512, accepted=131, mature_sent=512, mature_accepted=123),
        headline("week", datetime(2026, 1, 26, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC),
                 leads_imported=430, sent=692, accepted=171),
    ],
    "rpt_verdict_calendar": [
        asked("accept_rate", "First accept rate", "known already.", question_order=1, is_known=True),
        asked("verdict_list", "First verdict on lists", "not within a year at this pace (900 requests have "
              "to be old enough).", question_order=5, reason_unknown="too_slow"),
    ],
    "rpt_summary": [
        summary(
            leads_imported=2150, leads_undated=12, sent=1204, accepted=301, mature_sent=512,
            mature_accepted=123, mature_replied=24, people_known=2300, invalid_profile_urls=7,
            people_with_several_spellings=31, people_in_several_campaigns=18, queued=640,
            attribution_coverage=0.964,
            account_metadata_coverage=0.859, reconciled_sent=3020, provider_sent=3021,
            reconciled_accepted=801, provider_accepted=801, already_connected=34,
        )
    ],
    "rpt_funnel": funnel(2150, 1990, 1900, 1150, 290),
    "rpt_import_performance": [
        imported("clay", "Clay", "ledger", imports=3, file_rows=1500, valid_rows=1480, people=1440, sent=1420,
                 arrived=1412, verified=1400, lost=20, failures=80,
                 why="20 with no profile URL of a person, 40 twice in the file, 8 never arrived, "
                     "12 without all fields"),
        imported("zoominfo", "ZoomInfo", "lists", imports=2, file_rows=760, valid_rows=742, people=742,
                 arrived=742, failures=0),
    ],
    "rpt_benchmarks": [
        benchmark(1, "accept_rate", "Accept rate", 123, 512, vendor_median=0.2075, vendor_weak_below=0.13,
                  vendor_strong_above=0.318),
        benchmark(2, "reply_rate", "Replied, of the accepted", 24, 123, vendor_median=0.181,
                  vendor_weak_below=0.096, vendor_strong_above=0.28),
        benchmark(3, "accept_rate_first_week", "Accept rate of senders in their first week", 1, 4,
                  vendor_median=0.133),
    ],
    "rpt_crossed_segments": [
        crossed("source_icp", "Clay", "SRE", 120, 40, verdict="higher", predicted_rate=0.22,
                difference=0.113, difference_low=0.03, difference_high=0.2, q_value=0.04),
        crossed("source_icp", "Clay", "CTO", 60, 8, column_rank=2, verdict="no_evidence",
                predicted_rate=0.15, difference=-0.02, difference_low=-0.1, difference_high=0.06,
                detectable_difference=0.14, q_value=0.7),
        crossed("source_icp", "ZoomInfo | Co", "SRE", 4, 1, row_rank=2),
        crossed("account_icp", "Dana", "SRE", 90, 9, verdict="lower", predicted_rate=0.24, difference=-0.14,
                difference_low=-0.22, difference_high=-0.06, q_value=0.02),
    ],
    "rpt_attribution_coverage": [
        {"scope": "all", "leads": 3000, "coverage": 0.9},
        {"scope": "week", "enrolled_on": date(2026, 1, 19), "leads": 420, "coverage": 0.995, "sent": 0},
        {"scope": "week", "enrolled_on": date(2026, 1, 26), "leads": 313, "coverage": 0.776, "sent": 287,
         "sent_coverage": 0.784, "missing_fields": "batch_id, icp"},
    ],
    "rpt_diagnosis": [
        {"alarms": 2, "alarms_blind": 0, "alarms_blocked": 1, "alarms_losing": 1, "background_losses": 1,
         "recoverable_accepts_per_week": 21.9, "worth_low": 12.3, "worth_high": 31.1, "segments_compared": 11,
         "segments_lower": 2, "lines_with_leads": [1], "evidence_since": date(2025, 11, 3)},
    ],
    "rpt_bottlenecks": [
        {"rank": 1, "tier": "blocked", "stage": "sending", "cause": "sender_auth_invalid",
         "dimension": "account", "segment": "50002", "segment_label": "Milo",
         "recoverable_accepts_per_week": 13.6, "worth_low": 9.1, "worth_high": 18.2, "worth_together": 14.0,
         "evidence_n": 310, "verdict": "blocked",
         "why": "Milo is logged out of LinkedIn; 310 leads wait in running campaigns.",
         "what_to_do": "Log it in again in HeyReach."},
        {"rank": 2, "tier": "losing", "stage": "acceptance", "cause": "low_acceptance",
         "dimension": "source", "segment": "zoominfo", "segment_label": "ZoomInfo",
         "recoverable_accepts_per_week": 8.3, "worth_low": 3.2, "worth_high": 12.9, "worth_together": 8.3,
         "evidence_n": 250, "q_value": 2e-6, "verdict": "lower",
         "why": "ZoomInfo: 14.4 % of 250 requests were accepted, 32.6 % outside every losing segment.",
         "what_to_do": "Pause it or send fewer there."},
        {"rank": 3, "tier": "blocked", "stage": "queue", "cause": "campaign_paused", "dimension": "campaign",
         "segment": "40002", "segment_label": "Winter SRE", "recoverable_accepts_per_week": 0.4,
         "evidence_n": 2, "verdict": "background",
         "why": "2 leads wait behind the paused campaign Winter SRE.",
         "what_to_do": "Resume it, or move the leads to a running campaign.",
         "command": "make resume CAMPAIGN=40002"},
    ],
    "rpt_advice_outcomes": [
        {"advice_id": "3f1c22ab", "episode": 1, "cause": "sender_auth_invalid", "segment_label": "Milo",
         "state": "open", "first_shown_at": datetime(2026, 1, 28, 6, tzinfo=UTC),
         "worth_at_first_sight": 13.6, "list_order": 1, "is_newest": False,
         "message": "Shown since 2026-01-28: Milo is logged out of LinkedIn."},
        {"advice_id": "9a0b44de", "episode": 1, "cause": "campaign_paused", "segment_label": "Execs NA",
         "state": "done", "verdict": "helped", "first_shown_at": datetime(2026, 1, 2, 6, tzinfo=UTC),
         "worth_at_first_sight": 19.2, "followed_on": date(2026, 1, 5), "followed_as": "seen", "requests": 96,
         "requests_without": 0.0, "gain": 17.8, "gain_low": 12.1, "gain_high": 24.0, "list_order": 2,
         "is_newest": True,
         "message": "Resumed Execs NA on 2026-01-05: 19 a week promised, 12 to 24 seen."},
        {"advice_id": "77d01e5c", "episode": 2, "cause": "low_acceptance", "segment_label": "Spring | list",
         "state": "declined", "first_shown_at": datetime(2026, 1, 20, 6, tzinfo=UTC), "list_order": 3,
         "is_newest": False, "message": "Declined on 2026-01-21 (a | test), out of the alarms until "
                                        "2026-03-22 at the latest: Spring | list is accepted less."},
    ],
    "rpt_anomalies": [
        anomaly("acceptance_drop", "account", "50001", date(2026, 1, 12), label="Maren",
                message="Maren: of 210 requests sent from 2026-01-12 to 2026-01-27, 24 were accepted within "
                        "3 days; 50.2 were expected of the same lists and senders.",
                what_to_do="Look at this sender's profile."),
        anomaly("sender_auth_invalid", "account", "50002", date(2026, 1, 20), label="Milo",
                message="Milo is logged out of LinkedIn; 310 leads wait in running campaigns.",
                is_acknowledged=True),
        anomaly("sender_idle", "account", "50003", date(2026, 1, 19), label="Ines", bottleneck_rank=2,
                message="What the list above says is not said twice."),
        anomaly("pull_gap", "all", "all", date(2026, 1, 3), message="This one is over.", is_open=False),
    ],
    "rpt_recommendations": [
        {"rank": 1, "advice": "scale", "account_id": "50001", "dimension": "icp", "segment": "sre",
         "segment_label": "Maren x SRE", "mature_sent": 100, "mature_accepted": 60, "accept_rate": 0.6,
         "ci_low": 0.502, "ci_high": 0.69, "reference_rate": 0.21, "q_value": 1e-5,
         "why": "Maren with ICP SRE: 60.0 % of 100 requests were accepted, 21.0 % of all others."},
        {"rank": 2, "advice": "pause", "dimension": "source", "segment": "zoominfo",
         "segment_label": "ZoomInfo", "mature_sent": 250, "mature_accepted": 36, "accept_rate": 0.144,
         "ci_low": 0.106, "ci_high": 0.193, "q_value": 2e-6, "recoverable_accepts_per_week": 8.3,
         "why": "ZoomInfo: 14.4 % of 250 requests were accepted, 32.6 % outside every losing segment."},
    ],
    "rpt_experiments": [
        {"experiment": "spring", "account_type": "ai_mirror_saas", "other_account_type": "real_personal",
         "senders": 3, "other_senders": 4, "leads": 420, "other_leads": 580, "expected_leads": 428.6,
         "ratio_p_value": 0.58, "rate_before": 0.24, "planned_sent": 309, "mature_sent": 310,
         "other_mature_sent": 412, "difference": -0.083, "p_value": 0.012, "verdict": "lower"},
        {"experiment": "summer", "account_type": "ai_mirror_saas", "other_account_type": "real_personal",
         "senders": 3, "other_senders": 4, "leads": 40, "other_leads": 60, "expected_leads": 42.9,
         "ratio_p_value": 0.56, "rate_before": 0.24, "planned_sent": 309, "mature_sent": 12,
         "other_mature_sent": 20, "verdict": "collecting"},
    ],
    "rpt_inbox_profiles": [
        {"icp_profile": "platform_teams", "is_default": True, "profile_order": 1, "leads_to_ask": 310,
         "not_eligible_leads": 40, "hot_leads": 2, "warm_leads": 20, "nurture_leads": 88, "cold_leads": 200,
         "provisional_leads": 60, "listed_leads": 200, "dismissed_leads": 3,
         "ranked_by": "expected_acceptance",
         "ranking": "Ordered by expected acceptance: it holds.",
         "exploration_leads": 1, "exploration": "Drawn whatever their points: 1 of the 200 listed.",
         "ask_first": "Not known of 60 of the 200 listed: funding.",
         "ask_first_command": "make enrich WITH=crunchbase LIMIT=60"},
        {"icp_profile": "saas", "is_default": False, "profile_order": 2, "leads_to_ask": 9,
         "not_eligible_leads": 341, "hot_leads": 0, "warm_leads": 0, "nurture_leads": 0, "cold_leads": 9,
         "provisional_leads": 9, "listed_leads": 9, "dismissed_leads": 0,
         "ranked_by": "points", "exploration_leads": 0,
         "ranking": "Ordered by points: not shown."},
    ],
    "rpt_lead_inbox": [
        {"icp_profile": "platform_teams", "rank": 1, "lead_id": "a", "first_name": "Sam",
         "last_name": "Sample", "profile_url": "https://www.linkedin.com/in/sam-sample",
         "title": "Head of SRE",
         "company_name": "Ours | GmbH", "who": "Head of SRE, Ours GmbH",
         "company_domain": "ours.example", "tier": "hot",
         "action": "At once, and personally", "total_score": 84, "expected_acceptance": 0.412,
         "ranked_by": "expected_acceptance", "is_exploration": False, "enrichment_score": 0.75,
         "why_now": "raised a Series B round 12 days ago; fits: tech", "missing": ["phone"],
         "channels": "LinkedIn request, e-mail",
         "warnings": "ask before 2026-02-10, or from anybody but Ines, who asked a colleague on 2026-01-27",
         "newest_signal_at": AS_OF - timedelta(days=12), "score_coverage": 91, "is_provisional": False,
         "source": "clay"},
        {"icp_profile": "platform_teams", "rank": 2, "lead_id": "b", "tier": "cold",
         "action": "Ask it as you usually ask", "total_score": 1, "expected_acceptance": 0.1,
         "ranked_by": "expected_acceptance", "is_exploration": True, "enrichment_score": None,
         "why_now": "asked to keep the score honest: drawn, whatever its points; nothing is known",
         "missing": ["e-mail", "phone"], "channels": "LinkedIn request", "score_coverage": 12,
         "is_provisional": True},
        {"icp_profile": "saas", "rank": 1, "lead_id": "b", "tier": "cold", "action": "not yet",
         "total_score": 6, "ranked_by": "points", "is_exploration": False, "why_now": "nothing",
         "missing": [], "channels": "LinkedIn request", "score_coverage": 12, "is_provisional": True},
    ],
    "rpt_watched_leads": [
        {"change_id": "1", "lead_id": "a", "icp_profile": "platform_teams", "watched_as": "person",
         "watched_since": AS_OF - timedelta(days=9), "profile_url": "https://www.linkedin.com/in/sam-sample",
         "who": "Head of SRE, Ours GmbH", "tier": "hot", "total_score": 84, "tier_before": "warm",
         "score_before": 66, "compared_with": AS_OF - timedelta(days=9), "is_news": True,
         "what_changed": "was warm (66 points), is hot (84): recent funding counts now"},
        {"change_id": "2", "lead_id": "b", "icp_profile": "platform_teams", "watched_as": "company",
         "profile_url": "https://www.linkedin.com/in/b", "tier": "cold", "total_score": 1,
         "tier_before": "cold", "score_before": 1, "is_news": False},
    ],
    "rpt_icp_profiles": [
        {"icp_profile": "platform_teams", "is_default": True, "profile_order": 1, "leads": 630,
         "hot_leads": 4, "warm_leads": 36, "nurture_leads": 190, "cold_leads": 400, "provisional_leads": 120,
         "not_eligible_leads": 80, "average_coverage": 0.62},
        {"icp_profile": "saas", "is_default": False, "profile_order": 2, "leads": 630, "hot_leads": 0,
         "warm_leads": 2, "nurture_leads": 28, "cold_leads": 600, "provisional_leads": 590,
         "not_eligible_leads": 300, "average_coverage": 0.31},
    ],
    "rpt_score_validation": [
        {"icp_profile": "platform_teams", "metric": "auc", "scope": "all", "value": 0.583, "ci_low": 0.531,
         "ci_high": 0.635, "n": 812, "accepted": 196, "verdict": "orders"},
        {"icp_profile": "platform_teams", "metric": "acceptance", "scope": "tier:cold", "value": 0.2014,
         "ci_low": 0.17, "ci_high": 0.237, "n": 541, "accepted": 109},
        {"icp_profile": "platform_teams", "metric": "acceptance", "scope": "tier:hot", "value": 0.5,
         "ci_low": 0.15, "ci_high": 0.85, "n": 4, "accepted": 2},
        {"icp_profile": "platform_teams", "metric": "expected_acceptance", "scope": "tier:cold",
         "value": 0.2014, "ci_low": 0.152, "ci_high": 0.258, "n": 400},
        {"icp_profile": "saas", "metric": "auc", "scope": "all", "n": 118, "accepted": 31,
         "verdict": "collecting"},
    ],
    "rpt_signal_value": [
        {"icp_profile": "platform_teams", "component": "recent_funding", "component_group": "intent",
         "points": 30, "points_of_total": 12.0, "verdict": "as_given", "is_called_wrong": False,
         "suggested_points": 34},
        {"icp_profile": "platform_teams", "component": "tech_stack_change", "component_group": "intent",
         "points": 20, "points_of_total": 8.0, "verdict": "wrong_sign", "is_called_wrong": True,
         "suggested_points": -12},
    ],
    "rpt_outreach_metrics": [
        outreach("all", "All by segment", 300, 71, 14, 3, sure=11, possible=12, undated=2,
                 reply_target="not_yet"),
        outreach("not_by_segment", "Other requests", 900, 200, 31, 0),
        outreach("builders", "Builders | ours", 180, 50, 11, 3, sure=10, possible=10),
        outreach("platform_leaders", "Platform leaders", 120, 21, 3, 0),
    ],
    "rpt_message_tests": [
        {"test_id": "t1", "test_name": "shorter_note", "metric": "acceptance", "result": "not_yet",
         "started_at": AS_OF - timedelta(days=20),
         "words": "look 3 of 12: not yet. 210 more requests of each text have to become old enough"},
    ],
    "rpt_plan_weeks": [
        {"week": date(2026, 1, 19), "planned": 40, "handed_over": 38, "missed": 2, "sent": 36, "accepted": 8,
         "mature_sent": 30, "mature_accepted": 7, "expected_of_mature": 6.42},
        {"week": date(2026, 1, 26), "planned": 40, "handed_over": 12, "missed": 0, "sent": 9, "accepted": 1,
         "mature_sent": 0, "mature_accepted": 0, "expected_of_mature": 0.0},
    ],
    "rpt_outreach_learning": [
        {"segment": "builders", "step": "connection_note", "dimension": "variant", "value": "builders_note",
         "place": 1, "judged": 90, "because": "described", "favored": "builders_note",
         "recommendation": "builders_note, best with a chance of 97 %, and ahead of builders_question by 2 "
                           "to 31 points. Lots were not drawn, so it may be who got which: a registered test "
                           "would show"},
        {"segment": "builders", "step": "first_message", "dimension": "variant", "value": "builders_first",
         "place": 1, "judged": 41, "because": "alone",
         "recommendation": "none yet: builders_first is the only one, and a second one, in a registered "
                           "test, would show more"},
    ],
    "rpt_lead_completeness": [
        *known("complete", 1, "title, company_size, email", (170, 120, 188)),
        *known("title", 2, "title", (200, 210, 220)),
        *known("company_size", 5, "company_size", (180, 130, 200)),
        *known("email", 9, "email", (0, 90, 110)),
        *known("phone", 10, "phone", (0, 0, 0)),
    ],
    "rpt_enrichment_weeks": [
        enriched("all", date(2026, 1, 26), 130, 110, cost_usd_to_date=9.8, covered=400,
                 accepted_of_covered=89),
        enriched("apollo", date(2026, 1, 19), 300, 280, cost_usd_to_date=7.35, covered=280,
                 accepted_of_covered=60),
        enriched("apollo", date(2026, 1, 26), 100, 90, cost_usd_to_date=9.8, covered=370,
                 accepted_of_covered=81),
        enriched("builtwith", date(2026, 1, 26), 30, 20, calls_without_price=20, covered=150),
        *(enriched("hunter", date(2025, 12, day), 9, 0) for day in (1, 8, 15, 22, 29)),
        *(enriched("hunter", date(2026, 1, day), 9, 0) for day in (5, 12)),
    ],
    "rpt_enrichment_fields": [
        {"field": "company_industry", "integrations": 4, "leads_with_value": 400, "leads_with_several": 120,
         "conflicting_leads": 30, "conflict_rate": 0.25},
        {"field": "title", "integrations": 2, "leads_with_value": 370, "leads_with_several": 0,
         "conflicting_leads": 0},
    ],
    "rpt_health": [
        {"line_number": 1, "severity": "note", "topic": "invalid_profile_urls", "affected": 7,
         "message": "7 of 2300 leads have no usable LinkedIn profile URL; they are counted, but can't be "
                    "joined to anything."},
    ],
    "rpt_segment_performance": [
        segment("source", "clay", "Clay", leads_imported=1400, sent=800, accepted=228, mature_sent=258,
                mature_accepted=62, mature_replied=15, verdict="no_evidence", difference=0.0002,
                difference_low=-0.073, difference_high=0.074, detectable_difference=0.106, p_value=0.99,
                q_value=0.99, eb_rate=0.24),
        segment("source", "zoominfo", "ZoomInfo", leads_imported=742, sent=400, accepted=72, mature_sent=250,
                mature_accepted=60, verdict="lower", difference=-0.182, difference_low=-0.231,
                difference_high=-0.124, detectable_difference=0.106, p_value=1e-6, q_value=2e-6,
                eb_rate=0.24),
        segment("source", "unknown", "Unknown", leads_imported=8, sent=4, accepted=1, mature_sent=4,
                mature_accepted=1),
        segment("icp", "sre", "SRE", leads_imported=2150, sent=1204, accepted=301, mature_sent=512,
                mature_accepted=123),
        segment("keyword", "kubernetes", leads_imported=900, sent=700, accepted=201, mature_sent=320,
                mature_accepted=90, verdict="higher", difference=0.11, difference_low=0.05,
                difference_high=0.17, eb_rate=0.28),
        segment("keyword", "pager", leads_imported=200, sent=150, accepted=4, mature_sent=100,
                mature_accepted=2, verdict="lower", difference=-0.24, difference_low=-0.27,
                difference_high=-0.18, eb_rate=0.06, dead_rank=1),
        segment("keyword", "on-call", leads_imported=800, sent=650, accepted=101, mature_sent=300,
                mature_accepted=21, verdict="underpowered", detectable_difference=0.25, eb_rate=0.07),
        segment("keyword", "terraform", leads_imported=20, sent=9, accepted=2, mature_sent=3),
        segment("account_type", "real_personal", leads_imported=1600, sent=904, accepted=261, mature_sent=400,
                mature_accepted=103, verdict="not_separable", senders=2),
        segment("account_type", "ai_mirror_saas", leads_imported=550, sent=300, accepted=40, mature_sent=112,
                mature_accepted=20, verdict="not_separable", senders=1),
        segment("account_gender", "female", leads_imported=1100, sent=704, accepted=181, mature_sent=312,
                mature_accepted=83, verdict="not_separable", senders=2),
        segment("account_gender", "male", leads_imported=1000, sent=500, accepted=120, mature_sent=200,
                mature_accepted=40, verdict="not_separable", senders=1),
        segment("account_job_title", "SRE", leads_imported=1000, sent=500, accepted=120, mature_sent=200,
                mature_accepted=40, verdict="not_separable", senders=1),
        segment("account_gender", "unassigned", "No sender assigned", leads_imported=50),
        segment("region", "eu", "Europe", leads_imported=2150, sent=1204, accepted=301, mature_sent=512,
                mature_accepted=123),
        segment("employment", "unknown", "Unknown", leads_imported=2150, sent=1204, accepted=301,
                mature_sent=512, mature_accepted=123),
        segment("lead_gender", "female", "Female", verdict="suppressed", volume_rank=1),
        segment("lead_gender", "male", "Male", verdict="suppressed", volume_rank=2),
        segment("lead_gender", "unknown", "Unknown", leads_imported=2100, sent=1190, accepted=296,
                mature_sent=500, mature_accepted=119, verdict="background", people=2300, is_collected=True,
                volume_rank=3),
        *(segment("batch", f"batch {number:02}", sent=100 - number) for number in range(22)),
    ],
    "rpt_account_lead_comparison": [
        comparison("gender", (20, 110), (41, 148), first_sent=None, first_accepted=None, second_sent=None,
                   second_accepted=None, not_comparable=None, first_standardized_rate=None, people=None,
                   verdict="suppressed"),
        comparison("industry", (67, 200), (134, 485), verdict="not_separable", odds_ratio=1.29,
                   odds_ratio_low=0.9, odds_ratio_high=1.86, people=681, first_senders=5, second_senders=5,
                   strata_with_evidence=5, not_separable_because="one_account_value"),
        comparison("seniority", (94, 319), (130, 421), verdict="no_evidence", odds_ratio=0.84,
                   odds_ratio_low=0.6, odds_ratio_high=1.17, people=736, first_senders=5, second_senders=5,
                   strata_with_evidence=5, not_comparable=121, detectable_difference=0.0955),
        comparison("account_type", (60, 400), (110, 400), verdict="lower", odds_ratio=0.47,
                   odds_ratio_low=0.3, odds_ratio_high=0.7, people=800, first_senders=3, second_senders=4,
                   strata_with_evidence=9),
    ],
    "rpt_account_lead_match": [
        cell("gender", "female", "female", "same", verdict="suppressed"),
        cell("gender", "female", "male", "different", verdict="suppressed"),
        cell("gender", "male", "female", "different", verdict="suppressed"),
        cell("gender", "male", "male", "same", verdict="suppressed"),
        cell("gender", "neutral", "male", "not_comparable", mature_sent=40, mature_accepted=10, people=40,
             verdict="background"),
        cell("seniority", "senior", "mid", "different", mature_sent=188, mature_accepted=56),
        cell("seniority", "senior", "exec", "different", mature_sent=4, mature_accepted=1),
        cell("seniority", "senior", "senior", "same", mature_sent=40, mature_accepted=12, accept_rate=None,
             accept_rate_low=0.282, accept_rate_high=0.317, rate_withheld_because="connected_before"),
        cell("industry", "tech", "unknown", "not_comparable", mature_sent=192, mature_accepted=57,
             is_collected=False),
        cell("seniority_by_account", "50001", "senior", "not_comparable", mature_sent=40, mature_accepted=12),
        cell("seniority_by_account", "50002", "exec", "not_comparable", mature_sent=12, mature_accepted=1),
        cell("gender_by_account", "50001", "male", "not_comparable", mature_sent=40, mature_accepted=10),
        cell("gender_by_account", "50002", "male", "not_comparable", verdict="suppressed"),
    ],
    "rpt_change_decomposition": [
        change("source", 1, "volume", 40.386, count_before=1000, count_now=1150),
        change("source", 2, "mix", -26.287),
        change("source", 3, "rate", -18.099, contribution_low=-48.0, contribution_high=11.8,
               verdict="no_evidence"),
        change("account", 1, "volume", 40.4, count_before=1000, count_now=1150),
        change("account", 2, "mix", 0.0),
        change("account", 3, "rate", -44.4, contribution_low=-80.1, contribution_high=-8.7, verdict="lower"),
        change("stage", 1, "imported", 75.56, count_before=2000, count_now=2600),
        change("stage", 2, "enrolled", -35.31, count_before=1000, count_now=1150),
        change("stage", 3, "sent", 0.0, count_before=1000, count_now=1150),
        change("stage", 4, "accepted", -44.25, count_before=290, count_now=286),
    ],
    "rpt_time_to_accept": [
        time_to_accept("all", "all", "All", requests=1800, accepted=520, resolution_hours=6.0,
                       median=(14.6, 11.9, 17.9), p75=(51.9, 48.2, 55.0), p90=(160.4, 155.0, 166.0),
                       shares=(0.17, 0.2, 0.22, 0.26, 0.28, 0.29)),
        time_to_accept("source", "clay", "Clay", requests=900, accepted=9, resolution_hours=6.0,
                       withheld_because="few", shares=(0.004, 0.005, 0.006, 0.008, 0.01, 0.01)),
        time_to_accept("source", "zoominfo", "ZoomInfo", requests=900, accepted=200, resolution_hours=60.0,
                       withheld_because="resolution", p90=(170.0, 150.0, 200.0),
                       shares=(None, None, None, 0.2, 0.21, 0.22)),
        time_to_accept("region", "eu", "EU", requests=10),
    ],
    "rpt_sent_weeks": [
        {"sent_week": date(2026, 1, 5), "is_usable_in_rate": True, "sent": 512,
         "accepted_to_date": 130, "mature_sent": 512, "mature_accepted": 123,
         "mature_share": 1.0, "accept_rate": 0.2402, "ci_low": 0.205,
         "ci_high": 0.279, "expected_final_rate": 0.254},
        {"sent_week": date(2026, 1, 26), "sent": 692, "accepted_to_date": 171, "mature_sent": 0,
         "mature_accepted": 0, "mature_share": 0.0, "expected_final_rate": 0.29},
    ],
    "rpt_notes": [
        {"note_number": 1, "note_date": date(2026, 1, 14), "note": "Shorter | note", "is_in_the_weeks": True},
        {"note_number": 2, "note_date": date(2025, 1, 14), "note": "Long ago", "is_in_the_weeks": False},
    ],
    "rpt_weekly_trend": [
        {"report_week": date(2026, 1, 19), "period_start": date(2025, 12, 26),
         "period_end": date(2026, 1, 26), "reports": 9, "leads_imported": 1600, "sent": 960, "accepted": 240,
         "mature_sent": 400, "mature_accepted": 90, "accept_rate": 0.225, "ci_low": 0.187, "ci_high": 0.268,
         "attribution_coverage": 0.9},
        {"report_week": date(2026, 1, 26), "period_start": date(2026, 1, 1),
         "period_end": date(2026, 2, 1), "reports": 8, "leads_imported": 1800, "sent": 1204, "accepted": 301,
         "mature_sent": 5, "mature_accepted": 1, "attribution_coverage": 0.93},
    ],
    "rpt_account_performance": [
        account("50001", "Dana", sent=404, accepted=141, mature_sent=200, mature_accepted=63,
                mature_replied=14,
                sent_per_business_day=18.36, idle_days=1, main_idle_reason="no_queue", limit_hit_days=4,
                queued=200),
        account("50002", "Milo", is_auth_valid=False, unable_because="sender_auth_invalid",
                sent=500, accepted=120, mature_sent=200, mature_accepted=40, sent_per_business_day=22.73,
                idle_days=6, main_idle_reason="sender_auth_invalid", queued=310),
        account("50003", "AI Sarah", account_type="ai_mirror_saas", is_in_request_cooldown=True,
                unable_because="sender_cooldown", sent=300, accepted=40, mature_sent=112, mature_accepted=20,
                sent_per_business_day=13.64, idle_days=3, main_idle_reason="sender_cooldown", queued=130),
        account("50004", "Account 50004", account_type="unknown", configuration_status="inferred",
                is_listed=False, is_auth_valid=None, is_in_request_cooldown=None,
                unable_because="sender_gone", business_days=0),
        account("50005", "Nora", idle_days=22, main_idle_reason="limit_zero", sent_per_business_day=0.0),
    ],
    "heyreach_accounts": [
        {"account_id": "50001", "account_type": "real_personal", "gender": "female"},
        {"account_id": "50002", "account_type": "real_personal", "gender": "male"},
        {"account_id": "50003", "account_type": "ai_mirror_saas", "gender": "female"},
        {"account_id": "50004", "account_type": "unknown", "gender": "unknown"},
        {"account_id": "50005", "account_type": "real_personal", "gender": "female"},
    ],
    "rpt_campaign_performance": [
        campaign("40001", "Q1 platform engineers", mature_share=0.458, median_hours=14.6, sent_gap=-1,
                 accepted_gap=0, sent=1100, accepted=290, mature_sent=504,
                 mature_accepted=121, enrolled=1800, queued=500, open_requests=700, expired=110, failed=30,
                 excluded=40, already_connected=60, progress_total=1800, progress_in_progress=900,
                 progress_pending=-3, progress_finished=850, progress_failed=53),
        campaign("40002", "Winter SRE", campaign_status="PAUSED", campaign_state="paused", sent=104,
                 accepted=11, mature_sent=8, mature_accepted=2, enrolled=260, queued=140, open_requests=93,
                 progress_total=260,
                 progress_in_progress=120, progress_pending=140, progress_finished=0, progress_failed=0),
        campaign("40003", "Campaign 40003", campaign_status="unknown", campaign_state="gone",
                 is_present=False),
    ],
}  # fmt: skip

# A workspace without anything in it.
EMPTY = {
    "rpt_verdict_calendar": [
        asked(
            "accept_rate",
            "First accept rate",
            "no date yet, because no request has been sent.",
            question_order=1,
            reason_unknown="nothing_sent",
        ),
        asked(
            "verdict_source",
            "First verdict on sources",
            "no date yet, because no request has been sent.",
            question_order=2,
            reason_unknown="nothing_sent",
        ),
    ],
    "rpt_summary": [summary(is_demo=True)],
    "rpt_funnel": funnel(0, 0, 0, 0, 0),
    "rpt_change_decomposition": [
        change("source", 1, "volume", None, not_compared_because="nothing_pulled", verdict="collecting"),
    ],
}

# A workspace that had been at work before it was first pulled.
FIRST_PULL = {
    "rpt_verdict_calendar": [
        asked("accept_rate", "First accept rate", "about 12 February 2026, even if nothing more is sent (10 "
              "requests have to be old enough).", question_order=1, known_on=date(2026, 2, 12),
              needs_mature=10, has_mature=0, sent_waiting_to_mature=203, pace_per_week=63.5,
              counted_from=date(2026, 1, 26)),
        asked("verdict_source", "First verdict on sources", "about 12 March 2026 at this pace (412 requests "
              "have to be old enough; Clay | Co against all others first).", question_order=2,
              known_on=date(2026, 3, 12), needs_mature=412, segment_label="Clay | Co"),
        asked("verdict_icp", "First verdict on ICPs", "no date, because all requests so far are of one kind, "
              "or don't say of which.", question_order=3, reason_unknown="nothing_to_compare"),
        asked("verdict_account", "First verdict on senders", "no date, because all requests so far are of "
              "one kind, or don't say of which.", question_order=4, reason_unknown="nothing_to_compare"),
        asked("acceptance_alarm", "Alarm on a sudden drop of acceptance", "known already.", question_order=9,
              is_known=True),
    ],
    "rpt_early_acceptance": [
        early("source", 1, "Manual", 41, 12),
        early("source", 2, "Clay | Co", 80, 11),
        early("icp", 1, "SRE", 121, 23),
    ],
    "rpt_summary": [
        summary(
            leads_undated=900, sent=3, sent_undated=800, sent_to_date=1003, accepted_to_date=211,
            is_mostly_undated=True, people_known=1100, queued=97, attribution_coverage=0.41,
        )
    ],
    "rpt_funnel": funnel(0, 0, 0, 0, 0),
    "rpt_change_decomposition": [
        change("source", 1, "volume", None, not_compared_because="before_first_pull", verdict="collecting"),
    ],
    "rpt_health": [
        {"line_number": 1, "severity": "blind", "topic": "requests_undated", "affected": 800,
         "message": "800 of 1003 requests went out before the first pull and can't be dated to this period: "
                    "they count as accepted to date, and in no rate."},
    ],
    "rpt_segment_performance": [
        segment("source", "clay", "Clay", sent=3, sent_undated=794, sent_to_date=997, accepted_to_date=210),
        segment("source", "unknown", "Unknown", sent_undated=6, sent_to_date=6, accepted_to_date=1),
        segment("icp", "unknown", "Unknown", sent=3, sent_undated=800, sent_to_date=1003,
                accepted_to_date=211),
        segment("account_type", "real_personal", sent=3, sent_undated=800, sent_to_date=1003,
                accepted_to_date=211),
        segment("account_gender", "neutral", sent=3, sent_undated=800, sent_to_date=1003,
                accepted_to_date=211),
    ],
    "rpt_account_performance": [
        account("50001", "Dana", sent=3, sent_undated=800, sent_to_date=1003, accepted_to_date=211,
                sent_per_business_day=0.75, business_days=4, idle_days=3, main_idle_reason="paused_campaigns",
                queued=97),
    ],
    "heyreach_accounts": [{"account_id": "50001", "account_type": "real_personal", "gender": "neutral"}],
    "rpt_campaign_performance": [
        campaign("40001", "Everything before", campaign_status="FINISHED", campaign_state="finished",
                 sent=3, sent_undated=800, sent_to_date=1003, accepted_to_date=211, enrolled=1100, queued=97,
                 open_requests=92,
                 expired=700),
    ],
}  # fmt: skip
