"""The mirror's inputs: events into the inbox, and what was read from WorkOS by API.

webhook ─▶ inbox.receive_event ─▶ sync.receive_event (SQL): stored, applied, one commit
request that finds no row ─▶ service.Service.fetch_unknown ─▶ provider ─▶ sync.apply_read (SQL)
"""

from orgscope.sync.inbox import Outcome, receive_event
from orgscope.sync.service import Service, apply_read, queue_task, read_clock

__all__ = ["Outcome", "Service", "apply_read", "queue_task", "read_clock", "receive_event"]
