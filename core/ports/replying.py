"""Where canned replies and live switches are kept."""

from __future__ import annotations

from typing import Protocol

from core.types.reply import Switch, SwitchState, Template


class TemplateRepository(Protocol):
    """Canned replies."""

    async def add(self, template: Template) -> Template | None:
        """Store a new one; None when there is one of that name, brand and language."""
        ...

    async def change(self, template: Template) -> Template | None:
        """Store new words (and name, brand, language) of one that is there.

        None when it is gone. Raises ConflictError where another one has that name already.
        """
        ...

    async def remove(self, template_id: int) -> bool:
        """Delete one; False when there is none."""
        ...

    async def get(self, template_id: int) -> Template | None:
        """Return one."""
        ...

    async def find(
        self, *, brand: str | None = None, locale: str | None = None, limit: int, offset: int = 0
    ) -> list[Template]:
        """Return canned replies by name; with a brand, those of that brand and those that serve every brand."""
        ...

    async def count(self, *, brand: str | None = None, locale: str | None = None) -> int:
        """Count what `find` would list in all."""
        ...


class SwitchRepository(Protocol):
    """Live switches of the installation."""

    async def turn(self, state: SwitchState) -> None:
        """Store how a switch stands."""
        ...

    async def state(self, switch: Switch) -> SwitchState | None:
        """Return how a switch stands; None when nobody ever turned it."""
        ...
