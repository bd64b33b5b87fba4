import pytest
from django.db.models import Model

from households.models import Household, HouseholdRow

ROWS = [field.related_model for field in Household._meta.get_fields(include_hidden=True) if field.one_to_many]
ROWS = [model for model in ROWS if issubclass(model, HouseholdRow)]


def columns_indexed(model: type[Model]) -> list[list[str]]:
    """The columns of each of its indexes, in order; a key counts as one."""
    named = [list(one.fields) for one in (*model._meta.indexes, *model._meta.constraints) if getattr(one, "fields", ())]
    return [*named, *([field.name] for field in model._meta.concrete_fields if field.db_index)]


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_the_rows_of_a_household_are_found_by_an_index_that_is_also_their_order(model: type[Model]):
    indexes = columns_indexed(model)
    assert any(columns[0] == "household" for columns in indexes)
    assert ["household"] not in indexes
