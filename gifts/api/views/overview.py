"""Everything at a glance: counted and looked up, never written."""

from collections.abc import Hashable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer

from config.api.serializers import Row, StrictSerializer
from config.api.views import ADDRESS, Found, Part, ResourceViewSet
from config.statements import NO_VALUES, Places, Values
from gifts.api.serializers import overview as serializers
from gifts.api.serializers.activity import ActivitySerializer
from gifts.api.serializers.items import ItemSerializer
from gifts.models import GiftList
from gifts.services import dashboard, history, summaries
from households.api.serializers import PersonRefSerializer
from households.models import LONGEST_YEAR, Household, Occasion, Person


class Overview(ResourceViewSet):
    """Rows of several kinds, all read in one statement. What is answered is made of them.

    `parent` is what it is an overview of. `serializer_class` says what is sent, `parts` how the rows of each part are
    read, and `rows` which rows these are. All that `rows` takes from the request comes by the viewer and the values.
    """

    parts: dict[str, type[Serializer]]

    def parent(self) -> QuerySet | None:
        return self.get_queryset().filter(pk=self.kwargs["pk"])

    def rows(self, values: Places) -> dict[str, QuerySet]:
        raise NotImplementedError

    def read(self, values: Values = NO_VALUES, shape: Hashable = None) -> Found:
        def parts(places: Places) -> dict[str, Part]:
            return {name: Part(rows, self.parts[name]) for name, rows in self.rows(places).items()}

        return self.read_parts(parts, values, shape)

    def read_with_parent(self) -> tuple[Row, Found]:
        found = self.read()
        return found.pop(ADDRESS)[0], found

    def asked(self, serializer_class: type[BaseSerializer] = StrictSerializer) -> dict[str, Any]:
        """The parameters of the address; one that is not known is refused."""
        parameters = serializer_class(data=self.request.query_params.dict())
        try:
            parameters.is_valid(raise_exception=True)
        except ValidationError:
            self.require_parent()
            raise
        return dict(parameters.validated_data)


class ListSummaryView(Overview):
    queryset = GiftList.objects.select_related("recipient")
    serializer_class = serializers.ListSummarySerializer
    parent_serializer_class = serializers.ListRowSerializer
    parts = {"counted": serializers.CountedSerializer, "wishes": serializers.CountSerializer}

    def rows(self, values: Places) -> dict[str, QuerySet]:
        return summaries.rows_of_list(viewer=self.viewer, list_id=values["pk"])

    @extend_schema(summary="Sum up a list")
    def summary(self, request: Request, pk: UUID) -> Response:
        """Its items by status and what they cost, with what is hidden beside it. On a list for yourself: how many
        wishes you see, and null for the rest."""
        self.asked()
        gift_list, found = self.read_with_parent()
        return Response(summaries.list_summary(viewer=self.viewer, gift_list=gift_list, found=found))


class OccasionSummaryView(Overview):
    queryset = Occasion.objects.all()
    serializer_class = serializers.OccasionSummarySerializer
    parent_serializer_class = serializers.OccasionRowSerializer
    parts = {
        "counted": serializers.CountedSerializer,
        "lists": serializers.ListRowSerializer,
        "honoree": PersonRefSerializer,
    }

    def rows(self, values: Places) -> dict[str, QuerySet]:
        return summaries.rows_of_occasion(viewer=self.viewer, occasion_id=values["pk"])

    @extend_schema(summary="Sum up an occasion", parameters=[serializers.CelebrationSerializer])
    def summary(self, request: Request, pk: UUID) -> Response:
        """Person by person, how far their gifts are and what they cost; you yourself are left out.

        Of an occasion that comes every year, the coming celebration, or with `year` any other.
        """
        asked = self.asked(serializers.CelebrationSerializer)
        occasion, found = self.read_with_parent()
        return Response(summaries.occasion_summary(viewer=self.viewer, occasion=occasion, found=found, **asked))


class DashboardView(Overview):
    queryset = Household.objects.all()
    serializer_class = serializers.DashboardSerializer
    parts = {
        "occasions": serializers.OccasionRowSerializer,
        "lists": serializers.ListRowSerializer,
        "people": serializers.PersonRowSerializer,
        "statuses": serializers.StatusCountSerializer,
        "idea_lists": serializers.ListRefSerializer,
        "ideas": ItemSerializer,
        "assignments": ItemSerializer,
        "activity": ActivitySerializer,
    }

    def parent(self) -> None:
        return None

    def rows(self, values: Places) -> dict[str, QuerySet]:
        place = self.viewer.belongings[self.place]
        return dashboard.rows(viewer=self.viewer, place=place, a_year_ago=values["a_year_ago"])

    @extend_schema(summary="Show the dashboard", parameters=[serializers.DashboardQuerySerializer])
    def dashboard(self, request: Request) -> Response:
        """What comes next, who still needs a gift, what you have taken, and what is new in one household.

        A person is covered while somebody takes something for them, for a day still to come or an unknown one. A
        couple or group counts only while a list is for it; what is for it covers whoever is in it.
        """
        place = self.viewer.belonging(self.asked(serializers.DashboardQuerySerializer).get("household"))
        self.place = self.viewer.belongings.index(place)
        found = self.read({"a_year_ago": place.today() - LONGEST_YEAR}, shape=self.place)
        return Response(dashboard.dashboard(place=place, found=found))


class PersonHistoryView(Overview):
    queryset = Person.objects.all()
    serializer_class = serializers.HistorySerializer
    parent_serializer_class = PersonRefSerializer
    parts = {
        "given": serializers.GivenRowSerializer,
        "revealed": serializers.RevealedRowSerializer,
        "occasions": serializers.OccasionRefSerializer,
    }

    def rows(self, values: Places) -> dict[str, QuerySet]:
        return history.rows(viewer=self.viewer, person_id=values["pk"])

    @extend_schema(summary="Show what somebody was given", parameters=[serializers.YearSerializer])
    def history(self, request: Request, pk: UUID) -> Response:
        """Gifts by year and occasion. Of your own only what is no secret any more: from the day it was for, or where
        that is unknown from the day after it was given."""
        asked = self.asked(serializers.YearSerializer)
        person, found = self.read_with_parent()
        return Response(history.history(person=person, found=found, **asked))
