from agents.registry import AGENTS
from schemas.contracts import CONTRACTS


def test_every_input_topic_has_one_agent():
    assert sorted(agent.contract.topic for agent in AGENTS) == sorted(CONTRACTS)
