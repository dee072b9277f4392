"""Secrets that travel in links and letters: only their hashes are kept."""

import hashlib
import secrets

# Capitals and digits that nobody mistakes for each other when copying from paper.
READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LETTER_LENGTH = 12


def new_token() -> str:
    """
    Return a token of 256 random bits for a link.
    """
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """
    Return eight digits for an e-mail; they belong to the browser that asked for them.
    """
    return f"{secrets.randbelow(10**8):08d}"


def new_letter_code() -> str:
    """
    Return twelve characters, 59 bits, for a letter; they stand alone, days later.
    """
    return "".join(secrets.choice(READABLE) for _ in range(LETTER_LENGTH))


def digest(*parts: str) -> str:
    """
    Return what is stored of a secret.
    """
    return hashlib.sha256(":".join(parts).encode()).hexdigest()
