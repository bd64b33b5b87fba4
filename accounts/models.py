"""Who somebody is: users, the codes that let them in, their sessions on devices, and the audit of it all."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Q, When
from django.utils import timezone

from config.models import BaseModel, CasefoldKey, ScopedQuerySet, casefold_key, validate_one_line

MAX_CODE_FAILURES = 5
MAX_PIN_FAILURES = 5


class UserQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Any) -> Self:
        """Oneself and the people one shares a household with."""
        if viewer is None:
            return self.none()
        shared = Q(memberships__household__in=viewer.household_ids, memberships__is_active=True)
        return self.filter(pk__in=User.objects.filter(shared | Q(pk=viewer.user.pk)).values("pk"))

    def with_login(self, login: str) -> Self:
        """Who signs in by this e-mail address or handle (they cannot be confused: only one of them has an @)."""
        key = casefold_key(login)
        return self.filter(Q(email_key=key) | Q(handle_key=key)) if key else self.none()

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.with_login(username or "").get()

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """Whoever runs the server, made by `manage.py createsuperuser`."""
        user = User(email=email, is_staff=True, is_superuser=True, **fields)
        user.set_password(password)
        user.save(using=self.db)
        return user


class User(BaseModel, AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(null=True, blank=True, unique=True)
    email_key = CasefoldKey("email", unique=True)
    handle = models.CharField(  # noqa: DJ001
        max_length=40,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^\w[\w.-]*\Z", "Use letters, digits, dots and dashes.")],
        help_text="What somebody signs in with who has no e-mail address: a child, a grandparent.",
    )
    handle_key = CasefoldKey("handle", unique=True)
    name = models.CharField(max_length=120, validators=[validate_one_line])
    avatar_url = models.URLField(max_length=500, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    activated_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserQuerySet.as_manager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email_key__isnull=False) | Q(handle_key__isnull=False), name="user_has_a_login"
            ),
            # What keeps `with_login` from ever meaning two people.
            models.CheckConstraint(
                condition=(Q(email_key__isnull=True) | Q(email_key__contains="@"))
                & (Q(handle_key__isnull=True) | ~Q(handle_key__contains="@")),
                name="only_an_email_has_an_at_sign",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def login(self) -> str:
        return self.email or self.handle or ""


class ActivationCodeQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Any) -> Self:
        """Nobody reads codes: they are shown once, to whoever issued them."""
        return self.none()

    def open(self) -> Self:
        """Neither used nor replaced by a newer one: at most one of each user."""
        return self.filter(used_at__isnull=True, replaced_at__isnull=True)

    def usable(self) -> Self:
        """Open, not burned by wrong guesses, and of a user who may come in. They may have expired."""
        # A subquery and not a join, so that an UPDATE of these rows checks every condition at the last moment.
        welcome = User.objects.filter(is_active=True)
        return self.open().filter(failed_attempts__lt=MAX_CODE_FAILURES, user__in=welcome)


class ActivationCode(BaseModel):
    """A short code that its owner hands over, once, for a first sign-in or a reset. Only its hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="activation_codes")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.RESTRICT, null=True, blank=True, related_name="issued_codes"
    )
    code_hash = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = ActivationCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, replaced_at__isnull=True),
                name="one_open_code_per_user",
            ),
            models.CheckConstraint(
                condition=Q(failed_attempts__lte=MAX_CODE_FAILURES), name="failed_attempts_stop_at_the_limit"
            ),
        ]

    def __str__(self) -> str:
        return f"code for {self.user_id}"


class DeviceSessionQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Any) -> Self:
        """One's own sessions."""
        return self.none() if viewer is None else self.filter(user=viewer.user)

    def live(self, now: datetime | None = None) -> Self:
        now = now or timezone.now()
        return self.filter(revoked_at__isnull=True, idle_expires_at__gt=now, expires_at__gt=now)

    def with_lock(self, now: datetime | None = None) -> Self:
        """With `has_pin` and `locked`, as `is_locked` says it of a row."""
        has_pin = ~Q(pin_hash="")
        shut = has_pin & (Q(unlocked_until__isnull=True) | Q(unlocked_until__lte=now or timezone.now()))
        return self.annotate(
            has_pin=Case(When(has_pin, then=True), default=False), locked=Case(When(shut, then=True), default=False)
        )


