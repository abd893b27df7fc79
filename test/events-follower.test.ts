import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { makeOutboxReader } from "../server/notifier/outbox-reader.ts";
import { makeEvents } from "../server/outbox/events.ts";
import { FEED } from "../server/outbox/feed.ts";
import { makeSource } from "../server/outbox/source.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";
import { asNumber, asTextOrNull } from "../server/redis/reply.ts";
import type { HappenedEvent } from "../shared/event.ts";
import { aHappening, byBucket, QUICK, silent, taking } from "./a-happening.ts";
import { waitFor } from "./wait-for.ts";

/** A process that dies (-9) at the `n`th call of a function, before it was carried out or just after. */
const dyingAt = (redis: Redis, name: string, n: number, after: boolean): Redis => {
  let calls = 0;
  let dead = false;
  const killed = new RedisUnavailable(new Error("killed"));
  return {
    ...redis,
    subscribe: async (channel, listener) =>
      redis.subscribe(channel, (message) => (dead ? undefined : listener(message))),
    run: async (key, args) => {
      if (dead) throw killed;
      return redis.run(key, args);
    },
    fcall: async (called, keys, args) => {
      if (dead) throw killed;
      if (called !== name || ++calls < n) return redis.fcall(called, keys, args);
      dead = true;
      if (after) await redis.fcall(called, keys, args);
      throw killed;
    },
  };
};

test("[EV1] whatever step a process dies at, each event is in the feed once, in the order of its bucket", async () => {
  const steps = { feed_hold: [2], outbox_follow: [3], outbox_read: [1], feed_add: [1, 3], outbox_done: [1] };
  await Promise.all(
    Object.entries(steps).flatMap(([name, calls]) =>
      calls.flatMap((n) =>
        [false, true].map(async (after) => {
          const world = await aHappening();
          const seen: HappenedEvent[] = [];
          await world.found();
          const first = world.follow(
            [taking(seen)],
            { pace: { ...QUICK, trimMs: 100 } },
            dyingAt(world.redis, name, n, after),
          );
          await world.happen();
          world.follow([taking(seen)]);
          await world.happen();
          const count = 4 * world.ids.length;
          await waitFor(async () => (await world.feed()).length >= count, `all after ${name} ${n} ${after}`);
          await first.close();
          const feed = (await world.feed()).map(({ event }) => event);
          expect(byBucket(feed)).toEqual(await world.expected());
          // Each came to the projection, in order, and again only from where the dead one had not gone on.
          for (const [bucket, ids] of byBucket(seen)) {
            const once = ids.filter((id, index) => ids.indexOf(id) === index);
            expect(once).toEqual((await world.expected()).get(bucket));
          }
        }),
      ),
    ),
  );
});

test("[EV1] an event has the same id wherever it is told, and says what and whom it concerns", async () => {
  const world = await aHappening({ guilds: 1 });
  const seen: HappenedEvent[] = [];
  await world.found();
  world.follow([taking(seen)]);
  await waitFor(() => seen.length === 2, "events");
  const bucket = world.buckets[0];
  expect(seen).toEqual([
    {
      id: expect.stringMatching(`^${bucket}-\\d+-\\d+$`),
      event: "guild-created",
      at: expect.any(Number),
      guild: "g0",
      player: "leader-of-g0",
    },
    {
      ...{ id: expect.any(String), event: "member-joined", at: expect.any(Number), guild: "g0", channel: "guild:g0" },
      ...{ player: "leader-of-g0", rank: "leader" },
    },
  ]);
  expect(
    (await waitFor(async () => (await world.feed())[1] && world.feed(), "the feed")).map(({ event }) => event),
  ).toEqual(seen);
});

test("[EV1] a process whose answers from Redis are lost tells nothing twice", async () => {
  const world = await aHappening();
  await world.found();
  const losing = (redis: Redis): Redis => ({
    ...redis,
    fcall: async (name, keys, args) => {
      const reply = await redis.fcall(name, keys, args);
      if (name === "feed_add" && Math.random() < 0.5) throw new RedisUnavailable(new Error("lost"));
      return reply;
    },
  });
  const follower = world.follow([], {}, losing(world.redis));
  for (let round = 0; round < 5; round++) {
    await world.happen();
    await waitFor(async () => (await world.feed()).length === 6 + 3 * (round + 1), "all");
  }
  expect(follower.leads()).toBe(true);
  expect(byBucket((await world.feed()).map(({ event }) => event))).toEqual(await world.expected());
});

