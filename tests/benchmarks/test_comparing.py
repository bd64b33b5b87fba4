"""Contenders are timed only when they say the same."""

import pytest

from benchmarks.comparing import NotTheSame, compare

PAGE = {"results": [{"id": "1", "title": "a kite", "price": "24.90"}], "next": "http://a/?cursor=1", "previous": None}


def test_where_a_link_leads_is_each_contenders_own():
    compare("page", {"ours": [PAGE], "theirs": [PAGE | {"next": "http://b/?after=7"}]}, is_write=False)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        (PAGE | {"next": None}, ".next"),
        (PAGE | {"results": []}, ".results"),
        (PAGE | {"results": [{"id": "2", "title": "a kite", "price": "24.90"}]}, ".results[0].id"),
        (PAGE | {"results": [{"id": "1", "title": "a kite", "price": 24.9}]}, ".results[0].price"),
        (PAGE | {"total": 1}, "[0]"),
    ],
)
def test_whatever_else_differs_is_named(said, place):
    with pytest.raises(NotTheSame, match="theirs does not say what ours says") as told:
        compare("page", {"ours": [PAGE], "theirs": [said]}, is_write=False)
    assert place in str(told.value)


def test_a_write_makes_up_keys_and_times_and_nothing_else():
    made = {"id": "1", "created_at": "2031-01-01T00:00:00Z", "title": "a kite"}
    again = made | {"id": "2", "created_at": "2031-01-02T00:00:00Z"}
    compare("create", {"ours": [made], "theirs": [again]}, is_write=True)
    with pytest.raises(NotTheSame):
        compare("create", {"ours": [made], "theirs": [again | {"title": "a drum"}]}, is_write=True)
