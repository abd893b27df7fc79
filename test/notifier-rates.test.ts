import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { makeDeviceRate } from "../server/notifier/sending/device-rate.ts";
import { makePushQueue } from "../server/notifier/sending/push-queue.ts";
import { makeSendRate, type Priority } from "../server/notifier/sending/send-rate.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { isSuiteCluster } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

/** Notifiers that share a rate, on a Redis whose clock is moved. Nobody waits for room. */
const aRate = async (perMinute: number) => {
  const clock = await aMovedClock();
  onTestFinished(clock.stop);
  const keys = makeKeys("rates");
  const process = () => {
    const rate = makeSendRate(clock.redis, keys, { perMinute, rampMs: 60_000, longestWaitMs: 0, now: Date.now });
    const granted = async (count: number, priority: Priority = "urgent") => {
      const leaves = await Promise.all(Array.from({ length: count }, () => rate.take(priority)));
      return leaves.filter((leave) => leave.granted).length;
    };
    return { ...rate, granted };
  };
  /** Whatever this machine was busy with meanwhile gives some more. */
  const about = (found: number, expected: number) => {
    expect(found).toBeGreaterThanOrEqual(expected * 0.95);
    expect(found).toBeLessThanOrEqual(expected * 1.3 + 30);
  };
  return { ...clock, keys, process, about };
};

test("[NO48] the rate rises for a minute after a start, a long silence or a pause, and all processes share it", async () => {
  const { jump, process, about } = await aRate(60_000);
  const [one, other] = [process(), process()];
  const together = async (): Promise<number> => {
    const [first, second] = await Promise.all([one.granted(1_000), other.granted(1_000)]);
    return first + second;
  };
  // A tenth of a second's worth may go at once, so that a guild's alarm need not wait.
  about(await together(), 100);
  let inMinute = 0;
  for (let second = 1; second <= 60; second++) {
    await jump(1_000);
    const found = await together();
    if (second === 30) about(found, 500);
    inMinute += found;
  }
  about(inMinute, 30_000);
  await jump(1_000);
  about(await together(), 1_000);
  await jump(50_000);
  about(await together(), 1_000);
  await jump(61_000);
  about(await together(), 100);

  // In a pause nobody is let through, in any process; after it the rate rises again.
  await one.pause("all", 7_000);
  expect(await one.take("urgent")).toMatchObject({ granted: false });
  const refused = await other.take("urgent");
  expect(refused.granted ? 0 : refused.waitMs).toBeGreaterThan(5_000);
  expect(other.pausedMs("all")).toBeGreaterThan(5_000);
  expect(other.pausedMs("ios")).toBe(0);
  await jump(8_000);
  const later = process();
  const after = await later.granted(1_000);
  expect(after).toBeGreaterThan(0);
  expect(after).toBeLessThan(150);
  // A pause of one platform is for those who ask for it.
  await later.pause("ios", 7_000);
  expect(await later.take("urgent")).toBeDefined();
  expect(later.pausedMs("ios")).toBeGreaterThan(5_000);
});

test("[NO48] what is less urgent leaves room, and requests that nobody asked room for are counted", async () => {
  const { jump, process, about } = await aRate(60_000);
  const rate = process();
  await rate.granted(1);
  for (let second = 0; second < 62; second++) {
    await jump(1_000);
    await rate.granted(1);
  }
  about(await rate.granted(2_000, "low"), 600);
  about(await rate.granted(2_000, "normal"), 200);
  for (let count = 0; count < 100; count++) rate.charge();
  const urgent = await rate.granted(2_000, "urgent");
  expect(urgent).toBeGreaterThan(50);
  expect(urgent).toBeLessThan(180);
});

test("[NO49] a device gets no more than so many pushes a minute and an hour; each of a player's by itself", async () => {
  const { redis, jump, keys } = await aRate(60_000);
  const pace = makeDeviceRate(redis, keys, { perMinute: 3, perHour: 5 });
  const ask = async (...devices: string[]) => pace("ana", devices);
  for (let count = 0; count < 3; count++) expect(await ask("d1")).toEqual([0]);
  const [wait = 0, free] = await ask("d1", "d2");
  expect(wait).toBeGreaterThan(55_000);
  expect(free).toBe(0);
  await jump(60_000);
  for (let count = 0; count < 2; count++) expect(await ask("d1")).toEqual([0]);
  const [long = 0] = await ask("d1");
  expect(long).toBeGreaterThan(57 * 60_000);
  expect(await pace("beto", ["d1"])).toEqual([0]);
  await jump(3_600_000);
  expect(await ask("d1")).toEqual([0]);
});

type Job = { name: string; priority: Priority };
const isJob = (data: unknown): data is Job =>
  typeof data === "object" && data !== null && "name" in data && "priority" in data;

test("[NO50] urgent jobs wait behind no others, others go on however many urgent ones there are, and low ones come last", async () => {
  const url = process.env.GREMIO_TEST_REDIS_URL ?? "";
  const begun: string[] = [];
  const held = new Map<string, () => void>();
  const queue = makePushQueue<Job>(
    {
      url,
      cluster: isSuiteCluster(undefined),
      namespace: `t-${randomUUID().slice(0, 12)}`,
      lockMs: 2_000,
      retryBaseMs: 50,
    },
    pino({ level: "silent" }),
    {
      parse: (data) => {
        if (!isJob(data)) throw new Error("no job");
        return data;
      },
      nameOf: ({ name }) => name,
      idOf: ({ name }) => name,
      priorityOf: ({ priority }) => priority,
      only: (job) => job,
    },
    async ({ name }) => {
      begun.push(name);
      if (name.startsWith("slow")) await new Promise<void>((resolve) => held.set(name, resolve));
      return { again: [], afterMs: 0 };
    },
  );
  onTestFinished(async () => {
    for (const release of held.values()) release();
    await queue.close(2_000);
  });
  const slow = (priority: Priority, count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => queue.add({ name: `slow-${priority}-${n}`, priority })));
  const began = (name: string) => waitFor(() => begun.includes(name), name);

  await slow("normal", 10);
  await waitFor(() => held.size === 2, "the other line to be busy");
  await queue.add({ name: "low", priority: "low" });
  await queue.add({ name: "normal", priority: "normal" });
  await queue.add({ name: "alarm", priority: "urgent" });
  await began("alarm");
  expect(begun).not.toContain("normal");

  await slow("urgent", 10);
  await waitFor(() => held.size === 6, "the urgent line to be busy");
  // The other line goes on meanwhile, as its jobs end.
  while (!begun.includes("low")) {
    await waitFor(() => [...held.keys()].some((name) => name.includes("normal")) || begun.includes("low"), "the next");
    for (const [name, release] of held)
      if (name.includes("normal")) {
        held.delete(name);
        release();
      }
  }
  expect(begun.indexOf("normal")).toBeLessThan(begun.indexOf("low"));
});
