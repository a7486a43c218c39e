"""One event's texts on their way to one reader's language."""

from msgspec import Struct

from agents.base import Tools
from inference.requests import Priority
from localization.localizer import Detection, FieldKind, Source
from schemas.outputs import LocalizedField


class Rendering(Struct, frozen=True, kw_only=True):
    """What all texts of one event share on the way to one target locale."""

    tools: Tools
    detection: Detection
    target: str
    priority: Priority
    protected: tuple[str, ...] = ()

    async def show(self, text: str, kind: FieldKind) -> LocalizedField:
        """Return what to show for one text; raises RequestTimeout and PoolDead."""
        source = Source(text, kind, self.detection.locale, self.protected)
        return await self.tools.localizer.localize(source, self.target, self.priority)
