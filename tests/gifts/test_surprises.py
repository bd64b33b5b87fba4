from tests.cast import Family


def test_a_surprise_is_nowhere_for_its_recipient(family: Family):
    surprise = family.mia.list("For Leo", recipient=family.leo.person)
    item = family.mia.add(surprise, "Drill", quantity=2)
    leo, ada = family.leo.api(), family.ada.api()

    assert ada.get(f"/api/v1/items/{item.pk}").json()["gift"]["title"] == "Drill"
    for path in ("lists", "items", "gifts"):
        assert leo.get(f"/api/v1/{path}").json()["results"] == []
    for path in (f"lists/{surprise.pk}", f"lists/{surprise.pk}/items", f"items/{item.pk}", f"gifts/{item.gift_id}"):
        assert leo.get(f"/api/v1/{path}").status_code == 404


def test_a_wish_looks_the_same_before_and_after_it_is_claimed(family: Family):
    wishlist = family.leo.list("Wishes", kind="wishlist")
    item = family.leo.add(wishlist, "Grinder")
    leo, mia = family.leo.api(), family.mia.api()
    paths = [f"/api/v1/items/{item.pk}", "/api/v1/items", "/api/v1/lists", f"/api/v1/lists/{wishlist.pk}/items"]
    before = [leo.get(path).content for path in paths]

    answer = mia.post(f"/api/v1/items/{item.pk}/claim", {"quantity": 1})
    assert answer.status_code == 200, answer.json()
    assert answer.json()["my_claim"]["status"] == "planned"
    assert mia.post(f"/api/v1/items/{item.pk}/status", {"status": "ordered"}).json()["status"] == "ordered"

    assert [leo.get(path).content for path in paths] == before
