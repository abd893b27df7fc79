import { pino } from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { makeChanges } from "../server/channel/changes.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeReads } from "../server/channel/reads.ts";
import { makeSweep, startSweeping } from "../server/channel/sweep.ts";
import { bucketOf, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asNumber } from "../server/redis/reply.ts";
import type { TextBody } from "../shared/entry.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const channel = "guild:g1";
const HOUR_MS = 3_600_000;
let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

let scenes = 0;
/** Guild `g1` of ana (leader), beto and caro: entries 1 to 3. */
const scene = async (historyLength = 1_000) => {
  scenes += 1;
  const keys = makeKeys(`t-sweep-${process.pid}-${scenes}`);
  await aGuild(redis, keys, "g1", ["ana", "beto", "caro"]);
  const log = makeLog(redis, keys, { historyLength });
  let nonces = 0;
  const nonce = (): string => {
    nonces += 1;
    return `nonce-${nonces}-of-sweep`;
  };
  const warnings: unknown[] = [];
  const logger = pino({ level: "warn" }, { write: (line: string) => warnings.push(JSON.parse(line)) });
  const bucket = bucketOf(channel);
  const keyIn = (part: string): string => keys.inBucket(bucket, part);
  const run = (part: string, command: string, ...args: string[]) => {
    const key = keys.of(channel, part);
    return redis.run(key, [command, key, ...args]);
  };
  return {
    keys,
    log,
    nonce,
    warnings,
    run,
    changes: makeChanges(redis, keys, { historyLength }),
    reads: makeReads(redis, keys),
    /** A moment between what was said before and what is said after. */
    moment: async (): Promise<number> => {
      const { entries } = await log.before(channel, undefined, undefined, 1);
      const at = (entries[0]?.at ?? 0) + 1;
      await waitFor(() => Date.now() > at, "the next millisecond");
      return at;
    },
    say: async (body: TextBody, author = "ana") => {
      const mentions = typeof body === "string" ? undefined : body.mentions;
      const { seq } = await log.append({ channel, author, nonce: nonce(), kind: "text", body, mentions });
      return seq;
    },
    seqs: async () => (await log.before(channel, undefined, undefined, 200)).entries.map(({ seq }) => seq),
    /** Sweeps as if entries were kept until `until`; undefined: as long as their number allows. */
    sweep: async (until?: number, now?: () => number) => {
      await redis.run(keyIn("sweeping"), ["DEL", keyIn("sweeping")]);
      const options = until === undefined ? {} : { historyMs: 0, now: now ?? (() => until) };
      return makeSweep(redis, keys, logger, options).bucket(bucket);
    },
    sweepLocked: () => makeSweep(redis, keys, logger).bucket(bucket),
    forgetClock: () => redis.run(keyIn("swept"), ["DEL", keyIn("swept")]),
    count: async (part: string): Promise<number> => {
      const type = await run(part, "TYPE");
      if (type === "none") return 0;
      return asNumber(await run(part, type === "hash" ? "HLEN" : "ZCARD"));
    },
  };
};
type Scene = Awaited<ReturnType<typeof scene>>;

/** Everything that can lie beside the log for an entry. */
const busyEntry = async ({ say, changes, run, nonce }: Scene): Promise<number> => {
  const seq = await say({ text: "¡vengan!", mentions: { players: [2] } });
  await say({ text: "¡todos!", mentions: { groups: ["all"] } });
  await say({ text: "¡oficiales!", mentions: { groups: ["officers"], players: [2] } });
  await changes.edit({ channel, nonce: nonce(), seq, author: "ana", text: "¡vengan ya!" });
  await changes.react(channel, "beto", seq, "🔥", true);
  await changes.pin({ channel, nonce: nonce(), seq, player: "ana", on: true });
  await changes.delete({ channel, nonce: nonce(), seq: await say("ups"), player: "ana" });
  await run("cards", "HSET", String(seq), JSON.stringify({ version: 1, counts: {}, who: {}, closed: false }));
  await run("cardrules", "HSET", String(seq), "{}");
  await run(`acted:${seq}`, "HSET", "2", "done");
  await run(`asked:${seq}`, "HSET", "2:do", "n 1");
  return seq;
};
const BESIDE = ["changes", "reactions", "reacted", "cards", "cardrules", "pins", "gone"];
const CALLS = ["calls:2", "calls:2+officers", "calls:all", "calls:officers"];
const beside = async ({ count }: Scene, seq: number): Promise<number[]> =>
  Promise.all([...BESIDE, ...CALLS, `acted:${seq}`, `asked:${seq}`].map(count));

test("[HI1] entries older than the bound go, younger ones stay, however many there are", async () => {
  const world = await scene();
  const { say, moment, sweep, seqs, log } = world;
  for (let n = 0; n < 450; n++) await say(`old ${n}`);
  const until = await moment();
  const young = [await say("young 1"), await say("young 2")];
  await sweep(until);
  expect(await seqs()).toEqual(young);
  expect((await log.before(channel, "beto", undefined, 50)).floor).toBe(young[0]);
  await sweep(until);
  expect(await seqs()).toEqual(young);
  await world.forgetClock();
  await sweep(await moment());
  expect(await seqs()).toEqual([]);
  const next = await say("after");
  expect([next, await seqs()]).toEqual([(young[1] ?? 0) + 1, [next]]);
});

test("[HI1] without a bound by age nothing goes by age", async () => {
  const { say, sweep, seqs } = await scene();
  await say("one");
  await sweep();
  expect(await seqs()).toEqual([1, 2, 3, 4]);
});

