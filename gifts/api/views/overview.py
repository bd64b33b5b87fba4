"""Everything at a glance: counted and looked up, never written."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from config.api.serializers import StrictSerializer
from config.api.views import ResourceViewSet
from gifts.api.serializers import overview as serializers
from gifts.models import GiftList
from gifts.services import dashboard, history, summaries
from households.models import Household, Occasion, Person


class Overview(ResourceViewSet):
    def asked(self, serializer_class: type[BaseSerializer] = StrictSerializer) -> dict[str, Any]:
        """The parameters of the address; one that is not known is refused."""
        parameters = serializer_class(data=self.request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        return dict(parameters.validated_data)


class ListSummaryView(Overview):
    queryset = GiftList.objects.select_related("recipient")
    serializer_class = serializers.ListSummarySerializer

    @extend_schema(summary="Sum up a list")
    def summary(self, request: Request, pk: UUID) -> Response:
        """Its items by status and what they cost, with what is hidden beside it. On a list for yourself: how many
        wishes you see, and null for the rest."""
        gift_list = self.get_object()
        self.asked()
        return Response(self.get_serializer(summaries.list_summary(viewer=self.viewer, gift_list=gift_list)).data)


class OccasionSummaryView(Overview):
    queryset = Occasion.objects.all()
    serializer_class = serializers.OccasionSummarySerializer

    @extend_schema(summary="Sum up an occasion", parameters=[serializers.CelebrationSerializer])
    def summary(self, request: Request, pk: UUID) -> Response:
        """Person by person, how far their gifts are and what they cost; you yourself are left out.

        Of an occasion that comes every year, the coming celebration, or with `year` any other.
        """
        occasion = self.get_object()
        asked = self.asked(serializers.CelebrationSerializer)
        found = summaries.occasion_summary(viewer=self.viewer, occasion=occasion, **asked)
        return Response(self.get_serializer(found).data)


class DashboardView(Overview):
    queryset = Household.objects.all()
    serializer_class = serializers.DashboardSerializer

    @extend_schema(summary="Show the dashboard", parameters=[serializers.DashboardQuerySerializer])
    def dashboard(self, request: Request) -> Response:
        """What comes next, who still needs a gift, what you have taken, and what is new in one household.

        A person is covered while somebody takes something for them, for a day still to come or an unknown one. A
        couple or group counts only while a list is for it; what is for it covers whoever is in it.
        """
        place = self.viewer.belonging(self.asked(serializers.DashboardQuerySerializer).get("household"))
        return Response(self.get_serializer(dashboard.dashboard(viewer=self.viewer, place=place)).data)


class PersonHistoryView(Overview):
    queryset = Person.objects.all()
    serializer_class = serializers.HistorySerializer

    @extend_schema(summary="Show what somebody was given", parameters=[serializers.YearSerializer])
    def history(self, request: Request, pk: UUID) -> Response:
        """Gifts by year and occasion. Of your own only what is no secret any more: from the day it was for, or where
        that is unknown from the day after it was given."""
        person = self.get_object()
        asked = self.asked(serializers.YearSerializer)
        found = history.history_of(viewer=self.viewer, person=person, **asked)
        return Response(self.get_serializer({"person": person, "chapters": found}).data)
