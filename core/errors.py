"""Every error Maeari raises on purpose, in one tree.

MaeariError
├── ConfigError               a key of config.toml or the environment is wrong        (exit code 2)
├── UsageError                a command was called wrongly                            (exit code 2)
├── InputError                a file or line that was given cannot be used            (exit code 1)
├── StorageError              the database cannot be used                             (exit code 1)
│   ├── DatabaseDamagedError
│   ├── DatabaseNewerError
│   └── DatabaseUnwritableError
├── SourceError               a place we listen to, or write to, does not answer      (exit code 1)
│   ├── CredentialsRejectedError
│   ├── FeedClosedError       private, banned, quarantined, renamed: probe rarely
│   └── AddressInUseError
├── SendError                 an action of the outbox did not get through
│   ├── SendDelayedError      try again, not before `retry_after` seconds
│   ├── SendRefusedError      final: never try again
│   └── SendUnknownError      it may have happened: look before sending again
├── NotFoundError             no such case, brand, mention, article …
├── ConflictError             somebody was faster, or the state does not allow it
└── NotAllowedError           this person may not do this
"""

from __future__ import annotations

from core.text import Phrase, Translate

__all__ = [
    "AddressInUseError",
    "ConfigError",
    "ConflictError",
    "CredentialsRejectedError",
    "DatabaseDamagedError",
    "DatabaseNewerError",
    "DatabaseUnwritableError",
    "FeedClosedError",
    "InputError",
    "MaeariError",
    "NotAllowedError",
    "NotFoundError",
    "SendDelayedError",
    "SendError",
    "SendRefusedError",
    "SendUnknownError",
    "SourceError",
    "StorageError",
    "UsageError",
]


class MaeariError(Exception):
    """Root of the tree. The message is one line for a person: it names the key or path, and the mend.

    `message` is a marked message id whose `{fields}` are given as `values` (a value may be a Phrase), so that the
    error can be told in the reader's language; without values it stands as it is. `str(error)` is English.
    """

    exit_code = 1

    def __init__(self, message: str, /, **values: object) -> None:
        self.phrase = Phrase(message, values)
        super().__init__(str(self.phrase))

    def words(self, t: Translate) -> str:
        """Return the message in the reader's language; English where it has no words there."""
        return self.phrase.words(t)


class ConfigError(MaeariError):
    """A setting is missing, unknown or out of range; `key` is its dotted name, e.g. `discord.token`."""

    exit_code = 2

    def __init__(self, message: str, /, *, key: str | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.key = key


class UsageError(MaeariError):
    """A command was called with words that do not go together."""

    exit_code = 2


class InputError(MaeariError):
    """A given file, line or text cannot be used."""


class StorageError(MaeariError):
    """The database cannot do what was asked."""


class DatabaseDamagedError(StorageError):
    """The file is not a database, or its pages are corrupt."""


class DatabaseNewerError(StorageError):
    """The file was written by a newer Maeari than this one."""


class DatabaseUnwritableError(StorageError):
    """The folder or file does not exist, is read-only or full."""


class SourceError(MaeariError):
    """A platform does not answer, or answers nonsense."""


class CredentialsRejectedError(SourceError):
    """The platform does not accept our token or keys."""


class FeedClosedError(SourceError):
    """One feed is closed to us; the others go on. `reason` is a short code such as `private` or `banned`."""

    def __init__(self, message: str, /, *, reason: str, **values: object) -> None:
        super().__init__(message, **values)
        self.reason = reason


class AddressInUseError(SourceError):
    """A port we were told to listen on is taken."""


class SendError(MaeariError):
    """An action did not get through to the outside world."""


class SendDelayedError(SendError):
    """It did not happen; try again, not before `retry_after` seconds."""

    def __init__(self, message: str, /, *, retry_after: float, **values: object) -> None:
        super().__init__(message, **values)
        self.retry_after = retry_after


class SendRefusedError(SendError):
    """It did not happen and never will. `reason` is a short code, e.g. `locked`, `deleted`, `forbidden`."""

    def __init__(self, message: str, /, *, reason: str, **values: object) -> None:
        super().__init__(message, **values)
        self.reason = reason


class SendUnknownError(SendError):
    """The request went out and no answer came back: it may have happened."""


class NotFoundError(MaeariError):
    """There is no such thing (any more)."""


class ConflictError(MaeariError):
    """The state does not allow it; `holder` names who was faster, where somebody was."""

    def __init__(self, message: str, /, *, holder: str | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.holder = holder


class NotAllowedError(MaeariError):
    """This person may not do this."""
