"""What the world sees in a domain's DNS; asked anew each time, because people wait for a change."""

import dns.exception
import dns.resolver

# A page waits for it, so it is short; an answer that comes later is asked for again.
SECONDS = 3.0


class NotAnswered(Exception):
    """No name server answered in time."""


def texts_at(name: str) -> list[str]:
    """
    Return the TXT records of a name; none where there is no such name.

    :raises NotAnswered: if no name server answers.
    """
    resolver = dns.resolver.Resolver()
    resolver.cache = None
    try:
        answer = resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise NotAnswered(name) from error
    return [b"".join(row.strings).decode(errors="replace") for row in answer]
