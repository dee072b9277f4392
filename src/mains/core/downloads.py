"""Files that people keep."""

from django.http import HttpResponse


def as_file(content: bytes | str, *, name: str, content_type: str) -> HttpResponse:
    """
    Return an answer that browsers save as a file of a name, in ASCII and without quotes.
    """
    return _named(content, name=name, content_type=content_type, how="attachment")


def shown_as(content: bytes | str, *, name: str, content_type: str) -> HttpResponse:
    """
    Return an answer that browsers show, and save under a name in ASCII and without quotes.
    """
    return _named(content, name=name, content_type=content_type, how="inline")


def _named(content: bytes | str, *, name: str, content_type: str, how: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'{how}; filename="{name}"'
    return answer
