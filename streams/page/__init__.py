"""The live page: a process of its own that reads outputs as any consumer does and asks the workers for their metrics.

It joins no group and commits nothing, so it can neither slow a worker down nor be missed.
"""
