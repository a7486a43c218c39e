"""The vector of a listing: which text it stands for, and when it is worth saying again."""

from base64 import b64encode

import numpy as np
from justhtml import JustHTML

from agents.base import Output, Tools
from agents.fingerprint import fingerprint
from inference.requests import Priority
from schemas.events import ListingUpdated
from schemas.outputs import ITEM_EMBEDDING_TYPE, ItemEmbedding
from schemas.topics import ITEM_EMBEDDING

# An output's id is told apart from its siblings' by the locale; a vector has none.
NO_LOCALE = ""


def plain_description(event: ListingUpdated) -> str:
    """The description without its tags."""
    if event.description_format == "html":
        return JustHTML(event.description, fragment=True).to_text()
    return event.description


def embedding_text(event: ListingUpdated) -> str:
    """The text that the vector stands for: what a buyer would read, and nothing that changes with the price."""
    return "\n".join(text for text in (event.title, plain_description(event), *event.bullets) if text.strip())


async def embed_listing(event: ListingUpdated, tools: Tools) -> ItemEmbedding | None:
    """Return the listing's vector, or None where nothing embeds or there is nothing to embed.

    Raises PoisonText, RequestTimeout, PoolDead.
    """
    model = tools.pool.embedding_model
    text = embedding_text(event)
    if not tools.embed_listings or model is None or not text:
        return None
    made_from = fingerprint(model.name, model.version, text)
    embedding = tools.vectors.recall(made_from)
    if embedding is None:
        embedding = await tools.pool.embed(text, priority=tools.priority(Priority.LISTING))
        tools.vectors.remember(made_from, embedding)
    vector = np.ascontiguousarray(embedding.vector, dtype="<f4")
    return ItemEmbedding(
        listing_id=event.listing_id,
        listing_version=event.version,
        model=embedding.model.name,
        model_version=embedding.model.version,
        dim=vector.size,
        normalized=embedding.normalized,
        vector=b64encode(vector.tobytes()).decode("ascii"),
        # The same text through the same model gives the same vector: an equal hash means an unchanged one.
        source_hash=made_from,
    )


def embedding_output(listing_id: str, embedding: ItemEmbedding | None) -> Output:
    """The record that tells a vector, or withdraws it."""
    basis = embedding.source_hash if embedding else None
    return Output(ITEM_EMBEDDING, listing_id, embedding, ITEM_EMBEDDING_TYPE, NO_LOCALE, listing_id, basis)
