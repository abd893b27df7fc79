import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { FEED, makeFeed } from "../server/outbox/feed.ts";
import { makeFeedReader } from "../server/outbox/feed-reader.ts";
import { INTERNAL_EVENTS } from "../shared/event.ts";
import { eventsPageSchema } from "../shared/operations/events.ts";
import { aRedis } from "./a-redis.ts";
import { anApi } from "./an-api.ts";
import { waitFor } from "./wait-for.ts";

/** A feed that one process holds, with events `e0`, `e1` … of bucket 7. */
const aFeed = async (keptMs = 60_000) => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const feed = makeFeed(redis, keys, { keptMs });
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
const named = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `7-${from + n}`);

test("[EV6] by `next` one gets every event once, in order, whatever the limit, also those that come meanwhile", async () => {
  const { reader, add } = await aFeed();
  await add(25);
  const got: string[] = [];
  let after: string | undefined;
  for (let round = 0; round < 12; round++) {
    if (round === 3) await add(10);
    const { events, next, expired } = await reader.read({ after, limit: 4, waitMs: 0 });
    expect(expired).toBeUndefined();
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
  expect(performance.now() - start).toBeLessThan(5_000);
});

test("[EV6] what only our own projections are told is not in the feed", async () => {
  const { add, ids } = await aFeed();
  for (const event of INTERNAL_EVENTS) await add(3, event);
  await add(1);
  expect(await ids()).toEqual(["7-3"]);
});

test("[EV7] events are kept for their days; who comes later is told plainly, and gets the oldest there are", async () => {
  const { reader, add, age, ids } = await aFeed(10_000);
  await add(30);
  const first = await reader.read({ limit: 5, waitMs: 0 });
  await age(5_000);
  await add(1);
  expect(await ids()).toHaveLength(31);
  await age(6_000);
  for (let n = 0; n < 3; n++) await add(1);
  expect(await ids()).toEqual(named(30, 34));
  const late = await reader.read({ after: first.next, limit: 2, waitMs: 20_000 });
  expect(late).toMatchObject({ events: [{ id: "7-30" }, { id: "7-31" }], expired: { oldest: expect.any(String) } });
  expect((await reader.read({ after: late.next, limit: 5, waitMs: 0 })).expired).toBeUndefined();
  expect((await reader.read({ limit: 5, waitMs: 0 })).expired).toBeUndefined();
  expect((await reader.read({ after: late.expired?.oldest, limit: 5, waitMs: 0 })).events[0]?.id).toBe("7-31");
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
  expect(all.expired).toBeUndefined();
  // The webhook tells the same.
  await waitFor(() => api.sink.events().length === 3, "the webhook");
  expect(api.sink.events()).toEqual(all.events);
  expect(api.sink.wrong).toEqual([]);
  expect(performance.now() - start).toBeLessThan(15_000);
});
