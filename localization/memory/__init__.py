"""Memory: what a model was asked before is not asked again, and what a person has corrected outranks every model."""

from localization.memory.recall import Memory
from localization.memory.verdicts import Key, Verdict

__all__ = ["Key", "Memory", "Verdict"]
