from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from households.admin.changing import ServiceAdmin, ServiceForm
from households.admin.scoped import VisibleRelatedFilter
from households.models import Membership, Person, PersonMember, Tag
from households.services.households import locked_with_household
from households.services.people import create_person, delete_person, restore_person, update_person


class SizesField(forms.CharField):
    """Sizes as lines of `shoes: 42`."""

    widget = forms.Textarea(attrs={"rows": 3, "placeholder": "shoes: 42"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}: {size}" for name, size in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> dict[str, str]:
        sizes = {}
        for line in filter(None, map(str.strip, (value or "").splitlines())):
            name, colon, size = (part.strip() for part in line.partition(":"))
            if not (name and colon and size) or max(len(name), len(size)) > 60:
                raise forms.ValidationError("Write one size to a line, like this: shoes: 42")
            sizes[name] = size
        return sizes

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return (initial or {}) != self.to_python(data)
        except forms.ValidationError:
            return True


class PersonForm(ServiceForm):
    sizes = SizesField(required=False, help_text="One to a line, like this: shoes: 42")
    members = forms.ModelMultipleChoiceField(
        Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="A couple or group of",
        help_text="Only for a couple or group: who it is. What is hidden from it is hidden from each of them.",
    )
    tags = forms.ModelMultipleChoiceField(
        Tag.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Words of your own; new ones are made under Tags.",
    )
    archived = forms.BooleanField(
        required=False, label="Put aside", help_text="No longer offered when somebody plans; nothing is lost."
    )

    class Meta:
        model = Person
        fields = [
            "display_name",
            "relationship",
            "birthdate",
            "interests",
            "sizes",
            "constraints",
            "photo_url",
            "notes",
        ]
        labels = {
            "display_name": "Name",
            "relationship": "Who they are to you",
            "interests": "What they like",
            "constraints": "What to mind",
            "photo_url": "Address of a picture",
        }
        help_texts = {
            "constraints": "Allergies, no plushies, no noise.",
            "notes": "Everybody reads these, this person, too. Secrets belong on a list that is hidden from them.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["archived"] = self.instance.archived_at is not None

    def limit(self, field: forms.ModelChoiceField) -> None:
        super().limit(field)
        if field.queryset.model is Person:
            is_group = Exists(PersonMember.objects.filter(group=OuterRef("pk")))
            field.queryset = field.queryset.filter(~is_group).exclude(pk=self.instance.pk).order_by("display_name")


@admin.register(Person)
class PersonAdmin(ServiceAdmin):
    place = 1
    singular = "somebody"
    plural = "People"
    intro = "Everybody whom a gift can be for, whether they use Hearth themselves or not."
    is_whole_for_superusers = True
    row_id = "person_id"
    create, update, delete, restore = create_person, update_person, delete_person, restore_person
    lock = staticmethod(locked_with_household)
    deletion = "Whatever is planned for them stays. You can take this back for 30 days."
    form = PersonForm
    change_fields = [*PersonForm.Meta.fields, "tags", "members", "archived"]
    list_display = ["display_name", "relationship", "birthdate", "login"]
    list_filter = [("tags", VisibleRelatedFilter)]
    search_fields = ["display_name"]
    ordering = ["display_name", "id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        signs_in = Membership.objects.filter(person=OuterRef("pk"), is_active=True)
        return super().get_queryset(request).annotate(signs_in=Exists(signs_in))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        if obj is None:
            return [name for name in fields if name != "archived"]
        if not self.has_change_permission(request, obj):
            return [name for name in fields if name != "archived"]
        return fields

    @admin.display(description="State")
    def login(self, person: Person) -> str:
        words = ["uses Hearth"] if person.signs_in else []
        return ", ".join([*words, "put aside"] if person.archived_at else words)
