from typing import Any
from uuid import UUID

from django.db.models import Case, Prefetch, QuerySet, When
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import RepeatableViewSet
from accounts.models import User
from accounts.services.users import update_profile
from config.api.views import ListMixin, RetrieveMixin, RowResponse
from config.client import client_of
from households.api import filters, serializers
from households.api.undo import RestoreMixin
from households.models import Household, Invitation, Membership, Occasion, Person, Tag
from households.services import households, invitations, members, occasions, people, tags
from households.services.households import locked_with_household
from households.viewer import Viewer


class UserViewSet(ListMixin, RetrieveMixin, RepeatableViewSet):
    """The people one shares a household with, and oneself."""

    queryset = User.objects.all()
    serializer_class = serializers.UserRefSerializer

    @extend_schema(responses=serializers.MySerializer)
    @action(detail=False)
    def me(self, request: Request) -> Response:
        """One's own account."""
        return RowResponse(self.representation(), row_id=request.user.pk)

    @extend_schema(request=serializers.MyWriteSerializer, responses=serializers.MySerializer)
    @me.mapping.patch
    def update_me(self, request: Request) -> Response:
        """Change one's own name or picture."""
        update_profile(user=request.user, changes=self.validated(serializers.MyWriteSerializer, partial=True))
        return RowResponse(self.representation(), row_id=request.user.pk)

    def lock(self) -> None:
        User.objects.locked(self.viewer.user.pk)

    def representation(self) -> Any:
        """One's own account: there is no other to write to."""
        return serializers.MySerializer(User.objects.get(pk=self.viewer.user.pk)).data


class HouseholdViewSet(ListMixin, RetrieveMixin, RepeatableViewSet):
    """The households one belongs to."""

    queryset = Household.objects.all()
    serializer_class = serializers.HouseholdSerializer

    @extend_schema(request=serializers.HouseholdWriteSerializer)
    def create(self, request: Request) -> Response:
        """Found a household and become its owner."""
        household = households.create_household(
            owner=request.user, **self.validated(serializers.HouseholdWriteSerializer)
        )
        request.auth = Viewer.of(request.user, self.viewer.session)
        return self.created(household)

    @extend_schema(request=serializers.HouseholdWriteSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change name, currency or time zone. For owners."""
        changes = self.validated(serializers.HouseholdWriteSerializer, partial=True)
        return self.shown(households.update_household(viewer=self.viewer, household_id=pk, changes=changes))


class MemberRows(RepeatableViewSet):
    queryset = Membership.objects.select_related("user", "person").annotate(
        is_activated=Case(When(user__activated_at__isnull=False, then=True), default=False)
    )
    serializer_class = serializers.MembershipSerializer


class MemberViewSet(ListMixin, RetrieveMixin, MemberRows):
    """Who belongs to a household."""

    without_key = ("create", "activation_code")

    def parent(self) -> QuerySet:
        return Household.objects.planned_by(self.viewer).filter(pk=self.kwargs["household_id"])

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(household=self.kwargs.get("household_id"))

    def lock(self) -> None:
        locked_with_household(Membership, self.viewer, self.kwargs["pk"])

    @extend_schema(
        request=serializers.MemberCreateSerializer,
        responses={201: serializers.NewMemberSerializer, 202: serializers.SentInvitationSerializer},
    )
    def create(self, request: Request, household_id: UUID) -> Response:
        """Add somebody. For owners.

        With a new login they belong here at once: 201, with the one-time code to hand over. A login that exists already
        is invited: 202, with the invitation, which they accept while they are signed in.
        """
        self.require_parent()
        made = invitations.add_or_invite(
            viewer=self.viewer,
            household_id=household_id,
            client=client_of(request),
            **self.validated(serializers.MemberCreateSerializer),
        )
        if isinstance(made, Invitation):
            return Response(serializers.SentInvitationSerializer(made).data, status=202)
        membership, code = made
        return Response(self.read_row(membership.pk) | {"activation_code": code}, status=201)

    @extend_schema(request=serializers.MemberUpdateSerializer)
    def partial_update(self, request: Request, household_id: UUID, pk: UUID) -> Response:
        """Change their role, which person they are, or whether they belong. For owners; never who one is oneself."""
        membership = self.get_object()
        changes = self.validated(serializers.MemberUpdateSerializer, partial=True)
        return self.shown(members.update_member(viewer=self.viewer, membership_id=membership.pk, **changes))

    def destroy(self, request: Request, household_id: UUID, pk: UUID) -> Response:
        """Leave, or show somebody out."""
        members.remove_member(viewer=self.viewer, membership_id=self.get_object().pk)
        return self.gone()

    @extend_schema(request=None, responses={201: serializers.ActivationCodeSerializer})
    @action(detail=True, methods=["post"], url_path="activation-code")
    def activation_code(self, request: Request, household_id: UUID, pk: UUID) -> Response:
        """A new one-time code. Whoever has signed in before is signed out everywhere by it. For owners."""
        code = members.issue_member_code(
            viewer=self.viewer, membership_id=self.get_object().pk, client=client_of(request)
        )
        return Response({"activation_code": code}, status=201)


class SentInvitationRows(RepeatableViewSet):
    queryset = Invitation.objects.select_related("person", "invited_by")
    serializer_class = serializers.SentInvitationSerializer

    def get_queryset(self) -> QuerySet:
        if self.viewer is None:
            return Invitation.objects.none()
        owned = super().get_queryset().filter(household__in=self.viewer.owned_household_ids)
        return owned.waiting(self.viewer.now)


class SentInvitationViewSet(ListMixin, SentInvitationRows):
    """Whom the household has invited and who has not answered yet. For owners."""

    def parent(self) -> QuerySet:
        return Household.objects.owned_by(self.viewer).filter(pk=self.kwargs["household_id"])

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(household=self.kwargs.get("household_id"))

    def lock(self) -> None:
        locked_with_household(Invitation, self.viewer, self.kwargs["pk"])

    def destroy(self, request: Request, household_id: UUID, pk: UUID) -> Response:
        """Withdraw an invitation: it cannot be accepted any more."""
        invitations.withdraw_invitation(viewer=self.viewer, invitation_id=self.get_object().pk)
        return self.gone()


class InvitationViewSet(ListMixin, RepeatableViewSet):
    """The households that ask you to join them. What was withdrawn, declined or not answered in time is not there."""

    queryset = Invitation.objects.select_related("household", "invited_by")
    serializer_class = serializers.InvitationSerializer

    def get_queryset(self) -> QuerySet:
        mine = self.queryset.addressed_to(self.viewer)
        return mine if self.action == "accept" or self.viewer is None else mine.waiting(self.viewer.now)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Belong to this household from now on, in the role that was offered."""
        invitation = invitations.accept_invitation(viewer=self.viewer, invitation_id=pk)
        request.auth = Viewer.of(request.user, self.viewer.session)
        return self.shown(invitation)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: UUID) -> Response:
        """Say no. They may ask again."""
        invitations.decline_invitation(viewer=self.viewer, invitation_id=pk)
        return self.gone()


