from django.urls import path

from config.api.routers import Router
from tasks.api.export import MyExportView
from tasks.api.views import ItemTaskViewSet, TaskViewSet

router = Router()
router.register("users/<str:user_id>/tasks", TaskViewSet)
router.register("items/<uuid:item_id>/tasks", ItemTaskViewSet, basename="item-tasks")

urlpatterns = [
    path("users/me/export", MyExportView.as_view(), name="my-export"),
    *router.urls,
]
