"""Where files lie: in a folder of this machine, or in an S3 bucket where one is set."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.http import content_disposition_header

from mains.guard.keys import sign, storage_key

LINK = "stored-file"


class FileMissing(Exception):
    """The tenant being served has no file of this name."""


class StorageDown(Exception):
    """The store does not answer, or refuses; what it holds may be there later."""


def put(*, name: str, data: bytes, content_type: str) -> str:
    """
    Store a file of the tenant being served and return its key; the same name again replaces it.

    :raises StorageDown: if the store does not take it.
    """
    key = storage_key(name)
    if settings.S3_BUCKET:
        try:
            _s3().put_object(
                Bucket=settings.S3_BUCKET, Key=key, Body=data, ContentType=content_type
            )
        except (BotoCoreError, ClientError) as error:
            raise StorageDown(name) from error
        return key
    with _draft_of(_path(key)) as file:
        file.write(data)
    return key


def put_file(*, name: str, path: Path, content_type: str) -> str:
    """
    Store a file of this machine, however large, and return its key; the same name replaces it.

    :raises StorageDown: if the store does not take it.
    """
    key = storage_key(name)
    if settings.S3_BUCKET:
        try:
            _s3().upload_file(
                str(path), settings.S3_BUCKET, key, ExtraArgs={"ContentType": content_type}
            )
        except (BotoCoreError, ClientError) as error:
            raise StorageDown(name) from error
        return key
    with path.open("rb") as source, _draft_of(_path(key)) as file:
        shutil.copyfileobj(source, file)
    return key


@contextmanager
def _draft_of(path: Path) -> Iterator[IO[bytes]]:
    # Written beside its place and moved there, so nobody ever reads half a file.
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    os.replace(draft, path)


def link(*, name: str, file_name: str, content_type: str, seconds: int) -> str:
    """
    Return an address under which whoever has it gets a file for some seconds, and nobody later.

    Whether somebody may have the file is asked before; the address says only that it was.
    """
    key = storage_key(name)
    if not settings.S3_BUCKET:
        token = sign({"name": name, "file": file_name, "type": content_type}, purpose=LINK)
        return f"/files/{token}"
    address: str = _s3().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings.S3_BUCKET,
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": content_disposition_header(True, file_name),
        },
        ExpiresIn=seconds,
    )
    return address


def path_of(*, name: str) -> Path:
    """
    Return where a file of the tenant being served lies on this machine.

    :raises FileMissing: if there is none of this name, or files are kept elsewhere.
    """
    path = _path(storage_key(name))
    if settings.S3_BUCKET or not path.is_file():
        raise FileMissing(name)
    return path


def get(*, name: str) -> bytes:
    """
    Return a file of the tenant being served.

    :raises FileMissing: if there is none of this name.
    :raises StorageDown: if the store does not answer.
    """
    key = storage_key(name)
    try:
        if settings.S3_BUCKET:
            found: bytes = _s3().get_object(Bucket=settings.S3_BUCKET, Key=key)["Body"].read()
            return found
        return _path(key).read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(name) from error
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404"}:
            raise FileMissing(name) from error
        raise StorageDown(name) from error
    except (BotoCoreError, OSError) as error:
        raise StorageDown(name) from error


def delete(*, name: str) -> None:
    """
    Delete a file of the tenant being served; one that is not there is as good as deleted.
    """
    key = storage_key(name)
    if settings.S3_BUCKET:
        _s3().delete_object(Bucket=settings.S3_BUCKET, Key=key)
        return
    _path(key).unlink(missing_ok=True)


def _path(key: str) -> Path:
    folder = Path(settings.DATA_DIR).resolve() / "files"
    path = (folder / key).resolve()
    if not path.is_relative_to(folder):
        raise FileMissing(key)
    return path


@lru_cache(maxsize=1)
def _s3() -> Any:
    return boto3.client(
        "s3",
        endpoint_url=settings.S3_ENDPOINT or None,
        region_name=settings.S3_REGION or None,
        config=Config(signature_version="s3v4", connect_timeout=5, retries={"max_attempts": 3}),
    )
