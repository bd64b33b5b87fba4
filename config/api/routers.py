from rest_framework.routers import SimpleRouter


class Router(SimpleRouter):
    """Routes without a trailing slash, whose ids are UUIDs by the path converter (anything else is a 404)."""

    def __init__(self) -> None:
        super().__init__(trailing_slash=False, use_regex_path=False)
