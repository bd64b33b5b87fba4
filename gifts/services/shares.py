"""To whom a list is shown: guests see what is shared with them, and nothing else of the household."""

from uuid import UUID

from django.db import transaction

from config.errors import Code, Refusal, invalid
from config.kept_rows import locked_row
from gifts.models import GiftList, ListShare
from gifts.services.lists import locked_after_main_list, require_changer
from households.models import Membership, Occasion, Role
from households.services import diary
from households.services.households import require_planner
from households.viewer import Viewer


@transaction.atomic
def share_list(*, viewer: Viewer, list_id: UUID, guest: Membership) -> tuple[ListShare, bool]:
    """Show the list to a guest; returns their share, and whether it is new. Twice is as good as once."""
    # Locked, and before the list as in a merge: until this is done they stay a guest.
    guest = locked_row(Membership, viewer, guest.pk)
    gift_list = _shareable_list(viewer, list_id)
    if gift_list.visibility == GiftList.Visibility.PRIVATE:
        raise Refusal(Code.CONFLICT_STATE, "A private list is for its owner alone; open it before you share it.")
    _check_guest(gift_list, guest)
    share, is_new = ListShare.objects.get_or_create(
        list=gift_list, guest=guest, defaults={"household_id": gift_list.household_id}
    )
    if is_new:
        _record(viewer, "list.shared", gift_list, guest.pk)
    return share, is_new


@transaction.atomic
def unshare_list(*, viewer: Viewer, list_id: UUID, share_id: UUID) -> None:
    """Show it to them no longer. What they have claimed stays claimed: they may have bought it."""
    gift_list = locked_after_main_list(GiftList, viewer, list_id)
    share = ListShare.objects.visible_to(viewer).filter(list=gift_list).locked(share_id)
    _require_say(viewer, gift_list)
    share.delete()
    _record(viewer, "list.unshared", gift_list, share.guest_id)


def _shareable_list(viewer: Viewer, list_id: UUID) -> GiftList:
    gift_list = locked_after_main_list(GiftList, viewer, list_id)
    _require_say(viewer, gift_list)
    return gift_list


def _require_say(viewer: Viewer, gift_list: GiftList) -> None:
    """Whoever may change a list decides who else sees it; a guest does not bring in others."""
    require_changer(viewer, gift_list)
    require_planner(viewer, gift_list.household_id)


def _check_guest(gift_list: GiftList, guest: Membership) -> None:
    """Later they may still turn out to be the recipient, by a merge or a couple. The list's door asks every time."""
    if guest.household_id != gift_list.household_id:
        raise invalid(guest="There is no such guest in this household.")
    if guest.role != Role.GUEST or not guest.is_active:
        raise invalid(guest="This is no guest: whoever plans here sees the list anyway.")
    viewer = Viewer.of(guest.user)
    if gift_list.is_for(viewer):
        raise invalid(guest="The list is for them, so it cannot be shared with them.")
    occasion = gift_list.occasion
    if occasion and occasion.visibility == Occasion.Visibility.HIDDEN and viewer.is_any_of(occasion.honoree_id):
        raise invalid(guest="The occasion is hidden from them.")


def _record(viewer: Viewer, verb: str, gift_list: GiftList, guest_id: UUID) -> None:
    diary.record(
        household_id=gift_list.household_id, actor=viewer.user, verb=verb, subject=gift_list, guest=str(guest_id)
    )