class DeviceSession(BaseModel):
    """One user's stay on one device. Tokens only point here; this row alone decides whether they are still good."""

    class Revoked(models.TextChoices):
        SIGNED_OUT = "signed_out", "signed out"
        REPLACED = "replaced", "signed in again on the same device"
        REPLAYED = "replayed", "an old refresh token was used again"
        OTHER_DEVICE = "other_device", "its refresh token was used on another device"
        RESET = "reset", "a new activation code was issued"
        STAFF = "staff", "ended by staff"
        OWNER = "owner", "ended by an owner of the household"
        PASSWORD = "password", "the password was changed"
        PIN = "pin", "the PIN was wrong too often"
        MFA = "mfa", "the second factor was changed"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="sessions")
    device_id = models.UUIDField()
    device_name = models.CharField(max_length=120)
    platform = models.CharField(max_length=40, blank=True)
    app_version = models.CharField(max_length=40, blank=True)
    fingerprint_hash = models.CharField(max_length=64, blank=True)
    generation = models.PositiveIntegerField(default=1)
    rotated_at = models.DateTimeField()
    idle_expires_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    last_ip = models.GenericIPAddressField(null=True, blank=True)
    pin_hash = models.CharField(max_length=200, blank=True)
    pin_failures = models.PositiveSmallIntegerField(default=0)
    # Of a session with a PIN: until when it is open if nobody uses it. None once somebody has locked it.
    unlocked_until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=20, blank=True, choices=Revoked.choices)
    # A session that is older than its user's second factor has ended with it, so whoever has one has this, too.
    second_factor_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DeviceSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "device_id"],
                condition=Q(revoked_at__isnull=True),
                name="one_live_session_per_user_and_device",
            ),
            models.CheckConstraint(condition=Q(generation__gte=1), name="generation_starts_at_one"),
            models.CheckConstraint(
                condition=Q(pin_failures__lte=MAX_PIN_FAILURES), name="pin_failures_stop_at_the_limit"
            ),
            models.CheckConstraint(
                condition=Q(unlocked_until__isnull=True) | ~Q(pin_hash=""), name="only_a_pin_is_unlocked"
            ),
        ]
        indexes = [models.Index(fields=["device_id"], name="session_by_device")]

    def __str__(self) -> str:
        return self.device_name

    @property
    def has_expired(self) -> bool:
        return min(self.idle_expires_at, self.expires_at) <= timezone.now()

    @property
    def is_locked(self) -> bool:
        """Whether it wants its PIN first."""
        is_open = self.unlocked_until is not None and timezone.now() < self.unlocked_until
        return bool(self.pin_hash) and not is_open


class AuthEventQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Any) -> Self:
        """One's own entries."""
        return self.none() if viewer is None else self.filter(user=viewer.user)


class AuthEvent(BaseModel):
    """The audit of who came in and how: append-only, and without any secret."""

    class Kind(models.TextChoices):
        CODE_ISSUED = "code_issued"
        CODE_WITHDRAWN = "code_withdrawn"
        ACTIVATION_STARTED = "activation_started"
        ACTIVATION_FAILED = "activation_failed"
        ACTIVATION_COMPLETED = "activation_completed"
        LOGIN = "login"
        REFRESH = "refresh"
        REPLAY_DETECTED = "replay_detected"
        SESSION_REVOKED = "session_revoked"
        RIGHTS_CHANGED = "rights_changed"
        KEY_ROTATED = "key_rotated"
        PASSWORD_CHANGED = "password_changed"  # noqa: S105 (a name)
        GLASS_BROKEN = "glass_broken"
        RATE_LIMITED = "rate_limited"
        MFA_CHECKED = "mfa_checked"
        MFA_ENROLLED = "mfa_enrolled"
        MFA_REMOVED = "mfa_removed"
        MFA_CODES_RENEWED = "mfa_codes_renewed"
        PIN_SET = "pin_set"
        PIN_REMOVED = "pin_removed"
        SESSION_UNLOCKED = "session_unlocked"

    class Outcome(models.TextChoices):
        ATTEMPTED = "attempted"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    kind = models.CharField(max_length=30, choices=Kind.choices)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=60, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.RESTRICT, null=True, blank=True, related_name="auth_events"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.RESTRICT, null=True, blank=True, related_name="caused_auth_events"
    )
    session = models.ForeignKey(DeviceSession, models.RESTRICT, null=True, blank=True, related_name="events")
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    objects = AuthEventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="auth_event_by_user")]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"


class SigningKeyQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Any) -> Self:
        """Nobody reads keys."""
        return self.none()


class SigningKey(BaseModel):
    """What tokens are signed with, in hexadecimal. Of those whose time has come the newest signs; all that are not over
    verify."""

    secret = models.CharField(max_length=64, editable=False)
    # Not at once, so that every process has heard of it before the first token of it comes along.
    signs_from = models.DateTimeField(editable=False)
    verifies_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SigningKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"signing key {self.kid}"

    @property
    def kid(self) -> str:
        """By which a token names it (RFC 7515, section 4.1.4)."""
        return self.pk.hex

    def verifies(self, now: datetime) -> bool:
        return self.verifies_until is None or now < self.verifies_until


class IdempotencyKeyQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Any) -> Self:
        """Nobody reads keys: whoever made one up has it."""
        return self.none()


class IdempotencyKey(BaseModel):
    """That a request was carried out, so that the same again is only answered. What it answered is not kept: it is
    read anew, as whoever asks may see it then."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="idempotency_keys")
    route = models.CharField(max_length=200, help_text="Method and path, with the ids in it.")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    # Both are empty only inside the transaction of the request itself.
    status = models.PositiveSmallIntegerField(null=True)
    reference = models.UUIDField(null=True, help_text="The row that was answered.")

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "route", "key"], name="a_key_is_used_once_by_user_and_route")
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class AttemptCounterQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Any) -> Self:
        """Nobody reads counters: they would tell what others type."""
        return self.none()


class AttemptCounter(BaseModel):
    """How often a step of signing in was tried, since its time began. Of whom is a keyed hash: people type passwords
    where their name belongs."""

    step = models.CharField(max_length=20)
    subject = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)
    # Whether the audit knows that it is used up.
    is_noted = models.BooleanField(default=False)

    objects = AttemptCounterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "subject"], name="one_counter_per_step_and_subject")]

    def __str__(self) -> str:
        return f"{self.step} {self.subject[:8]}"
