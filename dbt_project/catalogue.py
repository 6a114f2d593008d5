"""What describes the columns that the catalogues name: the mart that shows them, and config/settings.yaml."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from dbt_project.rendering import returned

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

SETTINGS = Path(__file__).parents[1] / "config" / "settings.yaml"
_MARTS = {"leads": "heyreach_leads", "accounts": "heyreach_accounts", "scores": "lead_scores_at_send"}


def column_descriptions(project: "Manifest") -> dict[str, str]:
    """Column -> description, for models that pass it on without one of their own.

    A dimension's column has that of the column it is read from, a custom field that of heyreach_leads, a
    field of the account file that of heyreach_accounts, a threshold what the settings say above it.
    """
    described = {mart: _described(project, mart) for mart in (*_MARTS.values(), "heyreach_connections")}
    texts = explanations(SETTINGS.read_text(encoding="utf-8"))
    for field in returned("catalogue/*.sql", "account_fields()"):
        texts[field] = described["heyreach_accounts"].get(field, "")
    for field in returned("catalogue/*.sql", "attribution_fields()"):
        texts[field] = described["heyreach_leads"].get(field, "")
        texts[f"custom_{field}"] = (
            f"Custom field `{field}` as written, or to be sent, white space collapsed; "
            "NULL where absent, blank or a placeholder."
        )
    for entry in returned("catalogue/*.sql", "dimensions()"):
        column = entry.get("several", entry["column"])
        alias, _, name = entry.get("from", f"connections.{column}").partition(".")
        mart = _MARTS.get(alias, "heyreach_connections")
        texts[column] = described[mart].get(name, "")
    return {column: text for column, text in texts.items() if text}


def explanations(settings: str) -> dict[str, str]:
    """Threshold -> the comment above it; two that stand together share one."""
    texts = {}
    for block in re.split(r"\n\s*\n", settings):
        lines = block.splitlines()
        text = " ".join(line.removeprefix("# ") for line in lines if line.startswith("# "))
        names = [line.partition(":")[0] for line in lines if re.match(r"\w+:", line)]
        texts |= dict.fromkeys(names, text)
    return {name: texts[name] for name in returned("catalogue/*.sql", "thresholds()") if texts.get(name)}


def _described(project: "Manifest", mart: str) -> dict[str, str]:
    node = project.nodes[f"model.outbound_warehouse.{mart}"]
    return {column.name: column.description for column in node.columns.values()}
