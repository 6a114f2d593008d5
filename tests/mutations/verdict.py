"""A plugin of pytest: whether a test that failed noticed something, into the file MUTATION_VERDICT names.

It also holds that the code under test is that of the folder it runs in, wherever the project is installed.
"""

import json
import os
import re
from pathlib import Path

import pytest

# What a test may quote of code or SQL that can't run at all.
_BROKEN = re.compile(
    r"\b(Parser|Binder|Catalog|Compilation|Conversion) Error\b"
    r"|\b(SyntaxError|NameError|ImportError|ModuleNotFoundError|AttributeError|UnboundLocalError|UndefinedError)\b"
)
_results: list[dict] = []


def pytest_sessionstart() -> None:
    import dbt_project  # noqa: PLC0415
    import extract  # noqa: PLC0415
    import reports  # noqa: PLC0415
    import tests  # noqa: PLC0415

    for package in (dbt_project, extract, reports, tests):
        place = Path(package.__file__ or package.__path__[0]).resolve()
        if not place.is_relative_to(Path.cwd().resolve()):
            raise pytest.UsageError(f"{package.__name__} comes from {place}, and not from {Path.cwd()}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    if report.when == "call" or report.outcome != "passed":
        text = f"{report.longreprtext}\n{report.caplog}\n{report.capstdout}\n{report.capstderr}"
        is_notice = bool(call.excinfo) and (
            _is_notice(call.excinfo.value) or _is_unpacked(item, call.excinfo)
        )
        _results.append(
            {
                "test": item.nodeid,
                "outcome": report.outcome,
                "is_noticed": report.failed and is_notice and not _BROKEN.search(text),
                "text": text[-3000:] if report.failed else "",
            }
        )
    return report


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _results.append(
            {
                "test": report.nodeid,
                "outcome": "failed",
                "is_noticed": False,
                "text": report.longreprtext[-3000:],
            }
        )


def pytest_sessionfinish() -> None:
    Path(os.environ["MUTATION_VERDICT"]).write_text(json.dumps(_results), encoding="utf-8")


def _is_notice(error: BaseException) -> bool:
    """Whether a test noticed: its assertion, nothing raised where something must be, a refusal of ours."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(_is_notice, error.exceptions))
    is_ours = type(error).__module__.partition(".")[0] in ("dbt_project", "extract", "reports")
    return isinstance(error, AssertionError | pytest.fail.Exception) or is_ours


def _is_unpacked(item: pytest.Item, raised: pytest.ExceptionInfo) -> bool:
    """Whether the test itself found another number of things than it names: `[(line,)] = ...`."""
    is_number = isinstance(raised.value, ValueError) and "values to unpack" in str(raised.value)
    return is_number and Path(raised.traceback[-1].path) == item.path
