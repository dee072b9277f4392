"""Files in a bucket behave as on a folder of this machine: own tenant, own hash, short links."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import boto3
import pytest

KEY, SECRET = "testtesttest", "secretsecretsecret"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    """
    Run a server that checks signatures and their age, which the usual stand-ins do not.
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    folder = tmp_path_factory.mktemp("s3")
    command = [
        sys.executable, "-m", "nanio", "serve", "--data-dir", str(folder), "--host", "127.0.0.1",
        "--port", str(port), "--no-access-log",
    ]  # fmt: skip
    environment = {**os.environ, "NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        address = f"http://127.0.0.1:{port}"
        for _wait in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield address
        run.terminate()


@pytest.fixture
def bucket(server, settings, monkeypatch) -> Iterator[str]:
    from mains.documents import storage

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    settings.S3_BUCKET, settings.S3_ENDPOINT, settings.S3_REGION = "mains-test", server, "us-east-1"
    storage._s3.cache_clear()
    client = boto3.client("s3", endpoint_url=server, region_name="us-east-1")
    if "mains-test" not in [one["Name"] for one in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket="mains-test")
    yield "mains-test"
    storage._s3.cache_clear()


def fetched(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_file_comes_back_and_another_tenant_has_none(tenant, bucket):
    from mains.documents import storage

    assert (
        storage.put(name="a/b.pdf", data=b"A", content_type="application/pdf") == "t/alder/a/b.pdf"
    )
    assert storage.get(name="a/b.pdf") == b"A"
    storage.delete(name="a/b.pdf")
    with pytest.raises(storage.FileMissing):
        storage.get(name="a/b.pdf")


def test_a_large_file_is_stored_from_disk(tenant, bucket, tmp_path):
    from mains.documents import storage

    path = tmp_path / "large"
    path.write_bytes(b"x" * 9_000_000)
    storage.put_file(name="large.zip", path=path, content_type="application/zip")
    assert len(storage.get(name="large.zip")) == 9_000_000


def test_a_link_opens_until_it_is_old_and_no_other_file(tenant, bucket):
    from mains.documents import storage

    for name in ("one.pdf", "two.pdf"):
        storage.put(name=name, data=name.encode(), content_type="application/pdf")
    given = {"file_name": "Bill.pdf", "content_type": "application/pdf"}
    link = storage.link(name="one.pdf", seconds=30, **given)

    assert fetched(link) == 200
    assert fetched(link.replace("one.pdf", "two.pdf")) == 403
    assert fetched(link.replace("t/alder", "t/birch")) == 403
    assert fetched(link.partition("?")[0]) == 403
    signature = link.rpartition("X-Amz-Signature=")[2]
    assert fetched(link.replace(signature, signature[::-1])) == 403

    short = storage.link(name="one.pdf", seconds=1, **given)
    time.sleep(2.1)
    assert fetched(short) == 403


def test_a_store_that_is_down_is_told_apart_from_a_missing_file(tenant, bucket, settings):
    from mains.documents import storage

    settings.S3_ENDPOINT = "http://127.0.0.1:1"
    storage._s3.cache_clear()
    for deed in (
        lambda: storage.get(name="one.pdf"),
        lambda: storage.put(name="one.pdf", data=b"", content_type="application/pdf"),
    ):
        with pytest.raises(storage.StorageDown):
            deed()
