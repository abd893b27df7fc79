import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { FEED, makeFeed } from "../server/outbox/feed.ts";
import { makeFeedReader } from "../server/outbox/feed-reader.ts";
import { makeFeedState } from "../server/outbox/feed-state.ts";
import { startFollower } from "../server/outbox/follower.ts";
import type { Redis } from "../server/redis/redis.ts";
import { GremioError } from "../shared/errors.ts";
import { INTERNAL_EVENTS } from "../shared/event.ts";
import { eventsPageSchema } from "../shared/operations/events.ts";
import { aRedis } from "./a-redis.ts";
import { aRedisToLose } from "./a-redis-to-lose.ts";
import { anApi } from "./an-api.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

/** A feed that one process holds, with events `e0`, `e1` … of bucket 7. */
const aFeed = async (keptMs = 60_000, most = 1_000_000) => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const feed = makeFeed(redis, keys, { keptMs, most });
  const reader = makeFeedReader(redis, keys);
  onTestFinished(() => reader.close());
  await feed.hold("me", 60_000);
  let position = "0-0";
  let count = 0;
  return {
    redis,
    keys,
    feed,
    reader,
    add: async (some: number, event = "e"): Promise<void> => {
      const to = `${count + some}-0`;
      const events = Array.from({ length: some }, (_, n) => ({ id: `7-${count + n}`, event, at: 1 }));
      position = await feed.add("me", 7, position, to, events);
      count += some;
    },
    age: async (ms: number): Promise<void> => {
      const key = keys.of(FEED, "events");
      const rows = z
        .array(z.tuple([z.string(), z.array(z.string())]))
        .parse(await redis.run(key, ["XRANGE", key, "-", "+"]));
      await redis.run(key, ["DEL", key]);
      for (const [id, [d = "", document = "", t = "", time = ""]] of rows)
        await redis.run(key, ["XADD", key, id, d, document, t, String(Number(time) - ms)]);
    },
    ids: async (after?: string, limit = 500, types?: string[]) =>
      (await reader.read({ after, limit, types, waitMs: 0 })).events.map(({ id }) => id),
  };
};
/** `details` of a refusal with this code. */
const refusal = async (asked: Promise<unknown>, code: string): Promise<string[]> => {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code });
  return error instanceof GremioError ? (error.details ?? []) : [];
};
const cutSchema = z.object({ event: z.string(), most: z.int(), promisedMs: z.int(), keptMs: z.int() });
const again = (from: number, to: number) => named(from, to).map((id) => ({ id, event: "e", at: 1 }));
const named = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `7-${from + n}`);

test("[EV6] by `next` one gets every event once, in order, whatever the limit, also those that come meanwhile", async () => {
  const { reader, add } = await aFeed();
  await add(25);
  const got: string[] = [];
  let after: string | undefined;
  for (let round = 0; round < 12; round++) {
    if (round === 3) await add(10);
    const { events, next, lost } = await reader.read({ after, limit: 4, waitMs: 0 });
    expect(lost).toBeUndefined();
    expect(events.length).toBeLessThanOrEqual(4);
    got.push(...events.map(({ id }) => id));
    after = next;
  }
  expect(got).toEqual(named(0, 35));
});

test("[EV6] asked for some names only, it gives these and passes over the others, however many", async () => {
  const { reader, add, ids } = await aFeed();
  await add(2, "wanted");
  for (let n = 0; n < 12; n++) await add(1_000, "other");
  await add(2, "wanted");
  const got: string[] = [];
  let after: string | undefined;
  let rounds = 0;
  for (; got.length < 4 && rounds < 10; rounds++) {
    const page = await reader.read({ after, limit: 3, types: ["wanted", "never"], waitMs: 0 });
    got.push(...page.events.map(({ id }) => id));
    after = page.next;
  }
  expect(got).toEqual([...named(0, 2), ...named(12_002, 12_004)]);
  expect(rounds).toBeLessThan(5);
  expect(await ids(after)).toEqual([]);
  expect(await ids(undefined, 500, ["never"])).toEqual([]);
});

test("[EV6] who waits is answered as soon as there is an event, or when his time is over", async () => {
  const { reader, add } = await aFeed();
  expect(await reader.read({ limit: 5, waitMs: 50 })).toEqual({ events: [], next: "0-0" });
  const start = performance.now();
  const waiting = reader.read({ limit: 5, types: ["wanted"], waitMs: 20_000 });
  await add(1, "other");
  await add(1, "wanted");
  expect((await waiting).events.map(({ id }) => id)).toEqual(["7-1"]);
  const last = reader.read({ after: (await waiting).next, limit: 5, waitMs: 20_000 });
  reader.close();
  expect((await last).events).toEqual([]);
  expect(performance.now() - start).toBeLessThan(within(5_000));
});

