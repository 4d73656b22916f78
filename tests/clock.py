"""A clock that stands still until a test moves it."""


class Clock:
    """Tells the time that a test sets, in seconds since the epoch."""

    now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s
