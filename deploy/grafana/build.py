"""Builds the dashboards: `python deploy/grafana/build.py` writes deploy/grafana/dashboards/*.json.

Made with Grafana's Foundation SDK (Apache-2.0) in the schema of Grafana 11.6. Grafana reads the files through
deploy/grafana/provisioning; elsewhere they can be imported by hand. They want the rules of deploy/prometheus/rules.
"""

import json
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.sheet import PREFIX
from deploy.grafana.sheets.inference import inference
from deploy.grafana.sheets.lag import lag
from deploy.grafana.sheets.letters import letters
from deploy.grafana.sheets.overview import overview
from deploy.grafana.sheets.quality import quality

FOLDER: Final = Path(__file__).with_name("dashboards")
SHEETS: Final = (overview, lag, inference, quality, letters)


def documents() -> dict[Path, str]:
    """Return what every dashboard's file holds."""
    built = [sheet().build() for sheet in SHEETS]
    return {
        FOLDER / f"{str(made.uid).removeprefix(PREFIX)}.json": json.dumps(
            json.loads(JSONEncoder(sort_keys=True).encode(made)), indent=2, sort_keys=True, ensure_ascii=False
        )
        + "\n"
        for made in built
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for stale in FOLDER.glob("*.json"):
        stale.unlink()
    for path, text in documents().items():
        path.write_text(text, "utf-8")
