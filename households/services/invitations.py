"""An account that exists already comes into a household by its user's own yes, and never by a code.

The household is locked before its invitations, as before its persons and members: so nobody becomes the person that is
reserved, and whoever withdraws an invitation and whoever accepts it take turns.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.codes import withdraw_owners_codes
from config.client import Client
from config.errors import Code, Refusal, invalid
from config.kept_rows import locked_row
from households.models import Household, Invitation, Membership, Person, Role
from households.services import diary
from households.services.households import lock_household_of, locked_with_household, require_owner
from households.services.identity import free_person, new_person
from households.services.members import add_member
from households.viewer import Viewer


def add_or_invite(
    *,
    viewer: Viewer,
    household_id: UUID,
    name: str,
    client: Client,
    email: str | None = None,
    handle: str | None = None,
    role: str = Role.MEMBER,
    person: Person | None = None,
) -> tuple[Membership, str] | Invitation:
    """A new login is a member at once, and their code is handed over; an account that is here already is invited.

    CONFLICT_DUPLICATE when the account belongs here already; and when both logins are given, and one of them is taken.
    """
    place: dict[str, Any] = {"household_id": household_id, "name": name, "role": role, "person": person}
    account = account_of(email, handle)
    if account is None:
        return add_member(viewer=viewer, email=email, handle=handle, client=client, **place)
    return invite(viewer=viewer, account=account, login=email or handle or "", **place)


def account_of(email: str | None, handle: str | None) -> User | None:
    """Whose login this is. Of two at once it is not said: an answer would tell whether they are one person's."""
    return None if email and handle else User.objects.with_login(email or handle or "").first()


@transaction.atomic
def invite(
    *,
    viewer: Viewer,
    household_id: UUID,
    account: User,
    login: str,
    name: str,
    role: str = Role.MEMBER,
    person: Person | None = None,
) -> Invitation:
    """Asks this account into the household, as `person` or, without one, as a new person of this name.

    Whoever belonged here before comes back as who they were.
    """
    household = locked_row(Household, viewer, household_id)
    require_owner(viewer, household.pk)
    return _invite(household, account, login, name, role, person, actor=viewer.user)


@transaction.atomic
def invite_as_staff(
    *,
    household_id: UUID,
    account: User,
    login: str,
    name: str,
    role: str = Role.MEMBER,
    person: Person | None = None,
) -> Invitation:
    """For staff: the same, also where there is no owner left who could. Nobody accepts for somebody else."""
    household = Household.objects.locked(household_id)
    return _invite(household, account, login, name, role, person, actor=None)


@transaction.atomic
def accept_invitation(*, viewer: Viewer, invitation_id: UUID) -> Invitation:
    """The viewer belongs to the household from here on. Accepted twice, they belong there once."""
    invitation = _locked_of_invited(viewer, invitation_id)
    if invitation.accepted_at:
        return invitation
    # Whoever resets this account looks at where it reaches under this lock, too: either they find the invitation, or
    # the membership, or their code is withdrawn here.
    user = User.objects.locked(viewer.user.pk)
    withdraw_owners_codes(user=user)
    _join(invitation, user)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at", "updated_at"])
    return invitation


@transaction.atomic
def decline_invitation(*, viewer: Viewer, invitation_id: UUID) -> None:
    invitation = _locked_of_invited(viewer, invitation_id)
    if invitation.accepted_at:
        raise Refusal(Code.CONFLICT_STATE, "You have accepted this invitation. You may leave the household.")
    invitation.declined_at = timezone.now()
    invitation.save(update_fields=["declined_at", "updated_at"])
    # Without a name: who has this account is not for those to know whom they do not join.
    _record(None, "person.invitation_declined", invitation.household_id, invitation.person)


@transaction.atomic
def withdraw_invitation(*, viewer: Viewer, invitation_id: UUID) -> None:
    """RESOURCE_NOT_FOUND once it has been answered, has expired or was withdrawn."""
    invitation = locked_with_household(Invitation, viewer, invitation_id)
    require_owner(viewer, invitation.household_id)
    if not invitation.is_waiting:
        raise Refusal(Code.RESOURCE_NOT_FOUND)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at", "updated_at"])
    _record(viewer.user, "person.invitation_withdrawn", invitation.household_id, invitation.person)


