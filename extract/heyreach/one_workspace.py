"""One data folder holds one HeyReach workspace of one server: what else would be stored there is refused.

Two workspaces in one raw database would be added up, and no later look could tell them apart.
"""

from collections.abc import Collection
from pathlib import Path

from extract import raw
from extract.workspace.errors import ConfigurationError


def workspaces_of(campaigns: Collection[dict]) -> set[str]:
    """The workspaces that these campaigns say they belong to: one, or none before the first campaign."""
    return {str(row["organizationUnitId"]) for row in campaigns if row.get("organizationUnitId")}


def is_another(origin: raw.Origin | None, workspaces: Collection[str]) -> bool:
    """Whether what a key opens is not the workspace that raw was filled from, as far as both are known."""
    return bool(origin and origin.workspace_id and workspaces and origin.workspace_id not in workspaces)


def require_same_workspace(origin: raw.Origin | None, workspaces: Collection[str]) -> None:
    """Raise ConfigurationError where the key opens another workspace than raw holds."""
    if is_another(origin, workspaces):
        raise ConfigurationError(
            f"The raw database holds HeyReach workspace {origin.workspace_id}, but HEYREACH_API_KEY "
            f"belongs to workspace {min(workspaces)}: use the key of the former, or set OUTBOUND_DATA_DIR "
            "to a folder for the latter"
        )


def require_same_server(origin: raw.Origin | None, base_url: str, raw_path: Path) -> None:
    """Raise ConfigurationError where raw holds what another server said."""
    if origin and origin.base_url != base_url:
        raise ConfigurationError(
            f"{raw_path} holds data of {origin.base_url}, but HEYREACH_BASE_URL is {base_url}: "
            "set OUTBOUND_DATA_DIR to a folder for the other server, or restore the base URL"
        )
