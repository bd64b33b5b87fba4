"""Cells that somebody will open in a spreadsheet."""

# A spreadsheet takes a cell that begins so for a formula, and runs what somebody has typed into a wish. Some take the
# wide signs of East Asian keyboards for the same.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - these are meant
MARK = "'"


def harmless(text: str) -> str:
    """No formula. To have the text again, take one `'` off the beginning of every cell that begins with it."""
    return MARK + text if text.lstrip(" ").startswith((*BEGINS_A_FORMULA, MARK)) else text
