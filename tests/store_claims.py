"""What holds for every store: each class of tests that inherits it has a `store` of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from creative_assets.studio.errors import MissingInputError, PermanentError, StoreConflictError
from creative_assets.studio.store import Store, open_store


class StoreClaims:
    """A new and empty store is expected for each test."""

    def test_what_was_put_is_what_is_read(self, store: Store) -> None:
        stored = store.put("campaigns/summer/logo.svg", b"<svg/>")

        assert store.get("campaigns/summer/logo.svg") == b"<svg/>"
        assert stored.path == "campaigns/summer/logo.svg"
        assert stored.size_bytes == 6
        assert store.get_verified(stored) == b"<svg/>"

    def test_an_empty_file_is_a_file(self, store: Store) -> None:
        store.put_once("empty", b"")

        assert store.get("empty") == b""
        assert store.find() == {"empty": store.find()["empty"]}

    def test_names_in_any_script_are_kept(self, store: Store) -> None:
        name = "campaigns/夏 2027/شعار+100% [v1]#?&.svg"
        store.put(name, b"x")

        assert list(store.find("campaigns")) == [name]
        assert store.get(name) == b"x"

    def test_put_replaces(self, store: Store) -> None:
        store.put("note", b"old")
        store.put("note", b"new")

        assert store.get("note") == b"new"

    def test_a_missing_file_is_named_with_its_full_url(self, store: Store) -> None:
        with pytest.raises(MissingInputError) as missing:
            store.get("campaigns/none.png")

        assert f"{store.url}/campaigns/none.png" in str(missing.value)

    def test_a_changed_file_is_not_taken_for_the_one_that_was_written(self, store: Store) -> None:
        stored = store.put("final.png", b"approved")
        changed = store.put("final.png", b"tampered")
        with pytest.raises(StoreConflictError) as conflict:
            store.get_verified(stored)

        assert stored.sha256 in str(conflict.value)
        assert changed.sha256 in str(conflict.value)

    def test_the_same_bytes_can_be_put_once_twice(self, store: Store) -> None:
        first = store.put_once("final.png", b"pixels")
        second = store.put_once("final.png", b"pixels")

        assert first == second

    @pytest.mark.parametrize("others", [b"other pixels", b""])
    def test_put_once_never_replaces_other_bytes(self, store: Store, others: bytes) -> None:
        first = store.put_once("final.png", b"pixels")
        with pytest.raises(StoreConflictError) as conflict:
            store.put_once("final.png", others)

        assert store.get("final.png") == b"pixels"
        assert first.sha256 in str(conflict.value)
        assert str(conflict.value).count("SHA-256") == 1

    def test_of_sixteen_threads_one_puts_once(self, store: Store) -> None:
        together = threading.Barrier(16)

        def attempt(number: int) -> bytes | None:
            content = b"%d" % number * 1000
            together.wait()
            try:
                store.put_once("raced", content)
            except StoreConflictError:
                return None
            return content

        with ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(attempt, range(16)))

        assert [won for won in outcomes if won is not None] == [store.get("raced")]

    def test_sixteen_threads_may_put_the_same_bytes_once(self, store: Store) -> None:
        together = threading.Barrier(16)

        def attempt(_: int) -> str:
            together.wait()
            return store.put_once("shared", b"same" * 1000).sha256

        with ThreadPoolExecutor(16) as pool:
            assert len(set(pool.map(attempt, range(16)))) == 1

    def test_a_reader_never_sees_half_an_object(self, store: Store) -> None:
        contents = [bytes([letter]) * 2_000_000 for letter in b"ab"]
        store.put("picture", contents[0])
        seen: list[bool] = []
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                seen.append(store.get("picture") in contents)

        reader = threading.Thread(target=read)
        reader.start()
        for turn in range(12):
            store.put("picture", contents[turn % 2])
        done.set()
        reader.join()

        assert seen
        assert all(seen)

    def test_exists_means_a_file(self, store: Store) -> None:
        store.put("campaigns/summer/brief.yaml", b"x")

        assert store.exists("campaigns/summer/brief.yaml")
        assert not store.exists("campaigns/summer")
        assert not store.exists("campaigns/winter/brief.yaml")

    def test_find_lists_all_depths_of_one_folder_in_order(self, store: Store) -> None:
        for name in ("b/2/x", "b/1", "bc/1", "a"):
            store.put(name, b"x")

        assert list(store.find()) == ["a", "b/1", "b/2/x", "bc/1"]
        assert list(store.find("b")) == ["b/1", "b/2/x"]
        assert store.find("a") == {}
        assert store.find("nothing") == {}

    def test_a_stamp_changes_with_the_content_and_not_without(self, store: Store) -> None:
        store.put("logo", b"one")
        before = store.find()
        again = store.find()
        store.put("logo", b"two")

        assert again == before
        assert store.find()["logo"] != before["logo"]

    def test_what_another_store_wrote_is_seen_at_once(self, store: Store) -> None:
        store.put("first", b"1")
        listed_before = store.find()
        open_store(store.url).put("second", b"2")

        assert list(listed_before) == ["first"]
        assert store.exists("second")
        assert store.get("second") == b"2"
        assert list(store.find()) == ["first", "second"]

    def test_delete_takes_away_and_a_missing_file_is_fine(self, store: Store) -> None:
        store.put("inbox/summer.problems.txt", b"x")
        store.delete("inbox/summer.problems.txt")
        store.delete("inbox/summer.problems.txt")
        store.delete("never/was")

        assert not store.exists("inbox/summer.problems.txt")

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "/etc/passwd",
            "../up",
            "a/../../up",
            "a//b",
            "a/",
            "./a",
            "a\\b",
            "a\nb",
            "a\x00",
            "\ud800",
        ],
    )
    def test_a_path_that_could_leave_the_root_is_refused(self, store: Store, path: str) -> None:
        for act in (store.get, store.exists, store.delete, lambda at: store.put(at, b"x")):
            with pytest.raises(PermanentError, match="is no path in a store"):
                act(path)

    def test_a_file_that_is_still_being_written_cannot_be_named(self, store: Store) -> None:
        with pytest.raises(PermanentError, match="still being written"):
            store.get("campaigns/.tmp-0123")