class PersonRows(RepeatableViewSet):
    queryset = Person.objects.all()
    serializer_class = serializers.PersonSerializer

    def get_queryset(self) -> QuerySet:
        members = Person.objects.visible_to(self.viewer).order_by("id")
        tags = Tag.objects.visible_to(self.viewer).order_by("name_key")
        rows = super().get_queryset().prefetch_related(Prefetch("members", members), Prefetch("tags", tags))
        return rows.as_seen_by(self.viewer) if self.viewer else rows

    def lock(self) -> None:
        locked_with_household(Person, self.viewer, self.kwargs["pk"])


class PersonViewSet(ListMixin, RetrieveMixin, RestoreMixin, PersonRows):
    """Everybody who gives or gets."""

    undo = staticmethod(people.restore_person)
    filterset_class = filters.PersonFilter

    @extend_schema(request=serializers.PersonCreateSerializer)
    def create(self, request: Request) -> Response:
        """Somebody new; with `members`, a couple or a group made of them."""
        fields = self.validated(serializers.PersonCreateSerializer)
        return self.created(people.create_person(viewer=self.viewer, **fields))

    @extend_schema(request=serializers.PersonWriteSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is known of somebody, put them aside, or say who a couple is made of."""
        changes = self.validated(serializers.PersonWriteSerializer, partial=True)
        return self.shown(people.update_person(viewer=self.viewer, person_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete somebody. A person with a login, or their couple, only by an owner who is none of them."""
        people.delete_person(viewer=self.viewer, person_id=pk)
        return self.gone()


class TagViewSet(ListMixin, RetrieveMixin, RestoreMixin, RepeatableViewSet):
    """The household's words for its people and gifts."""

    undo = staticmethod(tags.restore_tag)
    queryset = Tag.objects.all()
    serializer_class = serializers.TagSerializer
    filterset_class = filters.TagsFilter

    def lock(self) -> None:
        locked_with_household(Tag, self.viewer, self.kwargs["pk"])

    @extend_schema(
        request=serializers.TagCreateSerializer,
        responses={200: serializers.TagSerializer, 201: serializers.TagSerializer},
    )
    def create(self, request: Request) -> Response:
        """Find a tag by its name in any case (200, left as it is), or make it (201).

        One that was deleted is made again: whatever it was put on has it again.
        """
        tag, is_new = tags.create_tag(viewer=self.viewer, **self.validated(serializers.TagCreateSerializer))
        return self.created(tag) if is_new else self.shown(tag)

    @extend_schema(request=serializers.TagWriteSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Rename it, or change its kind or colour, wherever it is put. A name that is taken is a conflict."""
        changes = self.validated(serializers.TagWriteSerializer, partial=True)
        return self.shown(tags.update_tag(viewer=self.viewer, tag_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take it out of the vocabulary, and off whatever it is put on."""
        tags.delete_tag(viewer=self.viewer, tag_id=pk)
        return self.gone()


class OccasionViewSet(ListMixin, RetrieveMixin, RestoreMixin, RepeatableViewSet):
    """The days to give on."""

    undo = staticmethod(occasions.restore_occasion)
    queryset = Occasion.objects.select_related("honoree")
    serializer_class = serializers.OccasionSerializer
    filterset_class = filters.OccasionFilter

    @extend_schema(request=serializers.OccasionCreateSerializer)
    def create(self, request: Request) -> Response:
        """A day to give on; hidden from its honoree, if you say so."""
        fields = self.validated(serializers.OccasionCreateSerializer)
        return self.created(occasions.create_occasion(viewer=self.viewer, **fields))

    @extend_schema(request=serializers.OccasionWriteSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change an occasion. A hidden one that lists are planned for stays hidden."""
        changes = self.validated(serializers.OccasionWriteSerializer, partial=True)
        return self.shown(occasions.update_occasion(viewer=self.viewer, occasion_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete it. The lists that are for it stay."""
        occasions.delete_occasion(viewer=self.viewer, occasion_id=pk)
        return self.gone()
