"""The family's spreadsheet: read after a look at what would come of it, and written."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.errors import Refusal
from gifts.services.exports import export_csv
from gifts.services.imports.members import import_as_member
from gifts.services.imports.reading import COLUMNS, rows_in
from gifts.services.imports.report import Report
from households.admin.scoped import ScopedAdmin
from households.models import Household
from households.site import owned_by, rows_for, viewer_of

# What comes back with the second form has to be less than Django reads of one.
MAX_CHARACTERS = 500_000


class ImportForm(forms.Form):
    """A file; or, the second time, the text that was looked at."""

    household = forms.ModelChoiceField(Household.objects.none(), empty_label=None, label="For which household")
    file = forms.FileField(
        label="The table, saved as CSV",
        widget=forms.FileInput(attrs={"accept": ".csv"}),
        error_messages={"required": "Choose the file that you have saved from your spreadsheet."},
    )
    text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    data: Any  # as the browser sent it, or with the text of the file

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("text")
        households = rows_for(request, Household).filter(pk__in=owned_by(request)).order_by("name")
        self.fields["household"].queryset = households
        self.fields["household"].initial = households.first()
        if len(households) == 1:
            self.fields["household"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        file = values.get("file")
        if (file.size if file else len(values.get("text", ""))) > MAX_CHARACTERS:
            self.add_error("file", "This is too large for here. Whoever runs the server can import it.")
        return values

    def imported(self, request: HttpRequest, *, is_rehearsal: bool) -> Report:
        """What has come of it, or would. What is in `text` afterwards can be sent again."""
        file = self.cleaned_data["file"]
        content = file.read() if file else self.cleaned_data["text"].encode()
        rows = rows_in(content, name=file.name if file else "The table")
        # A page cannot hold a NUL. Its row is refused for any other control character, too.
        self.data = {**self.data.dict(), "text": content.decode("utf-8-sig").replace("\0", "\1")}
        household = self.cleaned_data["household"]
        return import_as_member(viewer=viewer_of(request), household=household, rows=rows, is_rehearsal=is_rehearsal)


def import_page(page: ScopedAdmin, request: HttpRequest) -> HttpResponse:
    """First what would come of it, and then the same form again, to be sent in earnest."""
    if not owned_by(request):
        raise PermissionDenied
    is_sure = "sure" in request.POST
    form, report = ImportForm(request.POST or None, request.FILES or None, request=request), None
    if request.method == "POST" and form.is_valid():
        try:
            report = form.imported(request, is_rehearsal=not is_sure)
        except Refusal as refusal:
            form.add_error("file", refusal.sentence)
    words = {"form": form, "report": report, "lines": list(report.lines()) if report else [], "columns": COLUMNS}
    return page.page(request, "import", "Import a spreadsheet", **words)


def export_page(request: HttpRequest) -> HttpResponse:
    if not owned_by(request):
        raise PermissionDenied
    # The mark tells a spreadsheet that this is UTF-8.
    text = "\ufeff" + export_csv(viewer=viewer_of(request), household_ids=owned_by(request))
    name = f"gifts-{timezone.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
