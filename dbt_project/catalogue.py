"""What columns that the catalogues of macros/catalogue name are described by: the mart that shows them."""

from typing import TYPE_CHECKING

from dbt_project.rendering import returned

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_MARTS = {"leads": "heyreach_leads", "accounts": "heyreach_accounts"}


def column_descriptions(project: "Manifest") -> dict[str, str]:
    """Column -> description, for models that pass it on without one of their own.

    A dimension's column has that of the column it is read from, a custom field that of heyreach_leads, a
    field of the account file that of heyreach_accounts.
    """
    described = {
        mart: _described(project, mart)
        for mart in ("heyreach_leads", "heyreach_accounts", "heyreach_connections")
    }
    texts = {}
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


def _described(project: "Manifest", mart: str) -> dict[str, str]:
    node = project.nodes[f"model.outbound_warehouse.{mart}"]
    return {column.name: column.description for column in node.columns.values()}
