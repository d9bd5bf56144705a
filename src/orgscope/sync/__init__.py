"""The mirror's inputs: events into the inbox, and what was read from WorkOS by API.

webhook ─▶ receiver.Receiver ─▶ sync.receive_events (SQL): stored, applied, one commit
request that finds no row ─▶ service.Service.fetch_unknown ─▶ users, memberships
application code, sign-in ─▶ users, organizations, memberships ─▶ provider ─▶ sync.apply_read (SQL)
"""

from orgscope.sync.inbox import Outcome, receive_event
from orgscope.sync.memberships import (
    sync_organization_memberships,
    sync_user_org_membership,
    sync_user_organizations,
    update_membership_role,
)
from orgscope.sync.organizations import ensure_organization, sync_workos_organization_to_database
from orgscope.sync.read import apply_read, read_clock
from orgscope.sync.service import Service, queue_task
from orgscope.sync.synced import MembersState, Source, Synced, SyncedMembers, SyncedUser
from orgscope.sync.users import (
    delete_user_from_database,
    ensure_user_profile,
    full_user_sync,
    get_or_create_user,
    get_workos_user_by_id,
    sync_user_profile_data,
    sync_workos_user_to_database,
)

__all__ = [
    "MembersState",
    "Outcome",
    "Service",
    "Source",
    "Synced",
    "SyncedMembers",
    "SyncedUser",
    "apply_read",
    "delete_user_from_database",
    "ensure_organization",
    "ensure_user_profile",
    "full_user_sync",
    "get_or_create_user",
    "get_workos_user_by_id",
    "queue_task",
    "read_clock",
    "receive_event",
    "sync_organization_memberships",
    "sync_user_org_membership",
    "sync_user_organizations",
    "sync_user_profile_data",
    "sync_workos_organization_to_database",
    "sync_workos_user_to_database",
    "update_membership_role",
]
