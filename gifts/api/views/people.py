from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from gifts.api.serializers import people as serializers
from gifts.services import merging
from households.api.serializers import PersonSerializer
from households.api.views import PersonRows


class PersonMergeView(PersonRows):
    """Beside the people themselves, because a merge reaches into what is planned for them."""

    @extend_schema(
        summary="Merge somebody into another person",
        request=serializers.PersonMergeSerializer,
        responses=PersonSerializer,
    )
    def merge(self, request: Request, pk: UUID) -> Response:
        """For two entries that mean the same person. Answers who is left; nobody sees more than before.

        Where one of them has a login, or is a couple of somebody who has, it is for an owner who is none of them.
        """
        into = self.validated(serializers.PersonMergeSerializer)["into"]
        return self.shown(merging.merge_people(viewer=self.viewer, source_id=pk, target_id=into.pk))
