"""By what the figures are judged: each threshold, what it is as shipped, and between what it may lie."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AnalyticsSettings:
    """How requests are dated, judged and shown; config/settings.yaml explains each.

    `required_attribution_fields` is a comma-separated text, as the warehouse reads it.
    """

    acceptance_window_days: int = 14
    detection_lag_days: int = 2
    expiry_days: int = 30
    dating_resolution_days: int = 3
    hide_rate_below: int = 10
    collecting_below: int = 30
    coverage_warn_percent: int = 95
    coverage_fail_percent: int = 80
    smallest_loss_accepts_per_week: int = 1
    stall_business_days: int = 10
    weekly_request_limit: int = 100
    normal_invalid_percent: int = 5
    normal_duplicate_percent: int = 10
    sensitive_cell_minimum: int = 10
    early_window_days: int = 3
    acceptance_drop_percent: int = 33
    acceptance_alarm_level: int = 4
    volume_drop_percent: int = 50
    pull_gap_hours: int = 36
    figures_old_after_hours: int = 26
    required_attribution_fields: str = "source,source_list,icp,batch_id"


ANALYTICS_RANGES = {
    "acceptance_window_days": (1, 90),
    "detection_lag_days": (0, 30),
    "expiry_days": (1, 365),
    "dating_resolution_days": (1, 30),
    "hide_rate_below": (1, 1000),
    "collecting_below": (1, 10_000),
    "coverage_warn_percent": (0, 100),
    "coverage_fail_percent": (0, 100),
    "smallest_loss_accepts_per_week": (0, 1000),
    "stall_business_days": (2, 60),
    "weekly_request_limit": (1, 1000),
    "normal_invalid_percent": (0, 100),
    "normal_duplicate_percent": (0, 100),
    # The floor protects people: it can be raised, not lowered.
    "sensitive_cell_minimum": (10, 1000),
    "early_window_days": (1, 14),
    "acceptance_drop_percent": (10, 90),
    "acceptance_alarm_level": (2, 20),
    "volume_drop_percent": (10, 100),
    "pull_gap_hours": (1, 1000),
    "figures_old_after_hours": (1, 1000),
}
