"""Where files lie: in a folder of this machine, or in an S3 bucket where one is set."""

import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from django.conf import settings

from mains.guard.keys import storage_key


class FileMissing(Exception):
    """The tenant being served has no file of this name."""


def put(*, name: str, data: bytes, content_type: str) -> str:
    """
    Store a file of the tenant being served and return its key; the same name again replaces it.
    """
    key = storage_key(name)
    if settings.S3_BUCKET:
        _s3().put_object(Bucket=settings.S3_BUCKET, Key=key, Body=data, ContentType=content_type)
        return key
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside its place and moved there, so nobody ever reads half a file.
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.replace(draft, path)
    return key


def get(*, name: str) -> bytes:
    """
    Return a file of the tenant being served.

    :raises FileMissing: if there is none of this name.
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
        raise


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
    )