test("[EV2] of many processes one works; another goes on when it ends, and soon when it dies", async () => {
  const world = await aHappening();
  await world.found();
  const followers = Array.from({ length: 4 }, () => world.follow());
  await waitFor(() => followers.some((one) => one.leads()), "one to follow");
  await waitFor(async () => (await world.feed()).length === 6, "the beginning");
  for (let left = 4; left > 1; left--) {
    const leading = followers.filter((one) => one.leads());
    expect(leading).toHaveLength(1);
    await leading[0]?.close();
    await world.happen();
    await waitFor(() => followers.some((one) => one.leads()), "the next one");
  }
  await waitFor(async () => (await world.feed()).length === 6 + 9, "all");
  expect(byBucket((await world.feed()).map(({ event }) => event))).toEqual(await world.expected());
});

test("[EV2] processes that stall until another has taken over add nothing twice and leave nothing out", async () => {
  const world = await aHappening();
  await world.found();
  const holder = world.keys.of(FEED, "holder");
  let stalled: Promise<unknown> | undefined;
  let stalls = 0;
  /** Every fourth time it would add, the whole process halts, its signs of life too, until another holds the feed; one at a time, so that there is another. */
  const stalling = (redis: Redis): Redis => {
    let halted: Promise<unknown> | undefined;
    let adds = 0;
    return {
      ...redis,
      fcall: async (name, keys, args) => {
        if (name === "feed_add" && ++adds % 4 === 0 && stalled === undefined && stalls < 8) {
          const taken = async (): Promise<boolean> => {
            const now = asTextOrNull(await world.redis.run(holder, ["GET", holder]));
            return now !== null && now !== args[0];
          };
          halted = stalled = waitFor(taken, "another to take over").finally(() => {
            stalls += 1;
            stalled = undefined;
          });
        }
        await halted;
        return redis.fcall(name, keys, args);
      },
    };
  };
  const pace = { holdMs: 60, lookMs: 50, trimMs: 70 };
  const followers = Array.from({ length: 4 }, () => world.follow([], { pace }, stalling(world.redis)));
  let rounds = 0;
  for (; rounds < 200 && stalls < 8; rounds++) {
    await world.happen();
    if (rounds === 30) await followers[0]?.close();
    await waitFor(async () => stalled !== undefined || (await world.feed()).length === 6 + 3 * (rounds + 1), "it");
    await stalled;
  }
  expect(stalls).toBe(8);
  await waitFor(async () => (await world.feed()).length >= 6 + 3 * rounds, "all");
  expect(byBucket((await world.feed()).map(({ event }) => event))).toEqual(await world.expected());
});

test("[EV3] what a projection cannot take because Redis is away comes again; what it never can holds up nothing", async () => {
  const world = await aHappening({ guilds: 1 });
  await world.found();
  const seen: string[] = [];
  let away = 2;
  const projection = {
    name: "picky",
    take: async (events: readonly HappenedEvent[]) => {
      if (away-- > 0) throw new RedisUnavailable(new Error("away"));
      if (events.some(({ event }) => event === "member-joined")) throw new Error("never");
      seen.push(...events.map(({ event }) => event));
    },
  };
  world.follow([projection]);
  await waitFor(() => seen.length === 1, "the first");
  await world.happen();
  await waitFor(() => seen.length === 2, "the third");
  expect(seen).toEqual(["guild-created", "guild-changed"]);
  await waitFor(async () => (await world.feed()).length === 3, "all in the feed");
});

test("[EV4] nobody is told what Redis may still lose: with everysec 2 s, with always nothing", async () => {
  await Promise.all(
    (["everysec", "always"] as const).map(async (appendfsync) => {
      const own = await startEmbeddedRedis({ appendfsync });
      onTestFinished(() => own.stop());
      const world = await aHappening({ url: own.url, guilds: 1 });
      const { redis, keys } = world;
      const events = makeEvents(
        { redis, keys, log: silent },
        { projections: [], keptMs: 60_000, most: 1_000, ackReplicas: 0 },
      );
      const follower = await events.follow();
      onTestFinished(() => follower.close());
      await waitFor(() => follower.leads(), "it to follow");
      await world.found();
      const rows = await waitFor(async () => (await world.feed())[1] && world.feed(), "events");
      for (const { event, addedAt } of rows) {
        if (appendfsync === "everysec") expect(addedAt - event.at).toBeGreaterThanOrEqual(2_000);
        else expect(addedAt - event.at).toBeLessThan(2_000);
      }
    }),
  );
});

test("[EV5] an outbox that ends before its position is read from where all is done with", async () => {
  const world = await aHappening({ guilds: 1 });
  await world.found();
  world.follow();
  await waitFor(async () => (await world.feed()).length === 2, "the beginning");
  const outbox = world.keys.inBucket(world.buckets[0] ?? 0, "outbox");
  await world.redis.run(outbox, ["DEL", outbox]);
  const document = JSON.stringify({ type: "event", event: "guild-changed", at: 1, guild: "g0" });
  for (const id of ["5-0", "7-0"]) await world.redis.run(outbox, ["XADD", outbox, id, "d", document]);
  const feed = await waitFor(async () => (await world.feed())[3] && world.feed(), "what came after the loss");
  expect(feed.slice(2).map(({ event }) => event.id)).toEqual([5, 7].map((ms) => `${world.buckets[0]}-${ms}-0`));
});

