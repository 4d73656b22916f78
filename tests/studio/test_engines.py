"""A database that cannot be used says why, and one that is away for a while is waited for."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from creative_assets.studio.database import Database, open_database
from creative_assets.studio.engines import MOST_CONNECTIONS
from creative_assets.studio.errors import RequestRejectedError, ServerFaultError
from creative_assets.studio.records import open_records
from creative_assets.studio.records.briefs import BRIEFS, Briefs
from tests.postgres import PostgresServer
from tests.studio.records.rows import BRIEF


def test_a_server_that_is_not_there_may_be_tomorrow_and_its_password_is_in_no_message() -> None:
    with pytest.raises(ServerFaultError, match="did not answer") as fault:
        open_records("postgresql://user:sesame@127.0.0.1:1/db")

    assert "sesame" not in str(fault.value)


def test_a_wrong_password_a_missing_database_or_right_says_what_to_do(
    postgres: PostgresServer,
) -> None:
    refused = [postgres.url_of_locked_out(), postgres.url("nowhere"), postgres.url(user="nobody")]
    for url in refused:
        with pytest.raises(RequestRejectedError, match="let this user in and write") as fault:
            open_database(url, patience_s=30)

        assert fault.value.everywhere
        assert "wrong-password" not in str(fault.value)


def test_a_file_that_cannot_be_opened_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "records.db").mkdir()

    with pytest.raises(RequestRejectedError, match="point the records to another place"):
        open_records(f"sqlite:///{tmp_path}/records.db")


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """A PostgreSQL database, for whoever has patience."""
    opened = open_database(postgres_url, patience_s=30)
    yield opened
    opened.close()


def ask(database: Database, question: str = "SELECT 1") -> str:
    with database.reading() as connection:
        return str(connection.exec_driver_sql(question).scalar())


def test_a_restart_between_two_questions_goes_unnoticed(
    postgres: PostgresServer, postgres_url: str
) -> None:
    hasty = open_database(postgres_url)
    before = ask(hasty)
    postgres.stop()
    postgres.start()

    assert ask(hasty) == before
    hasty.close()


def test_who_has_patience_waits_for_a_server_that_starts(
    postgres: PostgresServer, postgres_url: str, database: Database
) -> None:
    postgres.crash()
    with pytest.raises(ServerFaultError):
        open_database(postgres_url)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, database)
        postgres.start()

        assert answer.result() == "1"


def test_a_transaction_that_is_cut_off_is_undone_and_may_be_tried_again(
    postgres: PostgresServer, database: Database
) -> None:
    briefs = Briefs(database)

    def save_and_be_cut_off() -> None:
        with database.writing() as connection:
            database.upsert(connection, BRIEFS, [asdict(BRIEF)])
            postgres.crash()
            postgres.start()

    with pytest.raises(ServerFaultError):
        save_and_be_cut_off()

    assert briefs.known() == {}
    briefs.save(BRIEF)
    assert briefs.known() == {BRIEF.path: BRIEF}


def test_changes_of_the_same_rows_in_any_order_never_wait_for_each_other_for_ever(
    database: Database,
) -> None:
    rows = [replace(BRIEF, path=f"{number}.yaml") for number in range(200)]

    def change(turn: int) -> None:
        mine = rows[:: 1 if turn % 2 else -1]
        with database.writing() as connection:
            database.upsert(connection, BRIEFS, [asdict(row) for row in mine])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(24)))

    assert ask(database, "SELECT count(*) FROM briefs") == "200"


def test_no_statement_and_no_open_transaction_lasts_for_ever(database: Database) -> None:
    assert ask(database, "SHOW statement_timeout") == "1min"
    assert ask(database, "SHOW lock_timeout") == "30s"
    assert ask(database, "SHOW idle_in_transaction_session_timeout") == "1min"


def test_the_seventeenth_transaction_of_a_process_waits_for_a_connection(
    postgres: PostgresServer, postgres_url: str
) -> None:
    crowded = open_database(f"{postgres_url}?application_name=crowded")
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        for _ in range(MOST_CONNECTIONS):
            stack.enter_context(crowded.reading())
        late = pool.submit(ask, crowded)
        ((connections,),) = postgres.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'crowded'"
        )
        stack.close()

        assert connections == MOST_CONNECTIONS
        assert late.result() == "1"
    crowded.close()
