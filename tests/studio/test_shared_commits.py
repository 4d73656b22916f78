import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from creative_assets.studio.engines import make_engine
from creative_assets.studio.shared_commits import SharedCommits

WRITERS = 24
ROWS, OWNED = (sa.table(name, sa.column("number")) for name in ("rows", "owned"))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = make_engine(sa.make_url(f"sqlite:///{tmp_path}/rows.db"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE rows (number INTEGER PRIMARY KEY)")
    yield engine
    engine.dispose()


def write(number: int, commits: SharedCommits, table: sa.TableClause = ROWS) -> None:
    with commits.writing() as connection:
        connection.execute(table.insert().values(number=number))


def numbers(engine: sa.Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(ROWS.c.number).order_by(ROWS.c.number)))


def test_writers_that_wait_for_one_share_one_commit(engine: sa.Engine) -> None:
    commits = SharedCommits(engine.connect)
    counted: list[sa.Connection] = []
    sa.event.listen(engine, "commit", counted.append)
    with ThreadPoolExecutor(WRITERS) as pool:
        with commits.writing():
            waiting = [pool.submit(write, number, commits) for number in range(WRITERS)]
            while commits._waiting < WRITERS:
                threading.Event().wait(0.001)
        for each in waiting:
            each.result()

    assert len(counted) == 1
    assert numbers(engine) == list(range(WRITERS))


def test_nobody_goes_on_before_the_rows_are_kept(engine: sa.Engine) -> None:
    commits = SharedCommits(engine.connect)

    def write_and_look(number: int) -> bool:
        write(number, commits)
        return number in numbers(engine)

    with ThreadPoolExecutor(WRITERS) as pool:
        assert all(pool.map(write_and_look, range(WRITERS)))


def test_a_writer_that_fails_takes_nothing_of_the_others_along(engine: sa.Engine) -> None:
    commits = SharedCommits(engine.connect)
    write(3, commits)

    def is_kept(number: int) -> bool:
        try:
            write(number, commits)
        except sa.exc.IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        assert list(pool.map(is_kept, range(WRITERS))) == [n != 3 for n in range(WRITERS)]
    assert numbers(engine) == list(range(WRITERS))


def test_all_writers_of_a_commit_that_fails_are_told_and_the_next_ones_start_afresh(
    engine: sa.Engine,
) -> None:
    commits = SharedCommits(engine.connect)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE owned (number REFERENCES rows DEFERRABLE INITIALLY DEFERRED)"
        )
    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(write, number, commits, OWNED) for number in range(2)]

    assert [type(end.exception()) for end in ends] == [sa.exc.IntegrityError] * 2
    write(1, commits)
    assert numbers(engine) == [1]
