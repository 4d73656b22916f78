from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import playwright.sync_api
import pytest
from playwright.sync_api import Page

from creative_assets.standin.behaviour import Behaviour
from tests.e2e.browser import browser_path
from tests.e2e.harness import Deployment, deployment, postgres_databases, sqlite_files
from tests.postgres import PostgresServer
from tests.redis_server import IS_INSTALLED

# A machine without a browser proves everything else. Asked for by name, the file fails there.
collect_ignore = [] if browser_path() else ["test_ui.py", "test_desk.py"]
collect_ignore += [] if IS_INSTALLED else ["test_workers.py"]  # nor one without Redis


@pytest.fixture(scope="module")
def deploy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Behaviour], Deployment]]:
    """Starts deployments that live as long as the module's tests."""
    with ExitStack() as stack:

        def start(behaviour: Behaviour) -> Deployment:
            root = tmp_path_factory.mktemp("deployment")
            databases = stack.enter_context(sqlite_files(root))
            return stack.enter_context(deployment(root, behaviour, databases))

        yield start


@pytest.fixture(scope="module")
def deploy_on_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> Iterator[Callable[[Behaviour], Deployment]]:
    """The same, over PostgreSQL and with production's settings of Dagster."""
    with ExitStack() as stack:

        def start(behaviour: Behaviour) -> Deployment:
            root = tmp_path_factory.mktemp("deployment")
            databases = stack.enter_context(postgres_databases(postgres))
            return stack.enter_context(deployment(root, behaviour, databases))

        yield start


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what Dagster wrote beside a failed test, and where its page was when it failed."""
    report = yield
    arguments = item.funcargs if isinstance(item, pytest.Function) else {}
    for argument in arguments.values() if report.failed else ():
        if isinstance(argument, Deployment):
            report.sections.append(("Dagster's log", argument.log()))
        if isinstance(argument, Page):
            shot = Path(str(arguments["tmp_path"])) / "page.png"
            with suppress(playwright.sync_api.Error):  # the browser itself may be gone
                argument.screenshot(path=shot)
            report.sections.append(("Screenshot", f"{argument.url}: {shot}"))
    return report
