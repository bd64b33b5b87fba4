from django.contrib.auth.hashers import MD5PasswordHasher


class CountingHasher(MD5PasswordHasher):
    """Counts how often it hashes."""

    calls = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.calls += 1
        return super().encode(password, salt)


class InterruptedHasher(MD5PasswordHasher):
    """Lets something happen right after a password was checked."""

    @staticmethod
    def meanwhile() -> None: ...

    def verify(self, password: str, encoded: str) -> bool:
        verdict = super().verify(password, encoded)
        InterruptedHasher.meanwhile()
        return verdict
