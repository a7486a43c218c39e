"""Lists and tables of words that come with a package, a line an entry."""

from importlib.resources import files


def data_lines(package: str, name: str) -> list[str]:
    """Return the lines of a file in a package's `data`, without comments, which begin with `#`."""
    text = files(package).joinpath("data", name).read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
