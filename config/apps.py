from django.contrib.admin.apps import AdminConfig


class HearthAdminConfig(AdminConfig):
    """Django's admin with a site of our own.

    It lies outside of the `admin` packages: these register with it while they are imported, so it is there before.
    """

    default_site = "gifts.site.HearthSite"
