from django.urls import include, path

from config.api.routers import Router
from gifts.api.views.activity import ActivityStreamView, ActivityTicketView, ActivityViewSet
from gifts.api.views.comments import CommentViewSet
from gifts.api.views.gifts import GiftViewSet
from gifts.api.views.items import ClaimViewSet, ItemViewSet, ListItemViewSet
from gifts.api.views.lists import GiftListViewSet
from gifts.api.views.overview import DashboardView, ListSummaryView, OccasionSummaryView, PersonHistoryView
from gifts.api.views.people import PersonMergeView
from gifts.api.views.preview import GiftPreviewView
from gifts.api.views.shares import ListShareViewSet

router = Router()
router.register("activity", ActivityViewSet)
router.register("gifts", GiftViewSet)
router.register("lists", GiftListViewSet)
router.register("lists/<uuid:list_id>/items", ListItemViewSet, basename="list-items")
router.register("lists/<uuid:list_id>/shares", ListShareViewSet, basename="list-shares")
router.register("items", ItemViewSet)
router.register("claims", ClaimViewSet)
router.register("comments", CommentViewSet)

urlpatterns = [
    path("dashboard", DashboardView.as_view({"get": "dashboard"}), name="dashboard"),
    path("lists/<uuid:pk>/summary", ListSummaryView.as_view({"get": "summary"}), name="list-summary"),
    path("occasions/<uuid:pk>/summary", OccasionSummaryView.as_view({"get": "summary"}), name="occasion-summary"),
    path("people/<uuid:pk>/history", PersonHistoryView.as_view({"get": "history"}), name="person-history"),
    path("activity/stream", ActivityStreamView.as_view(), name="activity-stream"),
    path("activity/ticket", ActivityTicketView.as_view(), name="activity-ticket"),
    path("people/<uuid:pk>/merge", PersonMergeView.as_view({"post": "merge"}), name="person-merge"),
    path("gifts/preview", GiftPreviewView.as_view(), name="gift-preview"),
    path("", include(router.urls)),
]
