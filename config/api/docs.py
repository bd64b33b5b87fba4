from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularSwaggerSplitView


@method_decorator(csp_update({"script-src": [SELF], "connect-src": [SELF], "img-src": ["data:"]}), "dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """The docs, for a browser without internet: the one page with scripts, and all of them are files of ours."""

    http_method_names = ["get", "head"]
    template_name: Any = "docs.html"
