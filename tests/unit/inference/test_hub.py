"""Downloads from a hub on loopback: what is asked for, what is checked, and how each failure reads."""

import json
import resource
import shutil
import signal
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
from pydantic import SecretStr

from inference.library.catalog import Kind
from inference.library.hub import Hub, Reference, parse_reference
from schemas.errors import OperatorError
from schemas.settings import HubSettings
from tests.reference.loopback_hub import LoopbackHub, serving

OPUS = Reference("Helsinki-NLP/opus-mt-en-de")
CARD = "---\nlanguage:\n- en\n- de\nlicense: cc-by-4.0\n---\n# A model\n"
WEIGHTS = bytes(range(256)) * 800


def opus(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "marian"}))
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    (folder / "pytorch_model.bin").write_bytes(b"torch" * 4000)
    (folder / "rust_model.ot").write_bytes(b"rust" * 4000)
    (folder / "README.md").write_text(CARD)
    for name in ("source.spm", "target.spm", "vocab.json", "tokenizer_config.json"):
        (folder / name).write_text(name)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LoopbackHub]:
    opus(tmp_path / "hub" / OPUS.repository)
    with serving(tmp_path / "hub") as server:
        yield server
    huggingface_hub.close_session()


@pytest.fixture
def client(hub: LoopbackHub, tmp_path: Path) -> Hub:
    return Hub(settings(hub, tmp_path))


def settings(hub: LoopbackHub, tmp_path: Path, **changes: object) -> HubSettings:
    return HubSettings(endpoint=hub.endpoint, downloads_dir=tmp_path / "downloads", timeout_s=5.0, **changes)


def fetched(hub: LoopbackHub) -> list[str]:
    return [path.rpartition("/")[2] for method, path, _ in hub.requests if method == "GET" and "/resolve/" in path]


def test_only_the_files_needed_are_fetched_of_one_commit(hub: LoopbackHub, client: Hub) -> None:
    listing = client.look(OPUS)
    assert listing.commit == hub.commit
    assert listing.layout.kind is Kind.MARIAN
    assert (listing.licence.name, listing.licence.source) == ("cc-by-4.0", "model card")
    assert sorted(fetched(hub)) == ["README.md", "config.json"]
    seen: list[float] = []
    folder = client.download(listing, seen.append)
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert {path.name for path in folder.iterdir()} == set(listing.files)
    assert not {"pytorch_model.bin", "rust_model.ot"} & set(listing.files)
    assert all(f"/resolve/{hub.commit}/" in path for _, path, _ in hub.requests if "/resolve/" in path)
    assert any(path.startswith("/store/") for _, path, _ in hub.requests)
    assert hub.authorizations == {None}


def test_what_is_here_is_not_fetched_again(hub: LoopbackHub, client: Hub) -> None:
    client.download(client.look(OPUS), lambda _: None)
    hub.requests.clear()
    client.download(client.look(OPUS), lambda _: None)
    assert fetched(hub) == []


def test_a_broken_download_goes_on_where_it_stopped(
    hub: LoopbackHub, client: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The library writes ten megabytes at a time; these weights are smaller.
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 16_384)
    listing = client.look(OPUS)
    hub.cut_after["model.safetensors"] = 70_000
    with pytest.raises(OperatorError, match="goes on where it stopped") as caught:
        client.download(listing, lambda _: None)
    assert "\n" not in str(caught.value)
    hub.requests.clear()
    folder = client.download(listing, lambda _: None)
    ranges = [asked for method, path, asked in hub.requests if method == "GET" and path.endswith("model.safetensors")]
    assert len(ranges) == 1
    assert ranges[0] is not None
    assert 0 < int(ranges[0].removeprefix("bytes=").rstrip("-")) <= 70_000
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize("name", ["model.safetensors", "source.spm"])
def test_what_is_not_as_listed_is_refused_and_not_kept(hub: LoopbackHub, client: Hub, name: str) -> None:
    right = (hub.root / OPUS.repository / name).read_bytes()
    hub.swapped[name] = right[:-1] + b"?"
    with pytest.raises(OperatorError, match=f"{name} of {OPUS} is not what the hub lists: try again"):
        client.download(client.look(OPUS), lambda _: None)
    hub.swapped.clear()
    folder = client.download(client.look(OPUS), lambda _: None)
    assert (folder / name).read_bytes() == right


