"""The agents over the real localizer, pool and models: the demo's events, once and once more."""

from types import SimpleNamespace

import msgspec
import pytest
import pytest_asyncio

from agents.base import Tools
from agents.listing import LISTING_AGENT
from agents.registry import AGENTS
from cli.demo_events import load_demo_events
from inference.library.store import ModelStore
from inference.pool import Pool
from localization.localizer import Localizer
from localization.version import PIPELINE_VERSION
from schemas.codec import decode, encode
from schemas.contracts import CONTRACTS
from schemas.errors import Refused
from schemas.events import Price
from schemas.settings import Settings
from schemas.topics import TRANSLATION_FEEDBACK
from tests.unit.agents.fakes import listing, play

pytestmark = pytest.mark.models
LIMIT_BYTES = 1_000_000


def good_events(topic):
    for offset, sent in enumerate(load_demo_events()):
        record = SimpleNamespace(
            topic=sent.topic,
            partition=0,
            offset=offset,
            timestamp=0,
            key=sent.key,
            value=sent.value,
            headers=sent.headers,
        )
        if sent.topic == topic:
            try:
                yield decode(CONTRACTS[topic], record, limit_bytes=LIMIT_BYTES).event
            except Refused:
                continue


@pytest.fixture(scope="module")
def models():
    return ModelStore().load(Settings().pool)


@pytest_asyncio.fixture
async def tools(models):
    settings = Settings()
    async with Pool(models, settings.pool) as pool:
        yield Tools(
            localizer=Localizer(pool, settings.localization, PIPELINE_VERSION),
            pool=pool,
            locales=settings.localization.locales,
            partners=frozenset(settings.localization.partners),
            pipeline_version=PIPELINE_VERSION,
        )


def asked(tools):
    return sum(model.requests for model in tools.pool.statistics().models)


def wire(outcomes):
    return [
        [(out.topic, out.key, None if out.value is None else encode(out.value)) for out in o.outputs] for o in outcomes
    ]


@pytest.mark.parametrize("agent", AGENTS, ids=[agent.contract.topic for agent in AGENTS])
async def test_told_again_the_demo_asks_no_model_and_says_the_same(agent, tools):
    events = [e for e in good_events(agent.contract.topic) if getattr(e, "partner_id", "default") == "default"]
    outcomes, states = await play(agent, events, tools)
    first = asked(tools)
    assert (first > 0) is (agent.contract.topic != TRANSLATION_FEEDBACK)  # what people say asks no model
    again, same = await play(agent, events, tools)
    assert asked(tools) == first
    assert same == states
    # A text from memory says so; all else is byte for byte the same.
    assert [[place[:2] for place in told] for told in wire(again)] == [
        [place[:2] for place in told] for told in wire(outcomes)
    ]
    third, _ = await play(agent, events, tools)
    assert wire(third) == wire(again)


async def test_a_translated_listing_keeps_what_must_not_change(tools):
    event = listing(
        title="Blue cotton shirt by Harbour Lane",
        description='<p>Washes at 40 °C. See <a href="https://example.com/care">the care page</a>.</p>',
        description_format="html",
        brand="Harbour Lane",
        price=Price("1299.90", "BRL"),
        target_locales=("pt-BR",),
    )
    (outcome,), _ = await play(LISTING_AGENT, [event], tools)
    value = next(out.value for out in outcome.outputs if out.topic == "listing-localized.pt-BR")
    assert value.status == "localized"
    assert "Harbour Lane" in value.fields.title.text
    assert value.fields.title.text != event.title
    assert "40 °C" in value.fields.description.text
    assert '<a href="https://example.com/care"' in value.fields.description.text
    assert value.price_display == "R$\xa01.299,90"
    assert value.provenance.model == tools.pool.translates("en", "pt-BR").name
    vector = next(out.value for out in outcome.outputs if out.topic == "item-embedding")
    assert vector.model == tools.pool.embedding_model.name
    assert msgspec.json.decode(encode(vector))["dim"] == vector.dim


async def test_a_price_only_update_runs_no_model(tools):
    first = listing(title="Folding bicycle with 7 gears")
    await play(LISTING_AGENT, [first], tools)
    before = asked(tools)
    assert before > 0
    (outcome,), _ = await play(
        LISTING_AGENT, [msgspec.structs.replace(first, version=2, price=Price("5", "EUR"))], tools
    )
    assert asked(tools) == before
    assert outcome.outputs
