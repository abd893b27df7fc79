import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { benches } from "../bench/benches.ts";
import { figuresOf, keepFigures, mayKeep, readFigures } from "../bench/figures/figures.ts";
import { draw, drawn } from "../bench/figures/page.ts";
import { stories } from "../bench/figures/stories.ts";
import { type Bench, type Round, runBench } from "../bench/frame.ts";
import { aFolder } from "./a-folder.ts";

const docs = join(import.meta.dirname, "../docs");
const AGAIN = "docs/performance.md and its plots are not those of docs/figures: npm run bench -- plots";
/** So that a page with all of them is quick to load. */
const MOST_BYTES = 30_000;

/** The run of a bench that is over at once; by a name of a real one, since only what the page knows can be shown. */
const aRun = (ours: number[], baseline: number[], quick = false, name = "fanout", sockets = 0) => {
  const next = (figures: number[]) => async (): Promise<Round> => ({
    deliveriesPerSecond: figures.shift() ?? 0,
    ...(name === "stadium" && { lastMs: 7, firstProcessMs: 5 }),
    odd: Number.NaN,
  });
  const bench: Bench = {
    ...{ name, about: "nothing", figure: "deliveriesPerSecond" },
    setUp: async () => ({
      ...{ note: "3 < 4 sockets", once: { ramp: { sockets } }, redis: { version: "Redis 7.0.15", fsync: "everysec" } },
      ...{ ours: next([0, ...ours]), baseline: next([0, ...baseline]), close: async () => undefined },
    }),
  };
  return runBench(bench, { quick, signal: new AbortController().signal });
};

/** A folder like docs, with nothing kept and an empty page. */
const someDocs = async (): Promise<{ docs: string; figures: string }> => {
  const page = "# Performance\n\n<!-- figures: npm run bench -- plots -->\n<!-- end of figures -->\n\n## fanout\n";
  const folder = await aFolder({ "performance.md": page, "figures/README": "no figures" });
  return { docs: folder, figures: join(folder, "figures") };
};

test("[BE32] what is kept of a run is every round of both sides, the machine and the fsync mode, also when the reach is missed", async () => {
  const { figures } = await someDocs();
  const file = await keepFigures(figures, figuresOf(await aRun([1, 2, 3, 4, 5], [9, 8, 7, 6, 5]), {}));
  expect(file).toBe(join(figures, "fanout.json"));
  const [kept] = await readFigures(figures);
  expect(kept?.figures).toMatchObject({
    ...{ bench: "fanout", quick: false, sizes: {}, note: "3 < 4 sockets", fsync: "everysec" },
    machine: { cores: expect.any(Number), cpu: expect.any(String), node: process.versions.node, redis: "Redis 7.0.15" },
  });
  expect(kept?.figures.rounds).toEqual(
    [
      [1, 9],
      [2, 8],
      [3, 7],
      [4, 6],
      [5, 5],
    ].map(([ours, baseline]) => ({ ours: { deliveriesPerSecond: ours }, baseline: { deliveriesPerSecond: baseline } })),
  );
});

test("[BE32] a quick run never takes the place of a full one; runs of other sizes stand beside it", async () => {
  const { figures } = await someDocs();
  const keep = async (quick: boolean, sizes: Record<string, number>): Promise<string> =>
    keepFigures(figures, figuresOf(await aRun([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], quick), sizes));
  const may = (quick: boolean, sizes = {}): Promise<boolean> => mayKeep(figures, { bench: "fanout", sizes, quick });
  expect([await may(true), await may(false)]).toEqual([true, true]);
  await keep(true, {});
  expect([await may(true), await may(false)]).toEqual([true, true]);
  await keep(false, {});
  expect([await may(true), await may(false), await may(true, { members: 40_000 })]).toEqual([false, true, true]);
  await keep(false, { members: 40_000 });
  await keep(false, { members: 9_000 });
  const files = (await readFigures(figures)).map(({ file }) => file);
  expect(files.toSorted()).toEqual(["fanout-members-40000.json", "fanout-members-9000.json", "fanout.json"]);
});

test("[BE33] table and plot show ratio, reach, medians and every round, and the same figures give the same bytes", async () => {
  const { docs: some, figures } = await someDocs();
  await keepFigures(figures, figuresOf(await aRun([40, 42, 80], [100, 90, 110], true), {}));
  await draw(some);
  const page = await readFile(join(some, "performance.md"), "utf8");
  expect(page).toContain("| 0.42 | ≥ 0.85 ✗ | 42 deliveries/s (40–80) | 100 deliveries/s (90–110) |");
  expect(page).toMatch(/\*\*quick run\*\* .*3 < 4 sockets.*`everysec`/);
  expect(page).toMatch(/^# Performance\n\n<!-- figures[\s\S]*<!-- end of figures -->\n\n## fanout\n$/);
  const svg = await readFile(join(some, "figures/fanout.svg"), "utf8");
  expect(svg.match(/<circle/g)).toHaveLength(6);
  expect(svg).toContain(">reach ≥ 85</text>");
  expect(svg).toContain(">ratio 0.42  ·  reach ≥ 0.85  ·  ✗ missed</text>");
  expect(svg).toContain(">3 &lt; 4 sockets.</text>");
  expect(svg).toContain(">A point is a round (3 of each side, in turns), a line their median.</text>");
  for (const { path, text } of await drawn(some)) expect(await readFile(join(some, path), "utf8")).toBe(text);
});

test("[BE33] runs of several sizes are shown together, the smallest first", async () => {
  const { docs: some, figures } = await someDocs();
  for (const sockets of [20_000, 4_000, 200_000]) {
    const run = await aRun([900_000, 1_900_000, 1_200_000], [], true, "stadium", sockets);
    await keepFigures(figures, figuresOf(run, sockets === 20_000 ? {} : { members: sockets }));
  }
  await draw(some);
  const svg = await readFile(join(some, "figures/stadium.svg"), "utf8");
  const rows = [...svg.matchAll(/>([\d,]+ sockets)</g)].map(([, name]) => name);
  expect(rows.slice(0, 3)).toEqual(["4,000 sockets", "20,000 sockets", "200,000 sockets"]);
  const page = await readFile(join(some, "performance.md"), "utf8");
  const files = [...page.matchAll(/\(figures\/(.*?)\)/g)].map(([, file]) => file);
  expect(files).toEqual(["stadium-members-4000.json", "stadium.json", "stadium-members-200000.json"]);
});

test("[BE33] the page and its plots are those of the figures that are kept, small, and shown for every bench", async () => {
  const expected = await drawn(docs);
  for (const { path, text } of expected) {
    expect(await readFile(join(docs, path), "utf8").catch(() => "missing"), AGAIN).toBe(text);
    if (path.endsWith(".svg")) expect({ path, small: text.length < MOST_BYTES }).toEqual({ path, small: true });
  }
  const names = benches.map(({ name }) => name).toSorted();
  expect(stories.map(({ bench }) => bench).toSorted()).toEqual(names);
  const files = await readdir(join(docs, "figures"));
  expect(files.filter((file) => file.endsWith(".svg")).toSorted()).toEqual(names.map((name) => `${name}.svg`));
  const page = expected.find(({ path }) => path === "performance.md")?.text ?? "";
  for (const name of names) expect(page).toMatch(new RegExp(`\n## ${name}\n\n!\\[.*\\]\\(figures/${name}\\.svg\\)\n`));
});
