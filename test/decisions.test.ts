import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { Decision } from "../server/decisions/decision.ts";
import { makeDecisions } from "../server/decisions/decisions.ts";
import { decide } from "../server/notifier/decide.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const aDecision = (seq: number, part: Partial<Decision> = {}): Decision => ({
  ...{ at: 1_000 + seq, about: { type: "notice", channel: "guild:g1", epoch: 1, seq } },
  ...{ outcome: "drop", reason: "read", inputs: { readSeq: seq }, ...part },
});

const someDecisions = async () => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  return { redis, keys, decisions: makeDecisions(redis, keys) };
};

test("[DE1] a player's decisions are listed newest first, with inputs and reason", async () => {
  const { decisions } = await someDecisions();
  await decisions.record([
    { player: "ana", decision: aDecision(1) },
    { player: "beto", decision: aDecision(1) },
  ]);
  await decisions.record([
    { player: "ana", decision: aDecision(2, { outcome: "later", reason: "present", until: 9 }) },
  ]);
  expect(await decisions.list("ana")).toEqual([
    aDecision(2, { outcome: "later", reason: "present", until: 9 }),
    aDecision(1),
  ]);
  expect(await decisions.list("ana", 1)).toHaveLength(1);
  expect(await decisions.list("nobody")).toEqual([]);
});

test("[DE4] outcomes are counted by reason, pushes by what became of them", async () => {
  const { decisions } = await someDecisions();
  await decisions.record([
    { player: "ana", decision: aDecision(1) },
    { player: "beto", decision: aDecision(1) },
    { player: "ana", decision: aDecision(2, { outcome: "now", reason: "away", sent: { d1: "sent", d2: "gone" } }) },
  ]);
  expect(await decisions.totals()).toEqual(
    new Map([
      ["drop:read", 2],
      ["now:away", 1],
      ["sent:sent", 1],
      ["sent:gone", 1],
      ["pushed:notice", 1],
    ]),
  );
});

test("[DE4] the notifier tells these numbers at /totals", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  const { port } = await world.notifier();
  await world.announce("Hello");
  const totals = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/totals`)).json();
  await waitFor(async () => JSON.stringify(await totals()).includes("pushed:notice"), "the push");
  expect(await totals()).toEqual({
    totals: { "drop:own-entry": 1, "now:away": 1, "sent:sent": 1, "pushed:notice": 1 },
  });
});

test("[DE5] about 200 decisions of a player are kept, for 3 days after the last", async () => {
  const { redis, keys, decisions } = await someDecisions();
  for (let page = 0; page < 10; page += 1)
    await decisions.record(
      Array.from({ length: 100 }, (_, index) => ({ player: "ana", decision: aDecision(page * 100 + index) })),
    );
  const listed = await decisions.list("ana");
  expect(listed).toHaveLength(200);
  expect(listed[0]?.about.seq).toBe(999);
  const key = keys.of("player:ana", "decisions");
  expect(await redis.run(key, ["XLEN", key])).toBeLessThan(400);
  expect(await redis.run(key, ["PTTL", key])).toBeGreaterThan(3 * 24 * 60 * 60 * 1000 - 60_000);
});

/** The inputs as `decide` takes them, read from what is stored. */
const inputsSchema = z.object({
  ...{ type: z.literal("entry"), importance: z.enum(["high", "normal"]), author: z.string(), seq: z.number() },
  ...{ expiresAt: z.number(), gone: z.boolean(), graceMs: z.number() },
  ...{ player: z.string(), member: z.boolean(), readSeq: z.number(), unread: z.number(), told: z.boolean() },
  ...{ presence: z.enum(["reading", "present", "none"]), push: z.enum(["all", "important", "none"]) },
  ...{ devices: z.number(), waited: z.boolean(), blocked: z.boolean(), banned: z.boolean() },
  concern: z.enum(["concerned", "unconcerned", "over"]),
});

test("[DE3] the inputs a decision is stored with give the same decision again", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana", "beto", "caro"]) await world.member(player);
  await world.players.putPreferences("beto", { push: "none", previews: true });
  await world.present("caro", true);
  await world.notifier();
  await world.announce("Hello");
  await waitFor(async () => (await world.decisions.list("ana")).length, "a decision about ana");
  const outcomes = new Map<string, string>();
  for (const player of ["leader", "ana", "beto", "caro"]) {
    const [decision] = await world.decisions.list(player);
    if (decision === undefined) throw new Error(`nothing was decided about ${player}`);
    const inputs = inputsSchema.parse(decision.inputs);
    const again = decide(inputs, inputs, decision.at);
    expect({ ...again }).toEqual({
      outcome: decision.outcome,
      reason: decision.reason,
      ...(decision.until === undefined ? {} : { until: decision.until }),
    });
    outcomes.set(player, decision.reason);
  }
  expect(Object.fromEntries(outcomes)).toEqual({ leader: "own-entry", ana: "away", beto: "push-off", caro: "reading" });
  expect((await world.decisions.list("ana"))[0]?.sent).toEqual({ d1: "sent" });
});