def move_invitations(source: Person, target: Person) -> None:
    """Two persons become one: whoever is invited to be the source will be the target.

    CONFLICT_STATE where that would be two people. The household must be locked.
    """
    people = [source.pk, target.pk]
    _close_overdue(source.household_id)
    invited = set(Invitation.objects.waiting().filter(person__in=people).values_list("user", flat=True))
    members = set(Membership.objects.filter(person__in=people).values_list("user", flat=True))
    if len(invited | members) > 1:
        raise Refusal(Code.CONFLICT_STATE, "Both of them sign in or are invited to, so they are two people.")
    if invited:
        Invitation.objects.waiting().filter(person=source).update(person=target, updated_at=timezone.now())


def _invite(
    household: Household, account: User, login: str, name: str, role: str, person: Person | None, *, actor: User | None
) -> Invitation:
    _close_overdue(household.pk)
    place = Membership.objects.filter(household=household, user=account).select_related("person").first()
    if place and place.is_active:
        raise _duplicate(login, "Whoever signs in like this belongs to the household already.")
    if Invitation.objects.waiting().filter(household=household, user=account).exists():
        raise _duplicate(login, "Whoever signs in like this is invited already.")
    person = _reserved(household, place, name, person)
    _bound_codes(account, household)
    invitation = Invitation.objects.create(
        household=household,
        user=account,
        login=login,
        role=role,
        person=person,
        invited_by=actor,
        expires_at=timezone.now() + settings.INVITATION_LIFETIME,
    )
    _record(actor, "person.invited", household.pk, person, role=role)
    return invitation


def _duplicate(login: str, sentence: str) -> Refusal:
    return Refusal(Code.CONFLICT_DUPLICATE, sentence, {"email" if "@" in login else "handle": [sentence]})


def _reserved(household: Household, place: Membership | None, name: str, person: Person | None) -> Person:
    """Who they will be. Whoever was somebody here stays blind to what is hidden from that person."""
    if place is None or place.person is None:
        return free_person(household.pk, person or new_person(household, name))
    if person and person.pk != place.person_id:
        raise invalid(person="They belonged here before, and come back as who they were: name nobody else.")
    return place.person


def _bound_codes(account: User, household: Household) -> None:
    """A code opens the whole account, and whoever uses it could accept: so those end whose issuers do not own this
    household. Under the lock of the account, so that none is issued behind this check."""
    owners = Membership.objects.active().filter(household=household, role=Role.OWNER).values_list("user", flat=True)
    withdraw_owners_codes(user=User.objects.locked(account.pk), except_by=owners)


def _close_overdue(household_id: UUID) -> None:
    """What was not answered in time makes room: for each user, and for each person, only one may be open."""
    now = timezone.now()
    Invitation.objects.filter(household=household_id).overdue(now).update(withdrawn_at=now, updated_at=now)


def _locked_of_invited(viewer: Viewer, invitation_id: UUID) -> Invitation:
    lock_household_of(Invitation, viewer, invitation_id, door="addressed_to")
    return locked_row(Invitation, viewer, invitation_id, door="addressed_to")


def _join(invitation: Invitation, user: User) -> None:
    place = Membership.objects.for_update().filter(household=invitation.household_id, user=user).first()
    if place and place.is_active:
        return  # An owner has let them in again meanwhile, as what they say there.
    place = place or Membership(household_id=invitation.household_id, user=user)
    if place.person_id is None:
        place.person = free_person(invitation.household_id, invitation.person, reserved_by=invitation)
    place.role, place.is_active = invitation.role, True
    fields = None if place._state.adding else ["role", "person", "is_active", "updated_at"]
    place.save(update_fields=fields)
    person = str(place.person_id)
    _record(user, "membership.created", invitation.household_id, place, role=place.role, person=person)


def _record(actor: User | None, verb: str, household_id: UUID, subject: Person | Membership, **payload: str) -> None:
    diary.record(household_id=household_id, actor=actor, verb=verb, subject=subject, **payload)
