"""The dashboards are what the code builds, lose nothing in the SDK's schema, and ask for metrics that exist."""

import json

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.build import FOLDER, documents
from deploy.grafana.sheet import Query, Sheet
from deploy.prometheus.catalogue import families_of, rules, series_of
from streams import families

DOCUMENTS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
UIDS = {
    "overview": "dragoman-overview",
    "lag": "dragoman-lag",
    "inference": "dragoman-inference",
    "quality": "dragoman-quality",
    "dead-letters": "dragoman-dead-letters",
}
KNOWN = {family.full_name for family in families.FAMILIES} | {rule["record"] for rule in rules() if "record" in rule}
OF_OTHERS = {"ALERTS", "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"}


@pytest.fixture(scope="module", autouse=True)
def plugins():
    register_default_plugins()


def panels(document):
    return [panel for panel in document["panels"] if panel["type"] != "row"]


def queries(document):
    return [target["expr"] for panel in panels(document) for target in panel.get("targets", ())]


def test_the_files_are_what_the_code_builds():
    assert {path.stem for path in documents()} == set(DOCUMENTS)
    for path, text in documents().items():
        assert path.read_text("utf-8") == text, f"{path.name} is old: make dashboards"


def test_links_and_bookmarks_outlive_a_new_version():
    assert {name: document["uid"] for name, document in DOCUMENTS.items()} == UIDS


def lost(before, after, at=""):
    """Places that a document has and its copy lacks, or has otherwise."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            place
            for key, value in before.items()
            for place in ([f"{at}.{key}"] if key not in after else lost(value, after[key], f"{at}.{key}"))
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [place for n, value in enumerate(before) for place in lost(value, after[n], f"{at}[{n}]")]
    return [] if before == after else [at]


def copied(document):
    return json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(document)))


@pytest.mark.parametrize("name", UIDS)
def test_the_schema_knows_every_key(name: str):
    assert lost(DOCUMENTS[name], copied(DOCUMENTS[name])) == []


def test_a_misspelt_key_would_be_found():
    document = json.loads(json.dumps(DOCUMENTS["lag"]))
    panels(document)[0]["targets"][0]["legendFromat"] = "{{topic}}"
    assert lost(document, copied(document)) == [".panels[1].targets[0].legendFromat"]


@pytest.mark.parametrize("name", UIDS)
def test_the_reader_chooses_the_data_source(name: str):
    document = DOCUMENTS[name]
    (source,) = (one for one in document["templating"]["list"] if one["type"] == "datasource")
    assert (source["name"], source["query"]) == ("datasource", "prometheus")
    for panel in panels(document):
        if panel["type"] != "text":
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])
            assert panel["description"]
            assert panel["targets"]


@pytest.mark.parametrize("name", UIDS)
def test_places_and_numbers_are_taken_once(name: str):
    document = DOCUMENTS[name]
    numbers = [panel["id"] for panel in document["panels"]]
    assert len(set(numbers)) == len(numbers)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in document["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) == 23


@pytest.mark.parametrize("name", UIDS)
def test_every_query_names_what_exists(name: str):
    assert len(queries(DOCUMENTS[name])) >= 6
    for expression in queries(DOCUMENTS[name]):
        read = families_of(series_of(expression.replace("$__rate_interval", "1m")))
        assert read
        assert read <= KNOWN | OF_OTHERS, expression


def test_a_query_for_what_does_not_exist_would_be_found():
    sheet = (
        Sheet("x", "X", "x").lines("t", "m", "s", Query("rate(dragoman_no_such_total[$__rate_interval])", "x")).build()
    )
    (expression,) = queries(json.loads(JSONEncoder().encode(sheet)))
    assert families_of(series_of(expression.replace("$__rate_interval", "1m"))) - KNOWN == {"dragoman_no_such_total"}
