from collections.abc import Iterator

import pytest

from tests.serving import Served, copied, serving


@pytest.fixture(scope="package")
def served(demo, tmp_path_factory) -> Iterator[Served]:
    """The demo, served from a folder of its own; whoever posts something takes another one."""
    workspace = copied(demo[0].warehouse, tmp_path_factory.mktemp("served") / "data")
    with serving(workspace) as found:
        yield found


@pytest.fixture
def own(demo, tmp_path) -> Iterator[Served]:
    """A server of the test's own."""
    with serving(copied(demo[0].warehouse, tmp_path / "data")) as found:
        yield found
