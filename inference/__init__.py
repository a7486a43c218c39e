"""Models and the pool: texts in, texts or vectors out."""

import os

# The official builds of ONNX Runtime report their use to their maker from the moment they are imported: a session id is
# written to the temporary folder, a host is looked up. A shop's engine tells nobody, so this stands before any import
# of it; a user who wants it sets the variable to 0.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
