"""Each ask for another take counts once."""

from concurrent.futures import ThreadPoolExecutor

from creative_assets.studio.records import Records


def test_takes_count_up_for_each_ask_and_stage(records: Records) -> None:
    records.takes.ask_new(["a", "b"], "ad_copy", "decision-1")
    records.takes.ask_new(["a"], "ad_copy", "decision-2")
    records.takes.ask_new(["a"], "base_images", "decision-2")

    assert records.takes.current(["a", "b", "c"]) == {
        ("a", "ad_copy"): 3,
        ("a", "base_images"): 2,
        ("b", "ad_copy"): 2,
    }
    assert records.takes.current(["c"]) == {}


def test_asking_again_for_the_same_reason_adds_no_take(records: Records) -> None:
    records.takes.ask_new(["a"], "ad_copy", "run-1")
    records.takes.ask_new(["a", "b", "b"], "ad_copy", "run-1")

    assert records.takes.current(["a", "b"]) == {("a", "ad_copy"): 2, ("b", "ad_copy"): 2}


def test_threads_that_ask_for_takes_get_one_each(records: Records) -> None:
    with ThreadPoolExecutor(8) as pool:
        asked = pool.map(lambda n: records.takes.ask_new(["a"], "ad_copy", f"d{n}"), range(8))
        list(asked)

    assert records.takes.current(["a"]) == {("a", "ad_copy"): 9}
