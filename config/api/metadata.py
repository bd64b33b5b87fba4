from typing import Any

from rest_framework.metadata import BaseMetadata


class AllowOnly(BaseMetadata):
    """OPTIONS names the methods in its `Allow` header; what they take is in the schema.

    DRF's own description would show how a row is read as what may be written.
    """

    def determine_metadata(self, request: Any, view: Any) -> dict[str, Any]:
        return {}
