from pathlib import Path

import pytest

from tests.peers import run_peers


@pytest.fixture(scope="session")
def seq2seq_peers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of translation models with random weights, and `{kind}.npz` with what transformers computes."""
    folder = tmp_path_factory.mktemp("peers")
    run_peers("peer_seq2seq.py", folder)
    return folder
