from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class FoundationConfig(AppConfig):
    """No tables: it is here for the commands that are about the server as a whole."""

    name = "config"


class HearthAdminConfig(AdminConfig):
    """Django's admin with a site of our own.

    It lies outside of the `admin` packages: these register with it while they are imported, so it is there before.
    """

    default_site = "gifts.site.HearthSite"
