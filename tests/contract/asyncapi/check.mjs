// Reads AsyncAPI documents, prints what AsyncAPI's own parser says of them as one JSON line, and fails on an error.
// Severities: 0 error, 1 warning, 2 information, 3 hint.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const results = [];
for (const path of process.argv.slice(2)) {
  const parser = new Parser();
  const { document, diagnostics } = await parser.parse(await readFile(path, "utf-8"), { source: path });
  results.push({
    path,
    channels: document?.channels().all().map((channel) => channel.address()) ?? [],
    operations: document?.operations().all().map((operation) => operation.id()) ?? [],
    diagnostics: diagnostics.map(({ code, message, path: where, severity }) => ({ code, message, where: where.join("."), severity })),
  });
}
console.log(JSON.stringify(results));
process.exitCode = results.some((result) => result.diagnostics.some(({ severity }) => severity === 0)) ? 1 : 0;
