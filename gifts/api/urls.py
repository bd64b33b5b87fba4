from django.urls import include, path

from config.api.routers import Router
from gifts.api import views
from gifts.api.preview import GiftPreviewView

router = Router()
router.register("gifts", views.GiftViewSet)
router.register("lists", views.GiftListViewSet)
router.register("lists/<uuid:list_id>/items", views.ListItemViewSet, basename="list-items")
router.register("items", views.ItemViewSet)
router.register("claims", views.ClaimViewSet)

urlpatterns = [
    path("gifts/preview", GiftPreviewView.as_view(), name="gift-preview"),
    path("people/<uuid:pk>/merge", views.PersonMergeView.as_view({"post": "merge"}), name="person-merge"),
    path("", include(router.urls)),
]
