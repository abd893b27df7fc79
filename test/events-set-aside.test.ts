import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { makeDelivery } from "../server/outbox/delivery.ts";
import { FEED, makeFeed } from "../server/outbox/feed.ts";
import { makeFeedState } from "../server/outbox/feed-state.ts";
import { makeLetters } from "../server/outbox/letters.ts";
import { aHappening, silent } from "./a-happening.ts";
import { aStudioThatListens, unrepeated } from "./a-studio-that-listens.ts";
import { waitFor } from "./wait-for.ts";

test("[EV19] one sees how far the webhook is, since when it fails and why, and sets the batch aside: the next one goes out at once", async () => {
  const { found, happen, follow, told, sink, letters, state } = await aStudioThatListens({
    ...{ retryBaseMs: 600_000, longestRetryMs: 600_000 },
  });
  const hook = async () => (await state.read()).webhook;
  expect(await hook()).toMatchObject({ cursor: "0-0", behind: 0, letters: 0, missed: 0, droppedLetters: 0 });
  sink.answer.status = 500;
  await found();
  follow();
  const failing = await waitFor(async () => {
    const { batch } = (await hook()) ?? {};
    return batch?.failed !== undefined && batch;
  }, "it to fail");
  expect(failing).toMatchObject({ id: sink.batches[0]?.id, tries: 1, failed: "status 500" });
  expect(failing.events).toBe(sink.batches[0]?.events.length);
  expect(failing.triedAt).toBe(failing.failingSince);
  expect((failing.retryAt ?? 0) - (failing.triedAt ?? 0)).toBeGreaterThanOrEqual(300_000);
  await happen();
  await waitFor(async () => (await told()).length === 9, "more behind it");
  expect((await hook())?.behind).toBe(9);
  // Who knows that it can be taken now does not wait ten minutes.
  await state.retry();
  await waitFor(async () => (await hook())?.batch?.tries === 2, "the next try");
  expect(sink.batches).toHaveLength(2);
  await expect(state.skip("0-0..1-1")).rejects.toMatchObject({ code: "batch-not-found" });
  sink.answer.status = 200;
  const letter = await state.skip(failing.id);
  const [dead] = await letters.list(undefined, 20);
  expect(dead).toMatchObject({ id: letter, batch: failing.id, tries: 2, failed: "status 500" });
  // The outcome may have been unknown to whoever asked.
  expect(await state.skip(failing.id)).toBe(letter);
  const all = await told();
  await waitFor(async () => (await hook())?.behind === 0, "the rest");
  expect([...(dead?.events ?? []), ...sink.batches.slice(2).flatMap(({ events }) => events)]).toEqual(all);
  expect(await hook()).toMatchObject({ letters: 1, takenAt: expect.any(Number), batch: undefined });
  await letters.resend(letter);
  expect((await hook())?.letters).toBe(0);
});

test("[EV19] a batch that is set aside just as it is sent keeps nobody from sending the next", async () => {
  for (const status of [200, 500]) {
    const { found, happen, follow, told, sink, state } = await aStudioThatListens();
    Object.assign(sink.answer, { hold: true, status });
    await found();
    follow();
    const [first] = await waitFor(() => sink.batches.length === 1 && sink.batches, "it to be under way");
    await waitFor(async () => (await told()).length === 6, "the rest of the beginning");
    await state.skip(first?.id ?? "");
    Object.assign(sink.answer, { hold: false, status: 200 });
    await happen();
    await waitFor(async () => (await state.read()).webhook?.behind === 0, `the rest after ${status}`);
    const rest = (await told()).filter(({ id }) => !first?.events.some((one) => one.id === id));
    expect(unrepeated(sink.batches.slice(1).flatMap(({ events }) => events))).toEqual(rest);
  }
});

test("[EV20] events that go while the webhook waits become a dead letter, if they were sent before, and are counted else", async () => {
  const { redis, keys } = await aHappening();
  const feed = makeFeed(redis, keys, { keptMs: 60_000, most: 10 });
  await feed.hold("me", 60_000);
  const add = (from: number, to: number) => {
    const events = Array.from({ length: to - from }, (_, n) => ({ id: `7-${from + n}`, event: "e", at: 1 }));
    return feed.add("me", 7, `${from}-0`, `${to}-0`, events);
  };
  await add(0, 4);
  const delivery = makeDelivery(
    { redis, keys, log: silent },
    async () => {
      throw new Error("no");
    },
    { retryBaseMs: 600_000 },
  )("me");
  onTestFinished(() => delivery.end());
  const state = makeFeedState(redis, keys, { keptMs: 60_000, most: 10, hasWebhook: true });
  await waitFor(async () => (await state.read()).webhook?.batch?.failed, "it to fail");
  await add(4, 12);
  const [letter] = await makeLetters(redis, keys, undefined).list(undefined, 20);
  expect(letter?.events.map(({ id }) => id)).toEqual([0, 1, 2, 3].map((n) => `7-${n}`));
  expect(letter).toMatchObject({ failed: "no", tries: 1 });
  expect((await state.read()).webhook).toMatchObject({ behind: 8, missed: 0 });
  await add(12, 20);
  expect((await state.read()).webhook).toMatchObject({ behind: 10, missed: 6, letters: 1 });
  // Letters, too, are not kept without end.
  const dead = keys.of(FEED, "dead");
  const rows = Array.from({ length: 999 }, (_, n) => ["XADD", dead, `${Date.now() + 60_000}-${n}`, "batch", "x"]);
  await Promise.all(rows.map((row) => redis.run(dead, row)));
  const before = await state.read();
  expect(before.webhook).toMatchObject({ letters: 1_000, droppedLetters: 0 });
  await delivery.end();
  const { promise, resolve } = Promise.withResolvers<void>();
  const lines: string[] = [];
  const log = pino({ level: "error" }, { write: (line) => lines.push(line) });
  const next = makeDelivery({ redis, keys, log }, () => promise)("me");
  onTestFinished(async () => {
    resolve();
    await next.end();
  });
  const batch = await waitFor(async () => (await state.read()).webhook?.batch, "the next batch");
  await waitFor(() => lines.length > 0, "the log");
  expect(lines[0]).toContain(`"event":"events-expired","before":"${batch.id}"`);
  await state.skip(batch.id);
  expect((await state.read()).webhook).toMatchObject({ letters: 1_000, droppedLetters: 1 });
});
