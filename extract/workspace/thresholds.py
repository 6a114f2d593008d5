"""By what the figures are judged: each threshold, what it is as shipped, and between what it may lie.

Declared in dbt_project/macros/catalogue/thresholds.sql, and explained in config/settings.yaml.
"""

from dataclasses import field, make_dataclass

from dbt_project.rendering import returned

_DECLARED = returned("catalogue/thresholds.sql", "thresholds()")

AnalyticsSettings = make_dataclass(
    "AnalyticsSettings",
    [(name, type(each["default"]), field(default=each["default"])) for name, each in _DECLARED.items()],
    frozen=True,
    namespace={
        "__module__": __name__,
        "__doc__": """How requests are dated, judged and shown: each threshold, whole numbers.

        A list of names is a comma-separated text, as the warehouse reads it.
        """,
    },
)
ANALYTICS_RANGES = {name: (each["from"], each["to"]) for name, each in _DECLARED.items() if "from" in each}
# What the names of a list are out of: a macro that returns them.
ANALYTICS_LISTS = {name: each["out of"] for name, each in _DECLARED.items() if "out of" in each}
