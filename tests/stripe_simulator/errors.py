"""Errors as Stripe answers them."""

from typing import Any


class Problem(Exception):
    """What was asked is refused."""

    def __init__(self, status: int, *, kind: str = "invalid_request_error", **about: Any) -> None:
        message = about.pop("message", "") or f"No: {about}"
        super().__init__(message)
        self.status = status
        self.about = {"type": kind, "message": message, **about}

    def body(self) -> dict[str, Any]:
        return {"error": self.about}
