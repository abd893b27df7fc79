import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { toldEventsSchema } from "../shared/api/earning.ts";
import { type Api, anApi, codeOf, detailsOf } from "./an-api.ts";
import { waitFor } from "./wait-for.ts";

const won = { event: "won", player: { points: 10 }, guild: { points: 4 } };
const rules = { zone: "America/Bogota", caps: { day: 1_000 }, rules: [won] };

let api: Api;
let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gremio-test-"));
  file = join(folder, "rules.json");
  await writeFile(file, JSON.stringify(rules));
  api = await anApi({ GREMIO_EARNING_RULES: file, GREMIO_EARNING_SAMPLE: "1" });
  await api.guild("g1", ["ana", "beto"]);
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

const tell = async (events: unknown[]) =>
  toldEventsSchema.parse(await api.backend("POST", "/v1/earning/events", { events })).events;
const booksOf = async () =>
  Promise.all(["players/ana", "players/beto", "guilds/g1"].map((book) => api.backend("GET", `/v1/${book}/points`)));

test("[EA13] the backend tells events together and gets what each came to; the same again pays nothing more", async () => {
  const events = [
    { id: "m1", event: "won", player: "ana", with: ["beto"], value: 7 },
    { id: "m1", event: "won", player: "beto" },
    { id: "m2", event: "won", player: "nadie" },
    { id: "m1", event: "won", player: "ana", with: ["beto"], value: 7 },
    { id: "m1", event: "lost", player: "ana" },
  ];
  const paid = { points: { player: 10, guild: 4 }, rules: [{ rule: "won", player: 10, guild: 4, notes: [] }] };
  expect(await tell(events)).toEqual([
    { id: "m1", player: "ana", ...paid, repeated: false },
    { id: "m1", player: "beto", ...paid, repeated: false },
    { id: "m2", player: "nadie", error: expect.objectContaining({ code: "player-not-found" }) },
    { id: "m1", player: "ana", ...paid, repeated: true },
    { id: "m1", player: "ana", error: expect.objectContaining({ code: "key-reused" }) },
  ]);
  await Promise.all([tell(events), tell(events)]);
  expect(await booksOf()).toEqual([{ balance: 10 }, { balance: 10 }, { balance: 8 }]);
});

test("[EA13] Gremio's own events, more than a hundred and none at all are refused, and nothing is paid", async () => {
  const send = (events: unknown[]) =>
    api.send({
      ...{ method: "POST", path: "/v1/earning/events", body: { events } },
      headers: { "x-api-key": api.apiKeys[0] },
    });
  const before = await booksOf();
  const good = { id: "m9", event: "won", player: "ana" };
  const own = await send([good, { id: "m9", event: "help-given", player: "ana", partner: "beto" }]);
  expect([codeOf(own), detailsOf(own)]).toEqual([
    "bad-request",
    ["events.1.event: an event of the game; this one is Gremio's own"],
  ]);
  expect(codeOf(await send(Array.from({ length: 101 }, (_, index) => ({ ...good, id: `m-${index}` }))))).toBe(
    "bad-request",
  );
  expect(codeOf(await send([]))).toBe("bad-request");
  expect(codeOf(await send([good, { ...good, partner: "ana" }]))).toBe("bad-request");
  expect(await booksOf()).toEqual(before);
});

test("[EA11] the backend asks what other rules would have paid", async () => {
  const other = { zone: "America/Bogota", rules: [{ ...won, player: { points: 15 } }] };
  expect(await api.backend("POST", "/v1/earning/dry-run", other)).toMatchObject({
    sample: { of: 1, buckets: 256 },
    total: { player: { paid: 20, wouldPay: 30 }, guild: { paid: 8, wouldPay: 8 } },
    players: [
      { paid: 10, wouldPay: 15 },
      { paid: 10, wouldPay: 15 },
    ],
    guilds: [],
  });
});

test("[EA9] the rules in force are told, and a change of the file becomes them in the running service", async () => {
  const seen = z.object({
    version: z.string(),
    problems: z.array(z.string()),
    rules: z.looseObject({ zone: z.string() }),
  });
  const inForce = async () => seen.parse(await api.backend("GET", "/v1/earning/rules"));
  const first = await inForce();
  expect(first).toMatchObject({ problems: [], rules: { zone: "America/Bogota", newMemberHours: 24, rules: [won] } });
  await writeFile(file, JSON.stringify({ ...rules, rules: [{ ...won, player: { points: 3 } }] }));
  await waitFor(async () => (await inForce()).version !== first.version, "the changed rules");
  expect(await tell([{ id: "m20", event: "won", player: "ana" }])).toMatchObject([{ points: { player: 3 } }]);
});
