"""Files that people keep."""

from django.http import HttpResponse


def as_file(content: bytes | str, *, name: str, content_type: str) -> HttpResponse:
    """
    Return an answer that browsers save as a file of a name, in ASCII and without quotes.
    """
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
