"""How long the store takes with an S3 server that fails, as a table: `make store-faults`."""

import os
import sys
import time
from collections.abc import Callable
from typing import get_args

from creative_assets.studio.errors import CreativeAssetsError
from creative_assets.studio.store import open_store
from tests.fault_proxy import Fault, FaultProxy, fault_proxy, first
from tests.radosgw import rados_gateway

HEAD = (
    "| fault | of one request: `get` | `put_once` "
    "| of all: `get` | requests | `put_once` | requests |"
)
PICTURE = bytes(range(256)) * 8_000


def main() -> None:
    """Print a row for each fault, at once and in the end."""
    _tell(f"{HEAD}\n{'|---' * 7}|")
    with rados_gateway() as server, fault_proxy(server.port) as proxy:
        os.environ.update(server.environment(), AWS_ENDPOINT_URL=proxy.endpoint)
        bucket = server.new_bucket()
        row("none", proxy, bucket)
        for kind in get_args(Fault):
            row(kind, proxy, bucket, kind)


def row(name: str, proxy: FaultProxy, bucket: str, *kinds: Fault) -> None:
    """Print what it costs where the first request is spoilt, and where all are."""
    store = open_store(f"s3://{bucket}")
    proxy.choose = lambda _: None
    store.put(f"{name}/there", PICTURE)
    acts: list[Callable[[str], object]] = [
        lambda _: store.get(f"{name}/there"),
        lambda how: store.put_once(f"{name}/{how}", PICTURE),
    ]
    cells = [f"`{name}`"]
    for act in acts:
        proxy.choose = first(*kinds)
        cells.append(_taken(act, "once"))
    for act in acts:
        proxy.choose = lambda _: kinds[0] if kinds else None
        before = len(proxy.seen)
        cells += [_taken(act, "always"), f"{len(proxy.seen) - before}"]
    _tell(f"| {' | '.join(cells)} |")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _taken(act: Callable[[str], object], how: str) -> str:
    started, ending = time.monotonic(), ""
    try:
        act(how)
    except CreativeAssetsError as error:
        ending = f", `{type(error).__name__}`"
    return f"{time.monotonic() - started:.1f} s{ending}"


if __name__ == "__main__":
    main()
