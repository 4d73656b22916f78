"""A real S3 server for tests: Ceph's radosgw over one monitor and one disk, on the loopback.

It checks signatures and rights, keeps bytes on a disk, and lets one of many create an object: what
moto, which the quick tests use, only pretends. Its programs come from Debian's packages.
"""

import json
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

INSTALL = "apt-get install --no-install-recommends ceph-mon ceph-osd ceph-common radosgw"
REGION = "us-east-1"
OWNER = "owner"
_PROGRAMS = (
    "ceph",
    "ceph-authtool",
    "ceph-mon",
    "ceph-osd",
    "monmaptool",
    "radosgw",
    "radosgw-admin",
)
_READY_S = 90.0
_POLL_S = 0.05

PAGE = 10
"""Objects in one page of a listing: few, so that small tests turn pages."""

_CONFIGURATION = """[global]
fsid = {cluster}
mon_host = v1:127.0.0.1:{mon_port}
mon_data = {folder}/mon
osd_data = {folder}/osd
rgw_data = {folder}/rgw
run_dir = {folder}
log_file = {folder}/$name.log
admin_socket =
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr2 = false
keyring = {folder}/keyring
mon_allow_pool_size_one = true
mon_data_avail_crit = 1
mon_max_pg_per_osd = 1000
# A monitor gathers changes for a second before it tells them: ten seconds of any start.
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_objectstore = bluestore
bluestore_block_size = 10737418240
osd_memory_target = 1073741824
osd_crush_chooseleaf_type = 0
# On a machine that is short of time the disk's lease can lapse, and is then waited for in vain.
osd_pool_default_read_lease_ratio = 1000
rgw_frontends = beast endpoint=127.0.0.1:{port}
rgw_max_listing_results = {page}
rgw_thread_pool_size = 64
rgw_enable_gc_threads = false
rgw_enable_lc_threads = false
rgw_enable_quota_threads = false
rgw_run_sync_thread = false
"""


