import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { makeChanges } from "../server/channel/changes.ts";
import { type Intent, makeIntents } from "../server/notifier/deciding/intents.ts";
import { makeReadInputs } from "../server/notifier/deciding/player-inputs.ts";
import { preferencesSchema } from "../shared/preferences.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const MINUTES = { important: [60_000], urgent: [60_000] };

/** `ana` is told by intents alone, without a notifier. */
const someIntents = async () => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const intents = makeIntents(redis, keys);
  const read = makeReadInputs(redis, keys, Date.now);
  const about = { mark: "guild:g1:1:7", burst: "guild:g1|i", author: "" };
  const intent: Intent = {
    ...{ player: "ana", burst: about.burst, tag: "guild:g1#1.7", channel: "guild:g1", seq: 7, marks: [about.mark] },
  };
  const has = async (part: string, field: string) => {
    const key = keys.of("player:ana", part);
    return (await redis.run(key, ["HEXISTS", key, field])) === 1;
  };
  return { intents, intent, has, inputs: () => read("ana", about) };
};

test("[NO64] what is told again under a tag that was to leave the screens stays on them", async () => {
  const { intents, intent } = await someIntents();
  await intents.begin(intent);
  await intents.takeOff("ana", "guild:g1:1:7");
  expect(await intents.clearing("ana")).toEqual([intent.tag]);
  await intents.begin(intent);
  expect(await intents.clearing("ana")).toEqual([]);
});

test("[NO61] what was taken off the screens, or never came onto them, is no burst", async () => {
  const { intents, intent, inputs, has } = await someIntents();
  await intents.begin(intent);
  await intents.takeOff("ana", "guild:g1:1:7");
  expect((await inputs()).burst).toBeUndefined();
  await intents.begin(intent);
  await intents.told(intent, []);
  expect((await inputs()).burst).toBeUndefined();
  expect(await has("screen", intent.tag)).toBe(false);
  await intents.begin(intent);
  await intents.told(intent, ["d1"]);
  await intents.begin({ ...intent, seq: 8, marks: ["guild:g1:1:8"] });
  await intents.told({ ...intent, seq: 8, marks: ["guild:g1:1:8"] }, []);
  expect((await inputs()).burst?.stored).toMatchObject({ tag: intent.tag });
});

test("[NO62] what was begun and not sent costs nothing of the budget, whatever was told since, and what a device got stays noted", async () => {
  const { intents, intent, inputs, has } = await someIntents();
  const { before } = await intents.begin(intent);
  await intents.begin({ ...intent, burst: "circle:c1|i", tag: "circle:c1#1.8", seq: 8, marks: ["guild:g1:1:8"] });
  await intents.told(intent, ["d1"]);
  await intents.undo(intent, before);
  expect(await inputs()).toMatchObject({ pushedHour: 1, told: { got: new Set(["d1"]) } });
  const other = { ...intent, tag: "guild:g1#1.9", seq: 9, marks: ["guild:g1:1:9"] };
  await intents.begin(intent);
  const again = await intents.begin(other);
  await intents.undo(other, again.before);
  expect([await has("screen", other.tag), await has("screen", intent.tag)]).toEqual([false, true]);
});

test("[NO61] sent again because FCM did not take it, the first of a burst comes with its sound and counts once", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  await world.plan("ana", { kind: "error", code: "UNAVAILABLE", times: 2 });
  await world.notifier({ gapsMs: MINUTES });
  await world.announce("one");
  await waitFor(() => world.phone("ana")?.receivedCount, "the push");
  expect(world.phone("ana")?.received).toMatchObject([{ channelId: "important", body: "leader: one" }]);
  const pushed = world.keys.of("player:ana", "pushed");
  expect(await world.redis.run(pushed, ["ZCARD", pushed])).toBe(1);
});

test("[NO66, NO67] more than fit among those who wait are told as one push too, and a kind of the digests at once to who wants it so", async () => {
  const world = await aNotifierWorld();
  for (const player of ["leader", "ana"]) await world.member(player);
  const dnd = preferencesSchema.parse({ kinds: { event: "now" }, doNotDisturbUntil: Date.now() + 3_600_000 });
  await world.players.putPreferences("ana", dnd);
  await world.notifier({ gapsMs: { important: [500], urgent: [] } });
  const event = { type: "notice", about: "event" } as const;
  for (let count = 0; count < 60; count += 1)
    await world.log.append({
      channel: world.channel,
      nonce: randomUUID(),
      kind: "news",
      body: `n${count}`,
      notice: event,
    });
  const waits = world.keys.of("player:ana", "awaited");
  await waitFor(async () => (await world.redis.run(waits, ["HLEN", waits])) === 60, "all to wait");
  await world.players.putPreferences("ana", { ...dnd, doNotDisturbUntil: 0 });
  await waitFor(() => world.phone("ana")?.receivedCount, "the push");
  expect(world.phone("ana")?.screen).toMatchObject([{ body: "n59\nand 59 more" }]);
  expect(world.phone("leader")?.receivedCount).toBe(0);
});

test("[NO37] deleted while others are sent it, it is sent to nobody else", async () => {
  const world = await aNotifierWorld();
  const others = Array.from({ length: 36 }, (_, index) => `p${index}`);
  for (const player of ["leader", ...others]) await world.member(player);
  for (const player of others) await world.plan(player, { kind: "ok", delayMs: 1_200 });
  const changes = makeChanges(world.redis, world.keys, { historyLength: 100 });
  await world.notifier();
  const { seq } = await world.announce("Secret by mistake");
  await waitFor(() => others.some((player) => world.phone(player)?.receivedCount), "the first of three rounds");
  await changes.delete({ channel: world.channel, nonce: "nonce-delete", seq, player: "leader" });
  const outcomes = async () =>
    (await Promise.all(others.map(async (player) => (await world.decisions.list(player))[0]?.reason))).filter(Boolean);
  const all = await waitFor(async () => (await outcomes()).length === others.length && outcomes(), "all decisions");
  expect(all.filter((reason) => reason === "entry-gone").length).toBeGreaterThan(0);
});

test("[NO64] iOS is told at once what leaves the screens, and of more when 20 minutes are over", async () => {
  const world = await aNotifierWorld();
  await world.member("leader");
  await world.member("ana", { platform: "ios" });
  await world.notifier();
  const silent = () => (world.phone("ana")?.received ?? []).filter((push) => push.silent).length;
  const due = world.keys.inBucket(Number(/\{b(\d+)\}/.exec(world.keys.of("player:ana", ""))?.[1]), "due");
  const isLate = async () => Number(await world.redis.run(due, ["ZSCORE", due, "clear:ana"])) > Date.now() + 600_000;
  for (const [index, text] of ["one", "two"].entries()) {
    const { seq } = await world.announce(text);
    await waitFor(() => (world.phone("ana")?.screen.length ?? 0) > index, text);
    await world.read("ana", seq);
    await waitFor(async () => silent() === 1 && (index === 0 || isLate()), `what follows ${text}`);
  }
  expect(silent()).toBe(1);
});
