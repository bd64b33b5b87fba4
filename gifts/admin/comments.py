from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from gifts.models import Comment, Gift, ListItem
from gifts.services.comments import delete_comment, restore_comment, update_comment
from households.admin.changing import ServiceAdmin, ServiceForm
from households.models import Person
from households.services.households import locked_with_household
from households.site import viewer_of

LENGTH = 80


class CommentForm(ServiceForm):
    hidden_from = forms.ModelMultipleChoiceField(
        Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Those from whom its subject is hidden are always among them.",
    )

    class Meta:
        model = Comment
        fields = ["body", "resolved"]
        labels = {"body": "What it says", "resolved": "Settled"}


@admin.register(Comment)
class CommentAdmin(ServiceAdmin):
    place = 13
    singular = "a comment"
    plural = "Comments"
    intro = "What was said about people, occasions, lists and gifts, as far as it is not hidden from you."
    row_id = "comment_id"
    update, delete, restore = update_comment, delete_comment, restore_comment
    lock = staticmethod(locked_with_household)
    form = CommentForm
    change_fields = ["body", "hidden_from", "resolved"]
    list_display = ["beginning", "author_name", "about", "is_settled"]
    list_select_related = ["author", "person", "occasion", "list", "gift", "item__gift"]
    list_filter = ["resolved"]
    search_fields = ["body"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        people = Person.objects.visible_to(viewer_of(request)).order_by("display_name")
        subjects = ["author", "person", "occasion", "list", "gift", "item__gift"]
        return super().get_queryset(request).select_related(*subjects).prefetch_related(Prefetch("hidden_from", people))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        is_theirs = obj is not None and obj.author_id == request.user.pk
        return ["about", *(self.change_fields if is_theirs else ["body", "hidden_names", "resolved"])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        is_theirs = obj is not None and obj.author_id == request.user.pk
        return ["about"] if is_theirs else ["about", "body", "hidden_names"]

    def name_of(self, obj: Comment) -> str:
        return f"{obj.author.name} on {self.about(obj)}"

    @admin.display(description="What it says")
    def beginning(self, comment: Comment) -> str:
        return comment.body if len(comment.body) <= LENGTH else f"{comment.body[:LENGTH]}…"

    @admin.display(description="Who", ordering="author__name")
    def author_name(self, comment: Comment) -> str:
        return comment.author.name

    @admin.display(description="About")
    def about(self, comment: Comment) -> str:
        """What it is about: whoever reads the comment sees that, too."""
        subject: Any = comment.subject
        if isinstance(subject, ListItem | Gift):
            return (subject.gift if isinstance(subject, ListItem) else subject).title
        return str(subject)

    @admin.display(description="Hidden from")
    def hidden_names(self, comment: Comment) -> str:
        return ", ".join(person.display_name for person in comment.hidden_from.all()) or "nobody"

    @admin.display(description="Settled", ordering="resolved")
    def is_settled(self, comment: Comment) -> str:
        return "settled" if comment.resolved else ""
