"""The project is a checkout and no package: it says so, and works from any folder where it is installed."""

import subprocess
import sys
import zipfile
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PACKAGES = ("extract", "reports", "dbt_project")
TAKEN = ("pyproject.toml", "README.md", *(f"{name}/__init__.py" for name in PACKAGES))


def test_a_wheel_holds_no_code_that_could_not_work(tmp_path):
    for name in TAKEN:
        (tmp_path / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / name).write_bytes((PROJECT / name).read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-q"]
    subprocess.run([*build, "-w", tmp_path, tmp_path / "copy"], check=True, capture_output=True, text=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        folders = {name.partition("/")[0] for name in packed.namelist()}
    assert all(folder.endswith(".dist-info") for folder in folders), folders


def test_the_command_works_from_any_folder(tmp_path):
    command = Path(sys.executable).with_name("connection-analytics")
    shown = subprocess.run([command, "--help"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "--since" in shown.stdout
    assert list(tmp_path.iterdir()) == []
