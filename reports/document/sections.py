"""The sections of the report, in the order in which they are printed: move a line, and everything follows.

Numbers, headings, contents, charts and references between sections are derived from here; a test holds the
exposure to the models. What a section prints is templates/sections/<key>.md.j2.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """One section: its key, its title, the marts it prints, and whether it is counted among the numbered."""

    key: str
    title: str
    models: tuple[str, ...] = ()
    is_numbered: bool = True

    @property
    def number(self) -> int | None:
        """Its place among the numbered, from 1; None for one that has no number."""
        return NUMBERED.index(self) + 1 if self.is_numbered else None

    @property
    def template(self) -> str:
        """The template of what is below its heading."""
        return f"sections/{self.key}.md.j2"


_SEGMENTS = ("rpt_segment_performance",)
SECTIONS = (
    Section(
        "first",
        "What to do first",
        (
            "rpt_headline",
            "rpt_diagnosis",
            "rpt_bottlenecks",
            "rpt_anomalies",
            "rpt_health",
            "rpt_verdict_calendar",
            "rpt_early_acceptance",
        ),
        is_numbered=False,
    ),
    Section("standing", "Leads and senders", ("rpt_funnel", "rpt_account_performance"), is_numbered=False),
    Section("summary", "Summary", ("rpt_summary", "rpt_benchmarks", "rpt_change_decomposition")),
    Section("funnel", "Funnel", ("rpt_funnel", "rpt_import_performance", "rpt_attribution_coverage")),
    Section("by_source", "By source", _SEGMENTS),
    Section("by_icp", "By ICP", _SEGMENTS),
    Section("by_keyword", "By keywords", _SEGMENTS),
    Section("by_account", "By sender account", ("rpt_account_performance",)),
    Section("by_account_type", "By account type", _SEGMENTS),
    Section("by_account_gender", "By account gender", _SEGMENTS),
    Section("by_account_job_title", "By account job title", _SEGMENTS),
    Section("match", "Account against lead", ("rpt_account_lead_match", "rpt_account_lead_comparison")),
    Section("more", "More breakdowns", (*_SEGMENTS, "rpt_crossed_segments"), is_numbered=False),
    Section("by_campaign", "By campaign", ("rpt_campaign_performance",)),
    Section(
        "time_to_accept",
        "Time to accept",
        ("rpt_time_to_accept", "rpt_sent_weeks", "rpt_notes", "rpt_weekly_trend"),
    ),
    Section(
        "bottlenecks",
        "Bottleneck diagnosis",
        (
            "rpt_bottlenecks",
            "rpt_import_performance",
            "rpt_account_lead_comparison",
            "rpt_recommendations",
            "rpt_experiments",
        ),
    ),
    Section("outcomes", "What came of advice", ("rpt_advice_outcomes",), is_numbered=False),
    Section(
        "inbox",
        "Whom to ask next",
        ("rpt_lead_inbox", "rpt_inbox_profiles", "rpt_watched_leads"),
        is_numbered=False,
    ),
    Section("scores", "Whom leads fit", ("rpt_icp_profiles",), is_numbered=False),
    Section(
        "belief",
        "Whether scores deserve to be believed",
        ("rpt_score_validation", "rpt_signal_value"),
        is_numbered=False,
    ),
    Section(
        "outreach",
        "What came of outreach",
        ("rpt_outreach_metrics", "rpt_message_tests", "rpt_plan_weeks", "rpt_outreach_learning"),
        is_numbered=False,
    ),
    Section(
        "enrichment",
        "Enrichment",
        ("rpt_lead_completeness", "rpt_enrichment_weeks", "rpt_enrichment_fields"),
        is_numbered=False,
    ),
    Section("trust", "What to know before trusting the figures", ("rpt_health",), is_numbered=False),
    Section("reading", "How to read the figures", is_numbered=False),
)
NUMBERED = tuple(section for section in SECTIONS if section.is_numbered)
BY_KEY = {section.key: section for section in SECTIONS}
