"""The one exception whose text is meant for a person."""


class UserError(Exception):
    """One sentence in Chinese: what is wrong and what to do. Shown without a stack trace."""

    def __init__(self, message: str, *, exit_code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