@dataclass(frozen=True)
class RadosGateway:
    """A server that runs. `rados_gateway` makes one."""

    folder: Path
    port: int

    @property
    def endpoint(self) -> str:
        """What `AWS_ENDPOINT_URL` takes."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, user: str = OWNER) -> Mapping[str, str]:
        """Where botocore finds the server and the keys of `user`."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": user,
            "AWS_SECRET_ACCESS_KEY": _secret_of(user),
            "AWS_DEFAULT_REGION": REGION,
        }

    def client(self, user: str = OWNER) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
        """A client with the keys of `user`."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=user,
            aws_secret_access_key=_secret_of(user),
            region_name=REGION,
            config=Config(read_timeout=20, retries={"total_max_attempts": 2}),
        )

    def add_user(self, name: str) -> None:
        """Somebody with keys, who owns nothing and may read nothing of others."""
        self._administer(
            *("user", "create", f"--uid={name}", f"--display-name={name}"),
            *(f"--access-key={name}", f"--secret-key={_secret_of(name)}"),
        )

    def new_bucket(self) -> str:
        """The name of a bucket that was made just now, and belongs to the owner."""
        name = f"bucket-{uuid.uuid4().hex[:12]}"
        self.client().create_bucket(Bucket=name)
        return name

    def move_elsewhere(self, bucket: str) -> None:
        """Let the bucket belong to another region: whoever asks for it here is sent away."""
        listed = json.loads(self._administer("metadata", "list", "bucket.instance"))
        (instance,) = (key for key in listed if key.startswith(f"{bucket}:"))
        document = json.loads(self._administer("metadata", "get", f"bucket.instance:{instance}"))
        document["data"]["bucket_info"]["zonegroup"] = "elsewhere"
        changed = self.folder / f"{bucket}.json"
        changed.write_text(json.dumps(document))
        self._administer("metadata", "put", f"bucket.instance:{instance}", f"--infile={changed}")

    def _administer(self, *arguments: str) -> str:
        command = ["radosgw-admin", f"--conf={self.folder}/ceph.conf", "-n", "client.rgw"]
        return subprocess.run(
            [*command, *arguments], check=True, capture_output=True, text=True, timeout=_READY_S
        ).stdout


@contextmanager
def rados_gateway(page: int = PAGE) -> Iterator[RadosGateway]:
    """A server without buckets, until the block ends; nothing of it stays behind.

    Args:
        page: Objects in one page of a listing.
    """
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.fail(
            f"The tests of S3 need Ceph's radosgw, and {', '.join(missing)} cannot be found. "
            f"Install it (Debian, Ubuntu): {INSTALL}",
            pytrace=False,
        )
    with tempfile.TemporaryDirectory(prefix="radosgw-") as name, ExitStack() as stack:
        gateway = RadosGateway(Path(name), _free_port())
        mon_port, disk = _free_port(), str(uuid.uuid4())
        conf = _configure(gateway, mon_port, page)
        _make_keys(conf)
        _run(
            "ceph-mon",
            conf,
            "--mkfs",
            "-i",
            "a",
            "--monmap",
            f"{name}/monmap",
            "--keyring",
            f"{name}/keyring",
        )
        stack.enter_context(_running("ceph-mon", conf, "-i", "a"))
        _run("ceph", conf, "osd", "new", disk)
        _run("ceph-osd", conf, "-i", "0", "--mkfs", "--osd-uuid", disk)
        stack.enter_context(_running("ceph-osd", conf, "-i", "0"))
        server = stack.enter_context(_running("radosgw", conf, "-n", "client.rgw"))
        gateway.add_user(OWNER)
        _wait_until_ready(gateway, server)
        yield gateway


def _configure(gateway: RadosGateway, mon_port: int, page: int) -> Path:
    folder, cluster = gateway.folder, str(uuid.uuid4())
    for part in ("mon", "osd", "rgw"):
        (folder / part).mkdir()
    conf = folder / "ceph.conf"
    conf.write_text(
        _CONFIGURATION.format(
            cluster=cluster, mon_port=mon_port, folder=folder, port=gateway.port, page=page
        )
    )
    _run(
        *("monmaptool", conf, "--create", "--fsid", cluster),
        *("--addv", "a", f"v1:127.0.0.1:{mon_port}", str(folder / "monmap")),
    )
    return conf


def _make_keys(conf: Path) -> None:
    """One keyring for all. Without keys, clients would talk before they know the cluster."""
    everything = ("--cap", "mon", "allow *", "--cap", "osd", "allow *")
    for number, name in enumerate(("mon.", "osd.0", "client.admin", "client.rgw")):
        create = () if number else ("--create-keyring",)
        keyring = str(conf.parent / "keyring")
        _run("ceph-authtool", conf, keyring, *create, "--gen-key", "-n", name, *everything)


def _run(program: str, conf: Path, *arguments: str) -> None:
    """Run one of Ceph's programs to its end."""
    done = subprocess.run(
        [program, f"--conf={conf}", *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_READY_S,
    )
    assert done.returncode == 0, f"{program} failed: {done.stdout[-2000:]}"


@contextmanager
def _running(program: str, conf: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of Ceph's servers, until the block ends."""
    with (conf.parent / f"{program}.out").open("wb") as output:
        server = subprocess.Popen(
            [program, f"--conf={conf}", *arguments, "-f"], stdout=output, stderr=output
        )
    try:
        yield server
    finally:
        server.kill()  # nothing of it is needed again
        server.wait()


def _wait_until_ready(gateway: RadosGateway, server: subprocess.Popen[bytes]) -> None:
    client, deadline = gateway.client(), time.monotonic() + _READY_S
    while True:
        try:
            client.list_buckets()
        except (BotoCoreError, ClientError):
            is_over = server.poll() is not None or time.monotonic() > deadline
            assert not is_over, _logs(gateway.folder)
            time.sleep(_POLL_S)
        else:
            return


def _logs(folder: Path) -> str:
    logs = (*folder.glob("*.out"), *folder.glob("*.log"))
    return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-2000:]}" for log in logs)


def _secret_of(user: str) -> str:
    return f"secret-of-{user}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