@pytest.mark.parametrize(
    ("reference", "revision", "says"),
    [
        (Reference("Helsinki-NLP/absent"), None, "has no model Helsinki-NLP/absent"),
        (OPUS, "v9", "has no revision 'v9'"),
        (Reference("Helsinki-NLP/gated"), None, "accepted its terms: accept them there, then set hub.token"),
        (
            Reference("somebody/opus-mt-en-de"),
            None,
            "somebody is not among the owners .* add somebody/opus-mt-en-de to",
        ),
        (Reference(OPUS.repository, "nothing/here"), None, "has no config.json"),
    ],
)
def test_each_refusal_is_one_line(
    hub: LoopbackHub, client: Hub, reference: Reference, revision: str | None, says: str
) -> None:
    opus(hub.root / "Helsinki-NLP/gated")
    hub.gated.add("Helsinki-NLP/gated")
    with pytest.raises(OperatorError, match=says) as caught:
        client.look(reference, revision)
    assert "\n" not in str(caught.value)
    if reference.repository.startswith("somebody"):
        assert hub.requests == []


def test_a_token_of_the_settings_opens_a_gated_model(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.gated.add(OPUS.repository)
    hub.token = "hub-token"  # noqa: S105
    client = Hub(settings(hub, tmp_path, token=SecretStr("hub-token")))
    assert client.look(OPUS).commit == hub.commit
    assert hub.authorizations == {"Bearer hub-token"}


def test_an_owner_or_a_single_model_can_be_allowed(hub: LoopbackHub, tmp_path: Path) -> None:
    opus(hub.root / "somebody/opus")
    opus(hub.root / "somebody/other")
    client = Hub(settings(hub, tmp_path, allow=("somebody/opus",)))
    assert client.look(Reference("somebody/opus")).commit == hub.commit
    with pytest.raises(OperatorError, match=r"somebody is not among"):
        client.look(Reference("somebody/other"))
    with pytest.raises(OperatorError, match=r"Helsinki-NLP is not among"):
        client.look(OPUS)


def test_a_model_may_lie_in_a_folder_of_its_repository(hub: LoopbackHub, client: Hub) -> None:
    opus(hub.root / "mozilla/models/tiny/ende")
    listing = client.look(Reference("mozilla/models", "tiny/ende"))
    folder = client.download(listing, lambda _: None)
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert folder.name == "ende"


def test_no_network_and_a_failing_hub_are_one_line(hub: LoopbackHub, client: Hub, tmp_path: Path) -> None:
    hub.status = 503
    with pytest.raises(OperatorError, match="answers with status 503: try again later"):
        client.look(OPUS)
    away = Hub(HubSettings(endpoint="http://127.0.0.1:9", downloads_dir=tmp_path / "downloads", timeout_s=2.0))
    with pytest.raises(OperatorError, match=r"cannot be reached .*check the network") as caught:
        away.look(OPUS)
    assert "\n" not in str(caught.value)


def test_too_little_room_is_said_before_the_first_byte(
    hub: LoopbackHub, client: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = client.look(OPUS)
    hub.requests.clear()
    usage = namedtuple("usage", "total used free")  # noqa: PYI024  (the form that shutil gives)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**6, 10**6 - 1000, 1000))
    with pytest.raises(OperatorError, match=r"needs 0 MB .* make room, or set hub.downloads_dir"):
        client.download(listing, lambda _: None)
    assert hub.requests == []


def test_a_disk_that_fills_up_is_one_line(hub: LoopbackHub, client: Hub) -> None:
    """The kernel refuses files over 10 kB, as a full disk would."""
    listing = client.look(OPUS)
    usual, largest = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, largest))
    try:
        with pytest.raises(OperatorError, match="is full: make room") as caught:
            client.download(listing, lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (usual, largest))
        signal.signal(signal.SIGXFSZ, handler)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("owner/name", Reference("owner/name")),
        ("owner/name/tiny/ende", Reference("owner/name", "tiny/ende")),
        ("name", None),
        ("owner/../name", None),
        ("./owner/name", None),
        ("/etc/passwd", None),
        ("owner/na me", None),
    ],
)
def test_references(text: str, reference: Reference | None) -> None:
    assert parse_reference(text) == reference