test("[EV6] what only our own projections are told is not in the feed", async () => {
  const { add, ids } = await aFeed();
  for (const event of INTERNAL_EVENTS) await add(3, event);
  await add(1);
  expect(await ids()).toEqual(["7-3"]);
});

test("[EV7] events are kept for their days; who comes later is told plainly, and from where on all are kept", async () => {
  const { reader, add, age, ids } = await aFeed(10_000);
  await add(30);
  const first = await reader.read({ limit: 5, waitMs: 0 });
  await age(5_000);
  await add(1);
  expect(await ids()).toHaveLength(31);
  await age(6_000);
  for (let n = 0; n < 3; n++) await add(1);
  expect(await ids()).toEqual(named(30, 34));
  const [from = ""] = await refusal(reader.read({ after: first.next, limit: 2, waitMs: 20_000 }), "cursor-expired");
  expect(await ids(from)).toEqual(named(30, 34));
  expect(await ids(from, 500, ["e"])).toEqual(named(30, 34));
});

// A question for some names looks at 500 events at a time. When old ones were dropped between two looks, it went on after the gap and said nothing. Now it ends there,
// and the next question is refused.
test("[EV7] events that go while somebody pages over them are not passed over in silence", async () => {
  const { redis, keys, add, age, feed, ids } = await aFeed(10_000);
  for (let n = 0; n < 3; n++) await add(500);
  await add(1, "wanted");
  let looks = 0;
  const slow: Redis = {
    ...redis,
    fcall: async (name, prefixes, args) => {
      if (name === "feed_page" && ++looks === 2) {
        await age(11_000);
        for (let n = 0; n < 2; n++) await feed.hold("me", 60_000);
      }
      return redis.fcall(name, prefixes, args);
    },
  };
  const reader = makeFeedReader(slow, keys);
  onTestFinished(() => reader.close());
  const { next, events } = await reader.read({ types: ["wanted"], limit: 5, waitMs: 20_000 });
  expect(events).toEqual([]);
  await refusal(reader.read({ after: next, types: ["wanted"], limit: 5, waitMs: 0 }), "cursor-expired");
  expect(await ids()).toEqual([]);
});

// Where all events were too old, whoever began got `0-0` as his cursor, which lies before them: each question after that said that something was gone and that he
// go on from `0-0`, for ever and without waiting. Now he gets a cursor after them.
test("[EV7] a feed whose events are all gone gives a cursor to go on from", async () => {
  const { reader, add, age, feed } = await aFeed(10_000);
  const early = await reader.read({ limit: 5, waitMs: 0 });
  await add(3);
  await age(11_000);
  await feed.hold("me", 60_000);
  const [from] = await refusal(reader.read({ after: early.next, limit: 5, waitMs: 20_000 }), "cursor-expired");
  const { events, next } = await reader.read({ limit: 5, waitMs: 0 });
  expect([events, next]).toEqual([[], from]);
  await add(1);
  expect((await reader.read({ after: next, limit: 5, waitMs: 0 })).events).toMatchObject([{ id: "7-3" }]);
});

test("[EV17] no more events are kept than may be; whoever has not read those that go is told, and so is the operator", async () => {
  const { redis, keys, reader, add, feed, ids } = await aFeed(60_000, 100);
  const state = makeFeedState(redis, keys, { keptMs: 60_000, most: 100, hasWebhook: false });
  await add(100);
  const first = await reader.read({ limit: 5, waitMs: 0 });
  expect((await state.read()).feed).toMatchObject({ events: 100, most: 100, keptMs: 60_000, from: "0-0" });
  expect((await state.read()).feed.cutShort).toBeUndefined();
  expect((await feed.hold("me", 60_000))?.cut).toBeUndefined();
  for (let round = 0; round < 5; round++) await add(10);
  const [from = ""] = await refusal(reader.read({ after: first.next, limit: 5, waitMs: 0 }), "cursor-expired");
  expect(await ids(from)).toEqual(named(50, 150));
  const told = (await state.read()).feed;
  expect(told).toMatchObject({ events: 100, from });
  expect(told.cutShort?.keptMs).toBeLessThan(60_000);
  expect((await feed.hold("me", 60_000))?.cut).toEqual({ atMs: told.cutShort?.at, keptMs: told.cutShort?.keptMs });
});

test("[EV17] the process that follows says in the log, once an hour, that events are dropped before their time", async () => {
  const { redis, keys, add, feed } = await aFeed(60_000, 10);
  for (let round = 0; round < 3; round++) await add(10);
  await feed.release("me");
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line) => lines.push(line) });
  const options = { settleMs: 0, keptMs: 60_000, most: 10, pace: { holdMs: 60 } };
  const follower = startFollower({ redis, keys, log }, [], options);
  onTestFinished(() => follower.close());
  await waitFor(() => follower.leads(), "it to follow");
  const holder = keys.of(FEED, "holder");
  // Some beats later.
  const ends = await redis.run(holder, ["PEXPIRETIME", holder]);
  await waitFor(
    async () => Number(await redis.run(holder, ["PEXPIRETIME", holder])) > Number(ends) + 60,
    "it to go on holding",
  );
  const told = lines.filter((line) => line.includes("cut-short")).map((line) => cutSchema.parse(JSON.parse(line)));
  expect(told).toEqual([{ event: "events-cut-short", most: 10, promisedMs: 60_000, keptMs: expect.any(Number) }]);
});

