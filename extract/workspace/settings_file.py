"""config/settings.yaml: how the figures are judged and for how long data is kept."""

from dataclasses import dataclass
from pathlib import Path

from dbt_project.rendering import returned
from extract.workspace import strict_yaml
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import quoted, shown, suggestion
from extract.workspace.thresholds import ANALYTICS_LISTS, ANALYTICS_RANGES, AnalyticsSettings
from extract.workspace.values import whole_number


@dataclass(frozen=True)
class RetentionSettings:
    """For how long data is kept until `make purge` finds it too old; config/settings.yaml explains each."""

    keep_landing_days: int = 30
    keep_leads_months: int = 24
    keep_reports_days: int = 365
    keep_backups_days: int = 90
    keep_discoveries_days: int = 90


RETENTION_RANGES = {
    "keep_landing_days": (1, 3650),
    "keep_leads_months": (1, 120),
    "keep_reports_days": (1, 3650),
    "keep_backups_days": (1, 3650),
    "keep_discoveries_days": (1, 3650),
}


def read_settings_file(path: Path, problems: list[str]) -> tuple[AnalyticsSettings, RetentionSettings]:
    """The settings of config/settings.yaml; the shipped ones, and `problems`, where they can't be read."""
    shipped = AnalyticsSettings(), RetentionSettings()
    if not path.exists():
        return shipped
    try:
        document = strict_yaml.load(path)
    except ConfigurationError as error:
        problems.extend(error.problems)
        return shipped
    ranges = ANALYTICS_RANGES | RETENTION_RANGES
    known = [*ANALYTICS_RANGES, *ANALYTICS_LISTS, *RETENTION_RANGES]
    found = []
    values = {}
    for name, text in document.items():
        at = f"{shown(path)} line {document.lines[name]}:"
        if name not in known:
            found.append(f"{at} {quoted(name)} is not a setting; {suggestion(name, known)}")
            continue
        try:
            if name in ANALYTICS_LISTS:
                values[name] = _names(text, ANALYTICS_LISTS[name])
            else:
                low, high = ranges[name]
                values[name] = whole_number(text if isinstance(text, str) else "", low, high)
        except ValueError as error:
            found.append(f"{at} {name} {error}, not {quoted(text)}")
    retention = RetentionSettings(**{name: values.pop(name) for name in RETENTION_RANGES if name in values})
    analytics = AnalyticsSettings(**values)
    if not found:
        for smaller, larger, why in (
            ("acceptance_window_days", "expiry_days", "it would expire while an acceptance still counts"),
            ("hide_rate_below", "collecting_below", "a rate that is hidden can't be judged"),
            ("coverage_fail_percent", "coverage_warn_percent", "what fails must have warned before"),
            ("early_window_days", "acceptance_window_days", "what is early must come before the whole"),
        ):
            if getattr(analytics, smaller) > getattr(analytics, larger):
                line = document.lines.get(smaller) or document.lines[larger]
                found.append(f"{shown(path)} line {line}: {smaller} must not be above {larger}: {why}")
    problems.extend(found)
    return analytics, retention


def _names(value: strict_yaml.Value, out_of: str) -> str:
    names = list(value) if isinstance(value, strict_yaml.Items) else [value]
    known = returned("catalogue/*.sql", f"{out_of}()")
    unknown = [name for name in names if name not in known]
    if not names or unknown or len(set(names)) < len(names):
        raise ValueError(f"must be a list of different fields out of {', '.join(known)}")
    return ",".join(names)
