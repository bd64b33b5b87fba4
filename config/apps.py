from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """No tables: it is here for the commands that are about the server as a whole."""

    name = "config"
