"""Folders that a workspace of a test's own configuration is loaded from."""

import shutil
from pathlib import Path

SHIPPED = Path(__file__).parents[1] / "config"


def project(folder: Path, **changed: str) -> Path:
    """A project in `folder`: the shipped configuration, with some files changed, as `enrichment="..."`."""
    shutil.copytree(SHIPPED, folder / "config", dirs_exist_ok=True)
    for name, text in changed.items():
        (folder / "config" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder
