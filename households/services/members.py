"""Who is in a household, what they may do there, and which Person they are."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import DeviceSession, User, UserQuerySet
from accounts.services.codes import issue_code
from accounts.services.sessions import revoke_sessions
from accounts.services.users import create_user
from config.client import Client
from config.errors import Code, Refusal
from config.kept_rows import locked_row
from households.models import Household, Invitation, InvitationQuerySet, Membership, Person, Role
from households.services import diary
from households.services.households import locked_among, locked_with_household, require_owner
from households.services.identity import free_person, new_person
from households.viewer import Viewer


@transaction.atomic
def add_member(
    *,
    viewer: Viewer,
    household_id: UUID,
    name: str,
    client: Client,
    email: str | None = None,
    handle: str | None = None,
    role: str = Role.MEMBER,
    person: Person | None = None,
) -> tuple[Membership, str]:
    """A new login and its place in the household; returns the membership and the one-time code to hand over.

    CONFLICT_DUPLICATE when the login exists already: nobody gets a code for an account that is somebody's. For those
    there are `invitations`.
    """
    household = locked_row(Household, viewer, household_id)
    require_owner(viewer, household.pk)
    user = create_user(name=name, email=email, handle=handle)
    return _join(household, user, role, person, actor=viewer.user, client=client)


@transaction.atomic
def add_member_as_staff(
    *,
    household_id: UUID,
    name: str,
    email: str | None = None,
    handle: str | None = None,
    role: str = Role.MEMBER,
    person: Person | None = None,
) -> tuple[Membership, str]:
    """For staff: the same, also where there is no owner left who could."""
    household = Household.objects.locked(household_id)
    user = create_user(name=name, email=email, handle=handle)
    return _join(household, user, role, person, actor=None, client=Client())


@transaction.atomic
def update_member(
    *,
    viewer: Viewer,
    membership_id: UUID,
    role: str | None = None,
    person: Person | None = None,
    is_active: bool | None = None,
) -> Membership:
    membership = locked_with_household(Membership, viewer, membership_id)
    require_owner(viewer, membership.household_id)
    if person is not None and person.pk != membership.person_id:
        if membership.user_id == viewer.user.pk:
            raise Refusal(Code.RESOURCE_FORBIDDEN, "Another owner has to change who you are.")
        membership.person = free_person(membership.household_id, person)
    membership.role = role or membership.role
    membership.is_active = membership.is_active if is_active is None else is_active
    membership.save(update_fields=["role", "person", "is_active", "updated_at"])
    _end_shares(membership)
    if is_active is False:
        _end_invitation(membership)
    _keep_an_owner(membership.household_id)
    _record_update(viewer.user, membership)
    return membership


@transaction.atomic
def set_member_person(*, membership_id: UUID, person: Person) -> Membership:
    """For staff: say who a member is, where no owner may. Every member reads it in the diary."""
    membership = locked_among(Membership.objects.all(), membership_id)
    if person.pk == membership.person_id:
        return membership
    membership.person = free_person(membership.household_id, person)
    membership.save(update_fields=["person", "updated_at"])
    _record_update(None, membership)
    return membership


@transaction.atomic
def remove_member(*, viewer: Viewer, membership_id: UUID) -> None:
    """They leave, or an owner shows them out. They stay the Person that they were."""
    membership = locked_with_household(Membership, viewer, membership_id)
    if membership.user_id != viewer.user.pk:
        require_owner(viewer, membership.household_id)
    if not membership.is_active:
        return
    membership.is_active = False
    membership.save(update_fields=["is_active", "updated_at"])
    _end_shares(membership)
    _end_invitation(membership)
    if membership.role == Role.OWNER:
        _keep_an_owner(membership.household_id)
    _record(viewer.user, "membership.removed", membership)


@transaction.atomic
def issue_member_code(*, viewer: Viewer, membership_id: UUID, client: Client) -> str:
    """A new one-time code for a member; for one who has activated before it is a reset, for all to read."""
    membership = locked_with_household(Membership, viewer, membership_id)
    require_owner(viewer, membership.household_id)
    # Whoever founds another household takes this lock first, so that the account cannot grow behind the check.
    user = User.objects.locked(membership.user_id)
    memberships = list(Membership.objects.filter(user=user).order_by("household_id"))
    _check_code_rule(viewer, user, memberships)
    if not membership.is_active:
        raise Refusal(Code.CONFLICT_STATE, "They do not belong to this household any more.")
    if membership.person_id is None:
        raise Refusal(Code.CONFLICT_PERSON_REQUIRED)
    return _issue_code(user, memberships, actor=viewer.user, client=client)


@transaction.atomic
def issue_code_as_staff(*, user: User) -> str:
    """For staff: a new one-time code for anybody, also where no owner may issue one. Their households read of it, too.

    CONFLICT_PERSON_REQUIRED while they are nobody in a household: until then nothing would be hidden from them there.
    """
    user = User.objects.locked(user.pk)
    if not user.is_active:
        raise Refusal(Code.CONFLICT_STATE, "This login is deactivated.")
    memberships = list(Membership.objects.filter(user=user).order_by("household_id"))
    if any(place.is_active and place.person_id is None for place in memberships):
        raise Refusal(Code.CONFLICT_PERSON_REQUIRED)
    return _issue_code(user, memberships, actor=None, client=Client())


def _issue_code(user: User, memberships: list[Membership], *, actor: User | None, client: Client) -> str:
    is_reset = user.activated_at is not None
    code = issue_code(user=user, actor=actor, client=client)
    for place in memberships:
        _record(actor, "membership.code_issued", place, is_reset=is_reset)
    return code


@transaction.atomic
def end_member_sessions(*, viewer: Viewer, membership_id: UUID, client: Client, session_id: UUID | None = None) -> int:
    """Sign a member out on one device, or on all; says on how many that was."""
    membership = locked_with_household(Membership, viewer, membership_id)
    require_owner(viewer, membership.household_id)
    if not users_in_reach(viewer).filter(pk=membership.user_id).exists():
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    sessions = DeviceSession.objects.filter(user=membership.user_id)
    own = membership.user_id == viewer.user.pk
    reason = DeviceSession.Revoked.SIGNED_OUT if own else DeviceSession.Revoked.OWNER
    chosen = sessions.filter(pk=session_id) if session_id else sessions
    return revoke_sessions(sessions=chosen, reason=reason, actor=viewer.user, client=client)


def users_in_reach(viewer: Viewer) -> UserQuerySet:
    """Oneself, and members whose account reaches no further than the households that the viewer owns, nor will by an
    invitation: of these an owner may know when and where they signed in, and may sign them out."""
    owned = viewer.owned_household_ids
    here = Membership.objects.filter(household__in=owned).values("user")
    elsewhere = Membership.objects.exclude(household__in=owned).values("user")
    invited = _invitations_elsewhere(viewer).values("user")
    theirs = Q(pk__in=here, is_staff=False, is_superuser=False) & ~Q(pk__in=elsewhere) & ~Q(pk__in=invited)
    return User.objects.filter(theirs | Q(pk=viewer.user.pk))


def _check_code_rule(viewer: Viewer, user: User, memberships: list[Membership]) -> None:
    """A code opens the whole account, so whoever issues it must own every household that the account reaches, or that
    whoever opens it could accept to join."""
    reaches_further = not all(viewer.owns(place.household_id) for place in memberships)
    reaches_further = reaches_further or _invitations_elsewhere(viewer).filter(user=user).exists()
    if reaches_further or user.is_staff or user.is_superuser or not user.is_active:
        raise Refusal(Code.RESOURCE_FORBIDDEN, "Only whoever runs this server can issue a code for this account.")


def _invitations_elsewhere(viewer: Viewer) -> InvitationQuerySet:
    return Invitation.objects.waiting().exclude(household__in=viewer.owned_household_ids)


def _join(
    household: Household, user: User, role: str, person: Person | None, *, actor: User | None, client: Client
) -> tuple[Membership, str]:
    person = free_person(household.pk, person or new_person(household, user.name))
    membership = Membership.objects.create(household=household, user=user, role=role, person=person)
    code = issue_code(user=user, actor=actor, client=client)
    _record(actor, "membership.created", membership, role=role, person=str(person.pk))
    return membership, code


def _end_shares(membership: Membership) -> None:
    """Of whoever is no guest here any more: made one again, they begin with nothing.

    The rows belong to the gift table, which lies above us; they are ours to end, as they hang on this row.
    """
    if membership.role != Role.GUEST or not membership.is_active:
        membership.shares.all().delete()


def _end_invitation(membership: Membership) -> None:
    """One that was still open when an owner let them in again: whoever is out now does not come back by that."""
    now = timezone.now()
    open_ones = Invitation.objects.waiting(now).filter(household=membership.household_id, user=membership.user_id)
    open_ones.update(withdrawn_at=now, updated_at=now)


def _keep_an_owner(household_id: UUID) -> None:
    owners = Membership.objects.active().filter(household=household_id, role=Role.OWNER)
    if not owners.filter(user__is_active=True).exists():
        raise Refusal(Code.CONFLICT_LAST_OWNER)


def _record_update(actor: User | None, membership: Membership) -> None:
    person = str(membership.person_id) if membership.person_id else None
    _record(
        actor, "membership.updated", membership, role=membership.role, person=person, is_active=membership.is_active
    )


def _record(actor: User | None, verb: str, membership: Membership, **payload: Any) -> None:
    diary.record(household_id=membership.household_id, actor=actor, verb=verb, subject=membership, **payload)
