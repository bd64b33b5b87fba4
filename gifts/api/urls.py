from django.urls import include, path

from config.api.routers import Router
from gifts.api.views.activity import ActivityStreamView, ActivityTicketView, ActivityViewSet
from gifts.api.views.gifts import GiftViewSet
from gifts.api.views.items import ClaimViewSet, ItemViewSet, ListItemViewSet
from gifts.api.views.lists import GiftListViewSet
from gifts.api.views.people import PersonMergeView

router = Router()
router.register("activity", ActivityViewSet)
router.register("gifts", GiftViewSet)
router.register("lists", GiftListViewSet)
router.register("lists/<uuid:list_id>/items", ListItemViewSet, basename="list-items")
router.register("items", ItemViewSet)
router.register("claims", ClaimViewSet)

urlpatterns = [
    path("activity/stream", ActivityStreamView.as_view(), name="activity-stream"),
    path("activity/ticket", ActivityTicketView.as_view(), name="activity-ticket"),
    path("people/<uuid:pk>/merge", PersonMergeView.as_view({"post": "merge"}), name="person-merge"),
    path("", include(router.urls)),
]
