from config.api.routers import Router
from households.api import views

router = Router()
router.register("users", views.UserViewSet)
router.register("households", views.HouseholdViewSet)
router.register("households/<uuid:household_id>/members", views.MemberViewSet)
router.register("households/<uuid:household_id>/invitations", views.SentInvitationViewSet, basename="sent-invitation")
router.register("invitations", views.InvitationViewSet)
router.register("people", views.PersonViewSet)
router.register("occasions", views.OccasionViewSet)
router.register("tags", views.TagViewSet)

urlpatterns = router.urls
