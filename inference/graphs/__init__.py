"""ONNX graphs, written node by node from weights: one module per architecture, over one builder."""
