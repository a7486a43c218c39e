"""Every message of the public contract in one list: what it is, where it goes, under which key, and an example."""

from typing import Final, Literal

from msgspec import Struct

from schemas import examples
from schemas.contracts import FEEDBACK_CONTRACT, LISTING_CONTRACT, LOGISTICS_CONTRACT, REVIEW_CONTRACT
from schemas.outputs import (
    DEAD_LETTER_TYPE,
    ITEM_EMBEDDING_TYPE,
    LISTING_LOCALIZED_TYPE,
    LOGISTICS_LOCALIZED_TYPE,
    MEMORY_ENTRY_TYPE,
    REVIEW_LOCALIZED_TYPE,
    TRANSLATION_CORRECTION_TYPE,
)
from schemas.topics import (
    DEAD_LETTER,
    INPUTS,
    ITEM_EMBEDDING,
    TRANSLATION_CORRECTIONS,
    TRANSLATION_MEMORY,
    TopicSpec,
    listing_localized,
    logistics_localized,
    review_localized,
    topic_specs,
)

LOCALE: Final = "{locale}"
PARTNER: Final = "{partner_id}"
_PREFIX: Final = "dragoman."


class Message(Struct, frozen=True):
    """One kind of message. `action` is Dragoman's own: it receives inputs and sends all else.

    `topic` is a name, or a template with `{locale}` or `{partner_id}` in it. `key` says what the record key is. `bare`:
    it travels without headers, for it is no event's output.
    """

    ce_type: str
    topic: str
    key: str
    action: Literal["receive", "send"]
    example: Struct
    takes_tombstones: bool = False
    bare: bool = False

    @property
    def name(self) -> str:
        """What people call it: `listing-updated.v1`."""
        return self.ce_type.removeprefix(_PREFIX)

    @property
    def kind(self) -> type[Struct]:
        """The struct of its value."""
        return type(self.example)


MESSAGES: Final = (
    Message(LISTING_CONTRACT.ce_type, LISTING_CONTRACT.topic, "listing_id", "receive", examples.LISTING_UPDATED, True),
    Message(REVIEW_CONTRACT.ce_type, REVIEW_CONTRACT.topic, "listing_id", "receive", examples.REVIEW_POSTED),
    Message(LOGISTICS_CONTRACT.ce_type, LOGISTICS_CONTRACT.topic, "shipment_id", "receive", examples.LOGISTICS_EVENT),
    Message(FEEDBACK_CONTRACT.ce_type, FEEDBACK_CONTRACT.topic, "source_id", "receive", examples.TRANSLATION_FEEDBACK),
    Message(LISTING_LOCALIZED_TYPE, listing_localized(LOCALE), "listing_id", "send", examples.LISTING_LOCALIZED, True),
    Message(REVIEW_LOCALIZED_TYPE, review_localized(LOCALE), "review_id", "send", examples.REVIEW_LOCALIZED, True),
    Message(
        LOGISTICS_LOCALIZED_TYPE, logistics_localized(PARTNER), "shipment_id", "send", examples.LOGISTICS_LOCALIZED
    ),
    Message(ITEM_EMBEDDING_TYPE, ITEM_EMBEDDING, "listing_id", "send", examples.ITEM_EMBEDDING, True),
    Message(TRANSLATION_CORRECTION_TYPE, TRANSLATION_CORRECTIONS, "text and source_id", "send", examples.CORRECTION),
    Message(MEMORY_ENTRY_TYPE, TRANSLATION_MEMORY, "hash of the segment", "send", examples.MEMORY_ENTRY, bare=True),
    Message(DEAD_LETTER_TYPE, DEAD_LETTER, "as received", "send", examples.DEAD_LETTER),
)


def specifications() -> dict[str, TopicSpec]:
    """The topic behind each message, by its name or template. Partition counts are a deployment's own: here 1."""
    specs = topic_specs(dict.fromkeys(INPUTS, 1), (LOCALE,), (PARTNER,))
    return {spec.name: spec for spec in specs}
