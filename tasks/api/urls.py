from django.urls import path

from tasks.api.export import MyExportView

urlpatterns = [
    path("users/me/export", MyExportView.as_view(), name="my-export"),
]
