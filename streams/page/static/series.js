// What the charts draw: columns of values over the same moments, as the server keeps them.

export class Series {
  constructor() {
    this.reset({ at: [], series: {} }, 900);
  }

  reset(history, lengthMax) {
    this.lengthMax = Math.max(2, Math.round(lengthMax));
    this.at = [...history.at];
    this.columns = new Map(Object.entries(history.series));
  }

  take(at, values) {
    for (const name of Object.keys(values)) {
      if (!this.columns.has(name)) this.columns.set(name, this.at.map(() => null));
    }
    this.at.push(at);
    for (const [name, column] of this.columns) column.push(values[name] ?? null);
    while (this.at.length > this.lengthMax) {
      this.at.shift();
      for (const column of this.columns.values()) column.shift();
    }
  }

  /** Names below a prefix (`lag/`), sorted, without it. */
  names(prefix) {
    const found = [];
    for (const name of this.columns.keys()) if (name.startsWith(prefix)) found.push(name.slice(prefix.length));
    return found.sort();
  }

  column(name) {
    return this.columns.get(name) ?? this.at.map(() => null);
  }

  last(name) {
    const column = this.columns.get(name);
    return column && column.length ? column[column.length - 1] : null;
  }

  sum(prefix) {
    const values = this.names(prefix).map((name) => this.last(prefix + name)).filter((value) => value !== null);
    return values.length ? values.reduce((a, b) => a + b, 0) : null;
  }

  max(prefix) {
    const values = this.names(prefix).map((name) => this.last(prefix + name)).filter((value) => value !== null);
    return values.length ? Math.max(...values) : null;
  }
}
