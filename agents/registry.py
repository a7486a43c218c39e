"""Every agent that a worker runs: a new event kind is a schema, an agent, a line here and a test file."""

from typing import Final

from agents.base import AnyAgent
from agents.feedback import FEEDBACK_AGENT
from agents.listing import LISTING_AGENT
from agents.logistics import LOGISTICS_AGENT
from agents.review import REVIEW_AGENT

AGENTS: Final[tuple[AnyAgent, ...]] = (
    LISTING_AGENT,
    REVIEW_AGENT,
    LOGISTICS_AGENT,
    FEEDBACK_AGENT,
)
