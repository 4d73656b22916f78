from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack

import pytest

from creative_assets.standin.behaviour import Behaviour
from tests.e2e.harness import Deployment, deployment


@pytest.fixture(scope="module")
def deploy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Behaviour], Deployment]]:
    """Starts deployments that live as long as the module's tests."""
    with ExitStack() as stack:

        def start(behaviour: Behaviour) -> Deployment:
            root = tmp_path_factory.mktemp("deployment")
            return stack.enter_context(deployment(root, behaviour))

        yield start


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what Dagster wrote beside a failed test."""
    report = yield
    arguments = item.funcargs.values() if isinstance(item, pytest.Function) else ()
    for place in arguments:
        if report.failed and isinstance(place, Deployment):
            report.sections.append(("Dagster's log", place.log()))
    return report
