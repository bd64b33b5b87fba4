from django.urls import include, path

from benchmarks.rivals.plain_drf import accounts, views

READ, PAGE = {"get": "retrieve"}, {"get": "list"}
api = [
    path("gifts", views.GiftViewSet.as_view(PAGE | {"post": "create"})),
    path("gifts/<uuid:pk>", views.GiftViewSet.as_view(READ)),
    path("lists/<uuid:pk>", views.GiftListViewSet.as_view(READ)),
    path("lists/<uuid:list_id>/items", views.ListItemViewSet.as_view(PAGE)),
    path("items", views.ItemViewSet.as_view(PAGE)),
    path("items/<uuid:pk>/claim", views.ItemViewSet.as_view({"post": "claim"})),
    path("items/<uuid:pk>/status", views.ItemViewSet.as_view({"post": "move"})),
    path("users/me/tasks", views.TaskViewSet.as_view(PAGE)),
    path("users/me/tasks/<uuid:pk>/toggle", views.TaskViewSet.as_view({"patch": "toggle"})),
    path("activity", views.ActivityViewSet.as_view(PAGE)),
    path("dashboard", views.DashboardView.as_view()),
    path("auth/login", accounts.LoginView.as_view()),
    path("auth/session/refresh", accounts.RefreshView.as_view()),
]
urlpatterns = [path("api/v1/", include(api))]
