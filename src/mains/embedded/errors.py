"""What every failure of the embedded servers has in common."""


class EmbeddedError(RuntimeError):
    """
    A server of ours cannot do what was asked; the message says what, why and what to do next.
    """
