"""What the admin asks for where a second factor is set up, shown or taken off."""

from typing import Any

from django import forms


class CodeInput(forms.TextInput):
    """What was wrong is not shown again: the next one is typed in its place."""

    def __init__(self, **attrs: Any) -> None:
        fixed = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(attrs=fixed | attrs)

    def format_value(self, value: Any) -> None:
        return None


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=40,
        label="Code",
        help_text="The six digits that your authenticator shows now.",
        widget=CodeInput(autofocus=True),
    )


class EitherCodeForm(CodeForm):
    """Where a recovery code is as good."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text += " Or one of your recovery codes, if you do not have it at hand."


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class PasswordAndCodeForm(PasswordForm):
    code = forms.CharField(
        max_length=40,
        label="Code",
        help_text="Of the second factor that you have, or one of your recovery codes.",
        widget=CodeInput(),
    )