test("[EV5] after another boot the ids of an outbox go on above any that a lost tail can have had, also by a clock that is behind", async () => {
  const world = await aHappening({ guilds: 1 });
  await world.found();
  const boot = world.keys.inBucket(world.buckets[0] ?? 0, "outbox-boot");
  await world.redis.run(boot, ["SET", boot, "an-earlier-run"]);
  const before = Date.now();
  for (let round = 0; round < 3; round++) await world.happen();
  world.follow();
  await waitFor(async () => (await world.feed()).length === 5, "all");
  const times = (await world.feed()).map(({ event }) => Number(event.id.split("-")[1]));
  for (const time of times.slice(2)) expect(time).toBeGreaterThanOrEqual(before + 60_000);
  // Once for each boot.
  for (const time of times.slice(3)) expect(time).toBe(times[2]);
});

test("[EV13] outboxes are trimmed to what follower and notifier still need", async () => {
  const world = await aHappening({ guilds: 1 });
  const [bucket = 0] = world.buckets;
  await world.found();
  const source = makeSource(world.redis, world.keys);
  const read = async () => {
    const found = await source.read(bucket, "0-0", 0);
    return found.kind === "read" ? found.position : "";
  };
  const length = await world.outboxLength(bucket);
  const position = await read();
  // Nobody has read it yet; without a notifier a document stays for an hour.
  await source.follow(bucket);
  await source.done(bucket, position);
  expect(await world.outboxLength(bucket)).toBe(length);
  const outbox = await makeOutboxReader(
    { redis: world.redis, keys: world.keys, log: silent },
    { reader: "r", abandonedMs: 1_000 },
    async () => {},
  );
  onTestFinished(() => outbox.close());
  // The notifier has not read it.
  await source.done(bucket, position);
  expect(await world.outboxLength(bucket)).toBe(length);
  outbox.wake(bucket);
  await waitFor(async () => {
    await outbox.trim();
    return (await world.outboxLength(bucket)) === 1;
  }, "the last document to be left");
  await world.happen();
  outbox.wake(bucket);
  // The notifier has read it, the follower not.
  await waitFor(
    async () =>
      asNumber(await world.redis.run("", ["XACK", world.keys.inBucket(bucket, "outbox"), "notifier", "0-1"])) === 0,
    "it",
  );
  await outbox.close();
  await outbox.trim();
  expect(await world.outboxLength(bucket)).toBe(2);
});

test("[EV13] what is old goes without a notifier, too, once it is safe in the feed", async () => {
  const world = await aHappening({ guilds: 1 });
  const [bucket = 0] = world.buckets;
  const outbox = world.keys.inBucket(bucket, "outbox");
  const notice = JSON.stringify({ type: "notice" });
  for (let n = 1; n <= 300; n++) await world.redis.run(outbox, ["XADD", outbox, `${n}-0`, "d", notice]);
  world.follow([], { pace: { ...QUICK, trimMs: 100 } });
  await waitFor(async () => (await world.outboxLength(bucket)) === 1, "it to be trimmed");
  expect(await world.feed()).toEqual([]);
});

test("[EV14] an idle follower asks little of Redis: fewer than 250 commands a second", async () => {
  const own = await startEmbeddedRedis();
  onTestFinished(() => own.stop());
  const world = await aHappening({ url: own.url });
  await world.found();
  // Five times as fast as it is.
  const follower = world.follow([], { pace: { holdMs: 1_000, lookMs: 1_000, trimMs: 12_000 } });
  await waitFor(() => follower.leads(), "it to follow");
  await waitFor(async () => (await world.feed()).length === 6, "the beginning");
  const calls = async (): Promise<number> =>
    Number(/total_commands_processed:(\d+)/.exec(String(await world.redis.run("", ["INFO", "stats"])))?.[1]);
  const [start, before] = [performance.now(), await calls()];
  await waitFor(() => performance.now() - start > 1_050, "a round of looking");
  const perSecond = ((await calls()) - before) / ((performance.now() - start) / 1_000) / 5;
  console.info(`idle: ${perSecond.toFixed(0)} commands/s`);
  expect(perSecond).toBeLessThan(250);
  expect(await world.redis.run(world.keys.of(FEED, "holder"), ["EXISTS", world.keys.of(FEED, "holder")])).toBe(1);
});
