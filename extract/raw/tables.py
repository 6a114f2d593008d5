"""The tables of the raw database: every column of each, and what identifies an observation."""

from extract.raw.routes import ROUTES

SCHEMA = "heyreach"

# Per observation table: the columns that identify a row. The last one is the row's own key, those before
# it the scope that one walk of the API covers.
OBSERVATIONS: dict[str, tuple[str, ...]] = {route.name: route.identity for route in ROUTES}

_OBSERVED = {
    "observed_at": "timestamp",
    "pull_id": "text",
    "request_number": "bigint",
    "content_hash": "text",
    "payload": "json",
}

# The state in which a file of lines was read to its end.
_FILES_READ = {
    "file_name": "text",
    "size_bytes": "bigint",
    "modified_ns": "bigint",
    "observed_at": "timestamp",
}

_LEDGERS: dict[str, dict[str, str]] = {
    # One row per pull and walk; `resource = 'pull'` closes the pull as a whole.
    "pulls": {
        "pull_id": "text",
        "landing_id": "text",
        "kind": "text",
        "resource": "text",
        "scope_id": "text",
        "started_at": "timestamp",
        "finished_at": "timestamp",
        "requests": "bigint",
        "rows_received": "bigint",
        "distinct_rows": "bigint",
        "total_count": "bigint",
        "is_complete": "bool",
        "is_needed": "bool",
        "outcome": "text",
        "note": "text",
        "received_at": "timestamp",
        "base_url": "text",
        "workspace_id": "text",
    },
    # Rows that could not be stored as observations, with the reason.
    "quarantined_rows": {
        "pull_id": "text",
        "resource": "text",
        "scope_id": "text",
        "observed_at": "timestamp",
        "reason": "text",
        "row_text": "text",
    },
    # What is known of people who were erased: how many of their campaign leads had which status, by the
    # erasure (`noted_by` erasure-...) and by each later pull that still met them (its pull_id).
    "erased_lead_counts": {
        "noted_by": "text",
        "observed_at": "timestamp",
        "campaign_id": "text",
        "account_id": "text",
        "connection_status": "text",
        "lead_rows": "bigint",
    },
    # The import ledger (extract/importer/ledger.py), landed with the next pull: imports, the rows of their
    # files, and everything that happened to a row or a request.
    "imports": {
        "import_id": "text",
        "base_url": "text",
        "target": "text",
        "campaign_id": "text",
        "list_id": "text",
        "file_name": "text",
        "file_sha256": "text",
        "mapping": "text",
        "senders": "text",
        "planned_at": "timestamp",
        "experiment": "text",
    },
    "import_rows": {
        "import_id": "text",
        "row_number": "bigint",
        "profile_url": "text",
        "person": "text",
        "account_id": "text",
        "reason": "text",
        "lead": "json",
    },
    "import_events": {
        "event_id": "bigint",
        "import_id": "text",
        "row_number": "bigint",
        "request_id": "text",
        "happened_at": "timestamp",
        "state": "text",
        "details": "json",
    },
    # Webhook payloads out of files (extract/heyreach/webhooks.py), and the files as they were when read.
    "webhook_events": {
        "event_key": "text",
        "observed_at": "timestamp",
        "file_name": "text",
        "payload": "json",
    },
    "webhook_files": _FILES_READ,
    # Lines of the operator's signal files (extract/intelligence/signal_files.py), and the files as above.
    "signal_lines": {
        "event_key": "text",
        "observed_at": "timestamp",
        "file_name": "text",
        "payload": "json",
    },
    "signal_files": _FILES_READ,
    # The enrichment ledger (extract/enrichment/ledger.py), landed with the next pull: runs, what the source
    # of their leads told, what they asked, and what it came to.
    "enrichment_runs": {
        "run_id": "text",
        "started_at": "timestamp",
        "source": "text",
        "file_name": "text",
        "file_sha256": "text",
        "integrations": "text",
        "purpose": "text",
    },
    "enrichment_source_rows": {
        "source_row_id": "bigint",
        "run_id": "text",
        "source": "text",
        "kind": "text",
        "campaign_id": "text",
        "lead_id": "text",
        "profile_url": "text",
        "person": "text",
        "observed_at": "timestamp",
        "payload": "text",
    },
    "enrichment_asks": {
        "ask_id": "bigint",
        "run_id": "text",
        "row_number": "bigint",
        "profile_url": "text",
        "person": "text",
        "integration": "text",
        "variant": "text",
        "key": "text",
        "reason": "text",
        "cached_call_id": "bigint",
    },
    "enrichment_answers": {
        "call_id": "bigint",
        "run_id": "text",
        "integration": "text",
        "variant": "text",
        "entity": "text",
        "key": "text",
        "batch_id": "text",
        "asked_at": "timestamp",
        "answered_at": "timestamp",
        "status": "text",
        "reason": "text",
        "credits": "double",
        "cost_usd": "double",
        "valid_until": "timestamp",
        "signals_asked": "bigint",
        # As text: a file of JSON objects of many shapes would be read as if they were of one.
        "fields": "text",
        "payload": "text",
    },
    # From their journals: the record of runs (extract/workspace/runs.py) and the figures that were reported
    # (extract/raw/snapshots.py).
    "pipeline_run_events": {
        "run_id": "text",
        "event_number": "bigint",
        "happened_at": "timestamp",
        "event": "text",
        "job": "text",
        "step": "text",
        "seconds": "double",
        "pulls": "bigint",
        "requests": "bigint",
        "rows_received": "bigint",
        "rows_landed": "bigint",
        "outcome": "text",
        "exit_code": "bigint",
        "error": "text",
    },
    # What the operator was told and acknowledged (reports/alerts/notices.py).
    "alert_events": {
        "notice_id": "text",
        "event_number": "bigint",
        "happened_at": "timestamp",
        "event": "text",
        "topic": "text",
        "subject": "text",
        "channel": "text",
        "error": "text",
    },
    "acknowledgements": {
        "anomaly_id": "text",
        "kind": "text",
        "dimension": "text",
        "segment": "text",
        "since": "date",
        "judged_until": "date",
        "acknowledged_at": "timestamp",
    },
    "analytics_snapshots": {
        "run_id": "text",
        "as_of": "timestamp",
        "since": "timestamp",
        "until": "timestamp",
        "reported_at": "timestamp",
        "metrics": "json",
        "advice": "json",
    },
    # What the operator said of advice (reports/jobs/advice.py).
    "advice_declarations": {
        "declaration_id": "text",
        "advice_id": "text",
        "decision": "text",
        "reason": "text",
        "as_of": "timestamp",
        "declared_at": "timestamp",
        "evidence_n": "bigint",
        "worth": "double",
    },
    # Whom the operator watches, and what was told of them (extract/intelligence/watches.py).
    "watches": {
        "watch_id": "text",
        "decision": "text",
        "profile_url": "text",
        "company_domain": "text",
        "icp_profile": "text",
        "as_of": "timestamp",
        "declared_at": "timestamp",
    },
    # Whom the operator dismissed from the inbox (extract/intelligence/dismissals.py).
    "dismissals": {
        "dismissal_id": "text",
        "decision": "text",
        "profile_url": "text",
        "icp_profile": "text",
        "total_score": "bigint",
        "reason": "text",
        "until_at": "timestamp",
        "as_of": "timestamp",
        "declared_at": "timestamp",
    },
    # Companies that searches brought (extract/intelligence/discovering.py).
    "discoveries": {
        "discovery_id": "text",
        "search_id": "text",
        "icp_profile": "text",
        "source": "text",
        "company_domain": "text",
        "found_at": "timestamp",
        "payload": "text",
    },
    # What leads were scored by (extract/intelligence/configuration.py) and put into segments by
    # (extract/outreach/configuration.py), with the texts they are written (sequences.py there), each
    # configuration once. It is named by its hash.
    "scoring_configs": {
        "config_hash": "text",
        "config": "json",
        "recorded_at": "timestamp",
    },
    # Tests of messages as they were registered, changed and removed (extract/outreach/message_tests.py).
    "message_tests": {
        "change_id": "text",
        "test_name": "text",
        "config_hash": "text",
        "config": "json",
        "recorded_at": "timestamp",
    },
    # Plans of weeks and their lines (extract/outreach/plan_ledger.py), landed with the next pull.
    "plans": {
        "plan_id": "text",
        "plan_number": "bigint",
        "base_url": "text",
        "week": "date",
        "planned_at": "timestamp",
        "as_of": "timestamp",
        "pilot": "bigint",
        "outreach_config_hash": "text",
        "expected": "json",
        "left_out": "json",
    },
    "plan_lines": {
        "plan_id": "text",
        "line_number": "bigint",
        "lead_id": "text",
        "person": "text",
        "profile_url": "text",
        "segment": "text",
        "place": "bigint",
        "day": "date",
        "account_id": "text",
        "campaign_id": "text",
        "sequence": "text",
        "variant": "text",
        "chance": "double",
        "reason": "text",
        "lead": "json",
    },
    # One row per run: what replaces "now", the period, and the settings that decide verdicts.
    "run_parameters": {
        "run_id": "text",
        "requested_at": "timestamp",
        "purpose": "text",
        "as_of": "timestamp",
        "since": "timestamp",
        "until": "timestamp",
        "against_since": "timestamp",
        "against_until": "timestamp",
        "is_demo": "bool",
        "base_url": "text",
        "acceptance_window_days": "bigint",
        "detection_lag_days": "bigint",
        "expiry_days": "bigint",
        "dating_resolution_days": "bigint",
        "hide_rate_below": "bigint",
        "collecting_below": "bigint",
        "coverage_warn_percent": "bigint",
        "coverage_fail_percent": "bigint",
        "smallest_loss_accepts_per_week": "bigint",
        "stall_business_days": "bigint",
        "weekly_request_limit": "bigint",
        "normal_invalid_percent": "bigint",
        "normal_duplicate_percent": "bigint",
        "sensitive_cell_minimum": "bigint",
        "early_window_days": "bigint",
        "acceptance_drop_percent": "bigint",
        "acceptance_alarm_level": "bigint",
        "volume_drop_percent": "bigint",
        "pull_gap_hours": "bigint",
        "required_attribution_fields": "text",
        # All of them, by name: the columns above are those of earlier releases, and there are no more.
        "thresholds": "json",
        # What the operator changed and when (config/notes.yaml).
        "notes": "json",
        # Which of scoring_configs leads are scored by.
        "scoring_config_hash": "text",
        # And which of them they are put into segments by.
        "outreach_config_hash": "text",
        # And which of them has the texts they are written.
        "sequences_config_hash": "text",
    },
}

# Column name -> dlt data type, for every raw table.
TABLES: dict[str, dict[str, str]] = {
    **{name: {**dict.fromkeys(keys, "text"), **_OBSERVED} for name, keys in OBSERVATIONS.items()},
    **_LEDGERS,
}

# What a run is told beside its thresholds.
RUN_PARAMETERS = frozenset(
    (
        *("run_id", "requested_at", "purpose", "as_of", "since", "until", "against_since", "against_until"),
        *("is_demo", "base_url", "notes", "scoring_config_hash", "outreach_config_hash"),
        "sequences_config_hash",
    )
)

DUCKDB_TYPES = {
    "text": "varchar",
    "timestamp": "timestamp with time zone",
    "date": "date",
    "bigint": "bigint",
    "double": "double",
    "bool": "boolean",
    "json": "json",
}