test("[HI2] what lies beside the log goes with its entry, and only that", async () => {
  const world = await scene();
  const old = await busyEntry(world);
  const until = await world.moment();
  const young = await busyEntry(world);
  expect(await beside(world, old)).toEqual([4, 2, 2, 2, 2, 2, 2, 4, 2, 2, 2, 1, 1]);
  await world.sweep(until);
  expect(await beside(world, old)).toEqual([2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 0, 0]);
  expect((await beside(world, young)).slice(-2)).toEqual([1, 1]);
  expect((await world.changes.pins(channel, "beto")).entries).toMatchObject([
    { seq: young, body: { text: "¡vengan ya!" } },
  ]);
  expect((await world.reads.status(channel, "beto")).read.mentions).toBe(3);
});

test("[HI2] also when it went because of its number", async () => {
  const world = await scene(10);
  const old = await busyEntry(world);
  for (let n = 0; n < 300; n++) await world.say(`m${n}`);
  expect(await world.seqs()).not.toContain(old);
  expect(await world.count("changes")).toBe(2);
  await world.sweep();
  expect(await beside(world, old)).toEqual(new Array(13).fill(0));
});

test("[HI3] what was dropped by its number is not unread from that moment on", async () => {
  const { say, reads, log } = await scene(100);
  const first = await say("first");
  await reads.seen(channel, "caro", first);
  for (let n = 0; n < 350; n++) await say({ text: `m${n}`, mentions: { players: [2, 3] } });
  const kept = (await log.before(channel, undefined, undefined, 1_000)).entries.filter(
    ({ kind }) => kind === "text",
  ).length;
  expect(kept).toBeLessThan(300);
  for (const player of ["beto", "caro"]) {
    const { unread, mentions } = (await reads.status(channel, player)).read;
    expect([unread, mentions]).toEqual([kept, Math.min(kept, 200)]);
  }
});

test("[HI3] unread and mentions count what is kept, whatever was deleted or swept", async () => {
  const { say, changes, reads, moment, sweep, nonce } = await scene();
  const unread = async (player: string) => {
    const { read } = await reads.status(channel, player);
    return [read.unread, read.mentions];
  };
  await say("before");
  await reads.seen(channel, "caro", await say("read by caro"));
  const gone = await say("deleted");
  await say({ text: "old", mentions: { players: [2, 3] } });
  await changes.delete({ channel, nonce: nonce(), seq: gone, player: "ana" });
  const until = await moment();
  await say({ text: "young", mentions: { players: [2, 3] } });
  const young = await say("deleted too");
  await changes.delete({ channel, nonce: nonce(), seq: young, player: "ana" });
  await say("last");
  expect([await unread("beto"), await unread("caro")]).toEqual([
    [5, 2],
    [3, 2],
  ]);
  await sweep(until);
  expect([await unread("beto"), await unread("caro"), await unread("ana")]).toEqual([
    [2, 1],
    [2, 1],
    [0, 0],
  ]);
  expect(await reads.seen(channel, "caro", gone)).toMatchObject({ unread: 2, mentions: 1 });
  expect(await reads.seen(channel, "caro", young)).toMatchObject({ unread: 1, mentions: 0 });
});

test("[HI4] a cursor below the floor is too old, one at the head is complete though nothing is kept", async () => {
  const { say, log, moment, sweep } = await scene();
  for (const text of ["one", "two"]) await say(text);
  const until = await moment();
  const last = await say("three");
  const resume = (seq: number) => log.resume(channel, "beto", { epoch: 1, seq }, 50);
  await sweep(until);
  expect(await resume(2)).toMatchObject({ complete: false, reason: "too-old", floor: last });
  expect(await resume(last - 1)).toMatchObject({ complete: true, entries: [{ seq: last }] });
  await sweep(await moment());
  expect(await resume(last - 1)).toMatchObject({ complete: false, reason: "too-old", entries: [], floor: 0 });
  expect(await resume(last)).toMatchObject({ complete: true, entries: [] });
});

test("[HI5] a clock that jumps ahead moves the bound by an hour a visit and says so; the earliest clock counts", async () => {
  const { say, sweep, seqs, warnings, forgetClock, moment } = await scene();
  await say("one");
  const all = await seqs();
  const now = await moment();
  await sweep(0, () => now - 100 * HOUR_MS);
  await sweep(0, () => now + 10_000 * HOUR_MS);
  expect(await seqs()).toEqual(all);
  expect(warnings).toMatchObject([{ event: "sweep-held-back" }]);
  await forgetClock();
  await sweep(0, () => now - HOUR_MS);
  expect(await seqs()).toEqual(all);
  await sweep(0, () => now);
  expect(await seqs()).toEqual([]);
  expect(warnings).toHaveLength(1);
});

test("[HI6] a bucket is swept by one process at a time, and not again for a while", async () => {
  const { sweep, sweepLocked } = await scene();
  expect(await sweep()).toBe(true);
  expect(await sweepLocked()).toBe(false);
});

test("[HI6] a process goes round all buckets by itself", async () => {
  const { say, seqs, keys, moment } = await scene();
  await say("one");
  const until = await moment();
  const options = { historyMs: 0, now: () => until, paceMs: 1 };
  const two = [1, 2].map(() => startSweeping(redis, keys, pino({ level: "silent" }), options));
  onTestFinished(() => {
    for (const one of two) one.close();
  });
  await waitFor(async () => (await seqs()).length === 0, "the sweep");
});

test("[HI7] an entry nobody can read any more is a void with its seq, and the page says so", async () => {
  const { log, run, say } = await scene();
  const last = await say("one");
  await run("log", "XADD", `${last + 1}-0`, "d", `[${last + 1},1,${Date.now()},99,1,1,{"new":"thing"}]`);
  const { entries } = await log.before(channel, "beto", undefined, 2);
  expect(entries).toMatchObject([
    { seq: last, kind: "text" },
    { seq: last + 1, kind: "void", body: null },
  ]);
});
