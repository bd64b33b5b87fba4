MAX_NOTE = 2000


def joined(*parts: str) -> str:
    """One line each, none of them twice."""
    lines = [line for part in parts for line in part.splitlines() if line.strip()]
    return "\n".join(dict.fromkeys(lines))