test("[EV18] who shows a cursor the feed has not come to is refused at once, and told where it ends", async () => {
  const { reader, add, ids } = await aFeed();
  await add(3);
  const { next } = await reader.read({ limit: 5, waitMs: 0 });
  const [epoch, number] = next.split("-").map(Number);
  for (const ahead of [`${epoch}-${(number ?? 0) + 1}`, `${(epoch ?? 0) + 1}-1`]) {
    const details = await refusal(reader.read({ after: ahead, limit: 5, waitMs: 20_000 }), "cursor-unknown");
    expect(details).toEqual(["0-0", next]);
    expect(await ids(details[0])).toEqual(named(0, 3));
  }
  await add(1);
  expect(await ids(next)).toEqual(["7-3"]);
});

test("[EV18] who saw what Redis lost is told so once, and misses nothing that came since", async () => {
  const { redis, keys, reader, feed, add } = await aFeed();
  await add(3);
  const kept = await reader.read({ limit: 5, waitMs: 0 });
  const memory = await aRedisToLose(redis, keys);
  await add(4);
  const seen = await reader.read({ after: kept.next, limit: 5, waitMs: 0 });
  expect(seen.events).toHaveLength(4);
  await memory.lose();
  const state = keys.of(FEED, "state");
  await redis.run(state, ["HSET", state, "boot", "an-earlier-run"]);
  // Before anything came he is told at once, and only once.
  const told = await reader.read({ after: seen.next, limit: 5, waitMs: 20_000 });
  expect(told).toMatchObject({ events: [], lost: true });
  expect(await reader.read({ after: told.next, limit: 5, waitMs: 0 })).toEqual({ events: [], next: told.next });
  await feed.hold("me", 60_000);
  // The one who writes has forgotten, too: what stands in the outboxes comes again, and more than was lost.
  const to = await feed.add("me", 7, "3-0", "9-0", again(3, 9));
  expect(to).toBe("9-0");
  for (const after of [seen.next, told.next, kept.next]) {
    const page = await reader.read({ after, limit: 10, waitMs: 0 });
    expect(page.events.map(({ id }) => id)).toEqual(named(3, 9));
    expect(page.lost).toBe(after === seen.next ? true : undefined);
    // No cursor is given out twice.
    expect(Number.parseInt(page.next, 10)).toBeGreaterThan(Number.parseInt(seen.next, 10));
    expect((await reader.read({ after: page.next, limit: 10, waitMs: 0 })).lost).toBeUndefined();
  }
});

test("[EV2] who lost the hold writes nothing, and who comes back adds nothing twice", async () => {
  const { feed, add, ids } = await aFeed();
  await add(2);
  await feed.release("me");
  expect(await feed.hold("another", 60_000)).toBeDefined();
  expect(await feed.hold("me", 60_000)).toBeUndefined();
  await expect(add(1)).rejects.toThrow("another process");
  expect(await feed.add("another", 7, "0-0", "9-0", [{ id: "7-0", event: "e", at: 1 }])).toBe("2-0");
  expect(await ids()).toEqual(named(0, 2));
  expect(await feed.positions()).toEqual(new Map([[7, "2-0"]]));
});

test("[EV6] [EV7] over HTTP: the game's backend asks after a cursor, with names and patience", async () => {
  const api = await anApi();
  onTestFinished(() => api.close());
  const ask = async (query: string) => eventsPageSchema.parse(await api.backend("GET", `/v1/events${query}`));
  const start = performance.now();
  const waiting = ask("?types=guild-created,member-left&waitMs=20000");
  await api.guild("g1", ["ana"]);
  const { events, next } = await waiting;
  expect(events).toMatchObject([{ event: "guild-created", guild: "g1", player: "ana" }]);
  for (const [method, path, body] of [
    ["PATCH", "/v1/players/beto", { name: "beto" }],
    ["PUT", "/v1/guilds/g1/members/beto", {}],
  ] as const)
    await api.backend(method, path, body);
  const [joined] = (await ask(`?after=${next}&types=member-joined&waitMs=20000`)).events;
  expect(joined).toMatchObject({ guild: "g1", rank: expect.any(String) });
  const all = await waitFor(async () => {
    const page = await ask("");
    return page.events.length === 3 && page;
  }, "all three");
  // The webhook tells the same.
  await waitFor(() => api.sink.events().length === 3, "the webhook");
  expect(api.sink.events()).toEqual(all.events);
  expect(api.sink.wrong).toEqual([]);
  expect(performance.now() - start).toBeLessThan(within(15_000));
});
