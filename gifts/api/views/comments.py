from uuid import UUID

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import RepeatableViewSet
from accounts.models import User
from config.api.views import ListMixin, RetrieveMixin
from gifts.api import filters
from gifts.api.serializers import comments as serializers
from gifts.models import Comment
from gifts.services import comments
from households.api.undo import RestoreMixin
from households.models import Person
from households.services.households import locked_with_household


class CommentViewSet(ListMixin, RetrieveMixin, RestoreMixin, RepeatableViewSet):
    """What is said about what one sees, unless it is hidden from the reader."""

    undo = staticmethod(comments.restore_comment)
    queryset = Comment.objects.select_related("author")
    serializer_class = serializers.CommentSerializer
    filterset_class = filters.CommentFilter

    def get_queryset(self) -> QuerySet:
        people = Person.objects.visible_to(self.viewer).order_by("id")
        users = User.objects.visible_to(self.viewer).order_by("id")
        return super().get_queryset().prefetch_related(Prefetch("hidden_from", people), Prefetch("mentions", users))

    def lock(self) -> None:
        locked_with_household(Comment, self.viewer, self.kwargs["pk"])

    @extend_schema(request=serializers.CommentCreateSerializer)
    def create(self, request: Request) -> Response:
        """Say something. Left to itself it is hidden from whom the subject is for."""
        fields = self.validated(serializers.CommentCreateSerializer)
        return self.created(comments.create_comment(viewer=self.viewer, **fields))

    @extend_schema(request=serializers.CommentUpdateSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change one's own words and who may read them; or, for anybody who plans, whether it is resolved."""
        changes = self.validated(serializers.CommentUpdateSerializer, partial=True)
        return self.shown(comments.update_comment(viewer=self.viewer, comment_id=pk, changes=changes))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take back one's own words; an owner, anybody's that they read."""
        comments.delete_comment(viewer=self.viewer, comment_id=pk)
        return self.gone()
