"""What guests see follows from the lists that are shared with them."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from households.viewer import Viewer


def shown_to_guest(model: type[models.Model], viewer: "Viewer") -> Any:
    """The lists that the viewer sees as a guest; each points at a row of this model, a Person or an Occasion.

    Which lists these are is the gift table's to say, and it lies above us: nothing here may import it. So we ask for
    the model behind the reverse relation and go through its own door. Whoever renames the relation gets an error at
    the first guest, and nothing shown.
    """
    lists: Any = model._meta.get_field("lists").related_model
    return lists.objects.visible_to(viewer).filter(household__in=viewer.guest_household_ids)
