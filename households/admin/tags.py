from typing import Any

from django import forms
from django.contrib import admin

from households.admin.changing import ServiceAdmin, ServiceForm
from households.models import Tag
from households.services.households import locked_with_household
from households.services.tags import create_tag, delete_tag, restore_tag, update_tag


def _create(**fields: Any) -> Tag:
    """What is there already, is found."""
    return create_tag(**fields)[0]


class TagForm(ServiceForm):
    class Meta:
        model = Tag
        fields = ["name", "kind", "colour"]
        widgets = {"colour": forms.TextInput(attrs={"placeholder": "#2f855a"})}
        help_texts = {"colour": "For apps that show it: # and six digits, such as #2f855a. May stay empty."}


@admin.register(Tag)
class TagAdmin(ServiceAdmin):
    place = 14
    singular = "a tag"
    plural = "Tags"
    intro = "Your own words for people and gifts: wool, outdoors, under 20."
    row_id = "tag_id"
    create, update, delete, restore = _create, update_tag, delete_tag, restore_tag
    lock = staticmethod(locked_with_household)
    deletion = "It is off everything that it was put on, and back there if you take this back within 30 days."
    form = TagForm
    change_fields = ["name", "kind", "colour"]
    list_display = ["name", "kind"]
    list_filter = ["kind"]
    search_fields = ["name"]
    ordering = ["name_key"]
