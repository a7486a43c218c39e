"""What the dashboards share: a sheet that numbers and places panels, all on one data source that the reader chooses."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Self

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus, stat, table, text, timeseries
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

DATASOURCE: Final = dashboard.DataSourceRef(type_val="prometheus", uid="${datasource}")
PREFIX: Final = "dragoman-"  # of every uid: links and bookmarks outlive a new version
TAG: Final = "dragoman"
HEIGHT: Final = 7
THIRD: Final = 8  # of the grid's 24 columns
GOOD: Final = "green"
BAD: Final = "red"


class Query(NamedTuple):
    """A PromQL expression and what its series are called; `{{label}}` stands for a label's value."""

    expression: str
    legend: str


class Mark(NamedTuple):
    """From `value` on a panel is `colour`; None is the lowest step."""

    value: float | None
    colour: str


class Sheet:
    """A dashboard in the making: rows and panels from left to right, top to bottom."""

    def __init__(self, name: str, title: str, description: str) -> None:
        self._panels = 0
        self._builder = (
            builders.Dashboard(f"Dragoman / {title}")
            .uid(PREFIX + name)
            .description(description)
            .tags([TAG])
            .timezone("browser")
            .refresh("30s")
            .time("now-3h", "now")
            .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
            .readonly()
            .link(
                builders.DashboardLink("Dragoman")
                .type(dashboard.DashboardLinkType.DASHBOARDS)
                .tags([TAG])
                .as_dropdown(as_dropdown=True)
                .keep_time(keep_time=True)
            )
            .with_variable(builders.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        )

    def build(self) -> dashboard.Dashboard:
        """Return the finished dashboard."""
        return self._builder.build()

    def by_instance(self) -> Self:
        """Let the reader choose among workers: `$instance` stands for those."""
        variable = (
            builders.QueryVariable("instance")
            .label("worker")
            .datasource(DATASOURCE)
            .query("label_values(dragoman_assigned_partitions, instance)")
            .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
            .multi(multi=True)
            .include_all(include_all=True)
            .all_value(".*")
            .current(dashboard.VariableOption(text="All", value="$__all"))
        )
        self._builder.with_variable(variable)
        return self

    def row(self, title: str) -> Self:
        """Begin a row."""
        self._panels += 1
        self._builder.with_row(builders.Row(title).id(self._panels))
        return self

    def lines(
        self, title: str, meaning: str, unit: str, *queries: Query, width: int = THIRD, marks: Sequence[Mark] = ()
    ) -> Self:
        """Add a panel of curves; `unit` is Grafana's name of one. `marks` are drawn as lines."""
        self._panels += 1
        panel = (
            timeseries.Panel()
            .id(self._panels)
            .title(title)
            .description(meaning)
            .datasource(DATASOURCE)
            .unit(unit)
            .min(0)
            .fill_opacity(8)
            .show_points(common.VisibilityMode.NEVER)
            .legend(
                common_builders.VizLegendOptions()
                .show_legend(show_legend=True)
                .display_mode(common.LegendDisplayMode.LIST)
                .placement(common.LegendPlacement.BOTTOM)
                .calcs([])
            )
            .tooltip(
                common_builders.VizTooltipOptions()
                .mode(common.TooltipDisplayMode.MULTI)
                .sort(common.SortOrder.DESCENDING)
            )
            .targets(_targets(queries))
            .height(HEIGHT)
            .span(width)
        )
        if marks:
            style = common_builders.GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED)
            panel.thresholds(_thresholds(marks)).thresholds_style(style)
        self._builder.with_panel(panel)
        return self

    def numbers(
        self, title: str, meaning: str, unit: str, *queries: Query, marks: Sequence[Mark], width: int = 4
    ) -> Self:
        """Add a panel of numbers as they are now, coloured by `marks`."""
        self._panels += 1
        self._builder.with_panel(
            stat.Panel()
            .id(self._panels)
            .title(title)
            .description(meaning)
            .datasource(DATASOURCE)
            .unit(unit)
            .thresholds(_thresholds(marks))
            .graph_mode(common.BigValueGraphMode.NONE)
            .color_mode(common.BigValueColorMode.VALUE)
            .reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False))
            .targets(_targets(queries, instant=True))
            .height(HEIGHT)
            .span(width)
        )
        return self

    def table(self, title: str, meaning: str, unit: str, query: Query, width: int = THIRD) -> Self:
        """Add a table of series as they are now: a column for each label and one for the value."""
        self._panels += 1
        hidden = dashboard.DataTransformerConfig(
            id_val="organize", options={"excludeByName": {"Time": True}, "renameByName": {"Value": query.legend}}
        )
        self._builder.with_panel(
            table.Panel()
            .id(self._panels)
            .title(title)
            .description(meaning)
            .datasource(DATASOURCE)
            .unit(unit)
            .with_transformation(hidden)
            .targets(_targets([query], instant=True, form=PromQueryFormat.TABLE))
            .height(HEIGHT)
            .span(width)
        )
        return self

    def words(self, title: str, markdown: str, width: int = THIRD) -> Self:
        """Add a panel of text."""
        self._panels += 1
        self._builder.with_panel(
            text.Panel().id(self._panels).title(title).content(markdown).height(HEIGHT).span(width)
        )
        return self


def quantiles(histogram: str, by: str, where: str = "", *, legend: str) -> list[Query]:
    """Return the median and the 99th percentile of a histogram, by the labels `by`."""
    rates = f"sum by (le, {by}) (rate({histogram}_bucket{where}[$__rate_interval]))"
    return [
        Query(f"histogram_quantile({quantile}, {rates})", f"{legend} p{round(quantile * 100)}")
        for quantile in (0.5, 0.99)
    ]


def mean(histogram: str, by: str, where: str = "") -> str:
    """Return the mean of a histogram's observations, by the labels `by`."""
    rates = (f"sum by ({by}) (rate({histogram}_{part}{where}[$__rate_interval]))" for part in ("sum", "count"))
    return " / ".join(rates)


def _targets(
    queries: Sequence[Query], *, instant: bool = False, form: PromQueryFormat = PromQueryFormat.TIME_SERIES
) -> list[prometheus.Dataquery]:
    targets = []
    for number, query in enumerate(queries):
        target = (
            prometheus.Dataquery()
            .ref_id(chr(ord("A") + number))
            .datasource(DATASOURCE)
            .expr(query.expression)
            .legend_format(query.legend)
            .format(form)
        )
        targets.append(target.instant() if instant else target.range())
    return targets


def _thresholds(marks: Sequence[Mark]) -> builders.ThresholdsConfig:
    steps = [dashboard.Threshold(value=mark.value, color=mark.colour) for mark in marks]
    return builders.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(steps)
