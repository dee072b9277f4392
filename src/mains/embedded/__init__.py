"""PostgreSQL and Valkey without an installation, and a supervisor for the processes beside them."""

from mains.embedded.doctor import Check, checks
from mains.embedded.erasing import erase
from mains.embedded.errors import EmbeddedError
from mains.embedded.locks import AlreadyRunning
from mains.embedded.ports import PortTaken
from mains.embedded.postgres import Postgres, PostgresInfo
from mains.embedded.servers import StartFailed
from mains.embedded.services import Service
from mains.embedded.supervisor import Event, Supervisor
from mains.embedded.valkey import Valkey, ValkeyInfo

__all__ = [
    "AlreadyRunning",
    "Check",
    "EmbeddedError",
    "Event",
    "PortTaken",
    "Postgres",
    "PostgresInfo",
    "Service",
    "StartFailed",
    "Supervisor",
    "Valkey",
    "ValkeyInfo",
    "checks",
    "erase",
]
