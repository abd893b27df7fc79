import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { INTERNAL_EVENTS } from "../shared/event.ts";

const root = join(import.meta.dirname, "..");

/** What our functions tell, by the calls of `happened` in them: the names of events with the fields of each. */
const toldByFunctions = (): Map<string, Set<string>> => {
  const told = new Map<string, Set<string>>();
  const sources = readdirSync(join(root, "server"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".lua"),
  );
  for (const path of sources) {
    const source = readFileSync(join(root, "server", path), "utf8").replaceAll("local function happened(", "");
    const calls = [...source.matchAll(/\bhappened\(/g)].length;
    const readable = [...source.matchAll(/\bhappened\([^,]+, ([^{]+), \{((?:'[^']*'|[^{}'])*)\}\)/g)];
    expect(readable, `${path}: happened(bucket, names, { fields }) is what this test can read`).toHaveLength(calls);
    for (const [, names = "", fields = ""] of readable)
      for (const [, name = ""] of names.matchAll(/'([a-z][a-z-]+)'/g)) {
        const known = told.get(name) ?? new Set();
        for (const [, plain, quoted] of fields.matchAll(/(?:^|,)\s*(?:(\w+)|\['(\w+)'\]) = /g))
          known.add(plain ?? quoted ?? "");
        told.set(name, known);
      }
  }
  return told;
};

/** The rows `| name | fields | … |` of docs/events.md; a guild's channel names the guild, too. */
const documented = (): Map<string, Set<string>> =>
  new Map(
    [...readFileSync(join(root, "docs/events.md"), "utf8").matchAll(/^\| `([a-z-]+)` \| ([^|]*) \|/gm)].map(
      ([, name = "", fields = ""]) => [name, new Set([...fields.matchAll(/`(\w+)`/g)].map(([, field = ""]) => field))],
    ),
  );

test("[EV16] docs/events.md lists every event that is told with its fields, and no other", () => {
  const sorted = (events: ReadonlyMap<string, ReadonlySet<string>>) =>
    Object.fromEntries(
      [...events].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, fields]) => [name, [...fields].sort()]),
    );
  expect(sorted(documented())).toEqual(sorted(toldByFunctions()));
  for (const name of INTERNAL_EVENTS) expect(documented().has(name)).toBe(true);
});
