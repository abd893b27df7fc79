import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { makeOutboxReader } from "../server/notifier/outbox-reader.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import { ANA, aLongOutage, BETO, type Got } from "./a-long-outage.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const MINUTE_MS = 60_000;
const told = (got: readonly Got[]) => got.map(({ kind, body, quiet }) => [kind, body.split("\n")[0], quiet]);
const isNoDigest = ({ kind }: Got) => kind !== "digest";
const twice = (found: readonly string[]) => found.filter((one, index) => found.indexOf(one) !== index);

const anOutage = async (newestFirst: boolean) => {
  const outage = await aLongOutage(pushPolicySchema.parse({}), { newestFirst });
  onTestFinished(outage.stop);
  return { ...outage, at: (minutes: number) => outage.until(minutes * MINUTE_MS) };
};

for (const newestFirst of [false, true])
  test(`[NO53] FCM answers nothing for 20 minutes (${newestFirst ? "the newest" : "the oldest"} is sent first): what is of use still comes at once and as one push, with its sound; what was read or deleted meanwhile, or is too old, does not`, async () => {
    const { append, at, state, world, got, why, remove, screen, logged } = await anOutage(newestFirst);
    await at(5);
    state.isFcmUp = false;
    await append("announcement", "A1");
    await at(6);
    await append("attack", "X1", { lifeMs: 10 * MINUTE_MS });
    await at(7);
    await append("announcement", "A2");
    await at(9);
    for (const text of ["c1", "c2", "c3"]) await append("text", text);
    await at(10);
    const a3 = await append("announcement", "A3");
    await at(11);
    await append("announcement", "A4");
    await at(14);
    await append("attack", "X2");
    await remove(a3.seq);
    await at(17);
    await world.does({ type: "read", who: 1, where: 0, behind: 0, told: true });
    await at(19);
    await append("announcement", "A5");
    await at(23);
    await append("announcement", "A6");
    await at(25);
    expect([...got(`${ANA}/d1`), ...got(`${ANA}/d2`), ...got(`${BETO}/d1`)]).toEqual([]);
    // Of both, three devices, 20 minutes: FCM is left alone.
    expect(state.asked).toBeLessThan(200);

    state.isFcmUp = true;
    await at(26.5);
    const soon = { ana: got(`${ANA}/d1`), beto: got(`${BETO}/d1`) };
    expect(told(soon.ana.filter(isNoDigest)).toSorted()).toEqual([
      ["announcement", "leader57: A4", false],
      ["attack", "X2", false],
    ]);
    expect(told(soon.beto)).toEqual([["announcement", "leader57: A6", false]]);
    await at(60);
    // The gap of the burst was over only then.
    const later = got(`${ANA}/d1`);
    expect(told(later.filter(isNoDigest))).toEqual([["announcement", "leader57: A6", true]]);
    // With the attack that came too late.
    expect(told([...soon.ana, ...later].filter((one) => !isNoDigest(one)))).toEqual([
      ["digest", "4 new messages", false],
    ]);
    expect(got(`${BETO}/d1`)).toEqual([]);
    expect(got(`${ANA}/d2`).length).toBe(4);
    expect(
      screen(`${ANA}/d1`)
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(["announcement", "attack", "digest"]);
    const decided = (await why(ANA)).filter((one) => !one.startsWith("digest"));
    expect(decided).toContain("7 digest:expired");
    expect(decided).toContain("12 drop:entry-gone");
    expect(twice(decided)).toEqual([]);
    expect(logged).toEqual([]);
  });

test("[NO54] the notifier is away for an hour: what was written meanwhile comes as one push of each importance, what was due once, and what is to wait for quiet hours waits", async () => {
  const { append, at, state, world, got, why, logged } = await anOutage(false);
  await at(5);
  await append("text", "c0");
  await at(6);
  state.isNotifierUp = false;
  // Quiet hours begin and last beyond the outage.
  await at(7);
  await world.does({ type: "prefer", who: 1, where: 0, change: "quiet-later", hours: 1 });
  await append("attack", "X1", { lifeMs: 10 * MINUTE_MS });
  for (const minute of [10, 20, 30, 40, 50, 60]) {
    await at(minute);
    await append("announcement", `A${minute / 10}`);
    await append("text", `c${minute / 10}`);
  }
  await at(62);
  await append("attack", "X2");
  await at(68);
  state.isNotifierUp = true;
  await at(69);
  const soon = got(`${ANA}/d1`);
  expect(told(soon).toSorted()).toEqual([
    ["announcement", "leader57: A6", false],
    ["attack", "X2", false],
  ]);
  expect(soon.find(({ kind }) => kind === "announcement")?.body).toBe("leader57: A6\nand 5 more");
  await at(125);
  expect(told(got(`${ANA}/d1`))).toEqual([["digest", "8 new messages", false]]);
  expect(got(`${BETO}/d1`)).toEqual([]);
  await at(300);
  expect(got(`${ANA}/d1`)).toEqual([]);
  // What is of no use at the end of his quiet hours was left to the digest.
  expect(told(got(`${BETO}/d1`)).toSorted()).toEqual([
    ["announcement", "leader57: A6", false],
    ["digest", "9 new messages", false],
  ]);
  for (const player of [ANA, BETO]) {
    const decided = await why(player);
    expect(decided.slice(0, 1)).toEqual(["7 digest:expired"]);
    expect(twice(decided)).toEqual([]);
  }
  expect(logged).toEqual([]);
});

test("[NO54] a reader of outboxes is behind until it has looked at all of them, at first and whenever Redis was away", async () => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const state = { fails: false };
  const cut: Redis = {
    ...redis,
    run: (key, args) => (state.fails ? Promise.reject(new RedisUnavailable(new Error("gone"))) : redis.run(key, args)),
  };
  const bucket = bucketOf("guild:g1");
  const outbox = keys.inBucket(bucket, "outbox");
  const handled: string[] = [];
  const reader = await makeOutboxReader(
    { redis: cut, keys, log: pino({ level: "silent" }) },
    { reader: "n1", abandonedMs: 1_000 },
    async (document) => void handled.push(`${document} ${reader.isBehind()}`),
  );
  onTestFinished(reader.close);
  const add = (document: string) => redis.run(outbox, ["XADD", outbox, "*", "d", document]);
  await add("one");
  reader.wake(bucket);
  await waitFor(() => handled.length === 1, "the first");
  expect(reader.isBehind()).toBe(true);
  reader.look();
  await waitFor(() => !reader.isBehind(), "all to be looked at");
  state.fails = true;
  reader.wake(bucket);
  await waitFor(() => reader.isBehind(), "the loss to be noticed");
  state.fails = false;
  await add("two");
  reader.look();
  await waitFor(() => !reader.isBehind(), "all to be looked at again");
  await add("three");
  reader.wake(bucket);
  await waitFor(() => handled.length === 3, "the last");
  expect(handled).toEqual(["one true", "two true", "three false"]);
});
