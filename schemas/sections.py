"""What every group of settings has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A frozen group of settings that refuses keys it does not know. What was wrongly set is never quoted."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
