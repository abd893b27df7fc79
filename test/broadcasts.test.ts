import { expect, test } from "vitest";
import { makeBroadcasts } from "../server/broadcast/broadcasts.ts";
import { makeIntents } from "../server/notifier/deciding/intents.ts";
import { replay } from "../server/notifier/deciding/replay.ts";
import { makeBroadcastOperations } from "../server/operations/broadcast-operations.ts";
import { makeOperations } from "../server/operations/operations.ts";
import { makeMatches } from "../server/presence/matches.ts";
import { createdBroadcastSchema } from "../shared/api/broadcast.ts";
import { GremioError } from "../shared/errors.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

const texts = {
  "es-419": { title: "Evento", body: "Doble botín hasta el domingo." },
  "pt-BR": { title: "Evento", body: "Saque em dobro até domingo." },
};

/** Members of g1 and a studio that broadcasts. */
const aWorld = async (players: readonly string[], graceMs = 60_000) => {
  const world = await aNotifierWorld({ graceMs });
  for (const player of players) await world.member(player);
  const { run } = makeOperations(makeBroadcastOperations({ broadcasts: makeBroadcasts(world.redis, world.keys) }));
  const create = async (request: object) =>
    createdBroadcastSchema.parse(await run("createBroadcast", { nonce: "event-0001", texts, ...request }, undefined));
  const look = async (broadcast: string) =>
    createdBroadcastSchema.omit({ repeated: true }).parse(await run("getBroadcast", { broadcast }, undefined));
  const cancel = (broadcast: string) => run("cancelBroadcast", { broadcast }, undefined);
  const done = (broadcast: string) =>
    waitFor(async () => {
      const found = await look(broadcast);
      return found.state === "done" && found;
    }, "its end");
  const reasons = async (player: string) =>
    (await world.decisions.list(player)).map(({ outcome, reason }) => `${outcome}:${reason}`).toReversed();
  return { ...world, run, create, look, cancel, done, reasons };
};

test("[BC1, BC2, BC3, BC9] a broadcast is told each player of its guilds once, in his language or the first there is, with the game's own data; it can be followed, and each decision is explained", async () => {
  const world = await aWorld(["leader", "ana"]);
  const { create, look, done, players, phone, decisions } = world;
  await players.putProfile("ana", { locale: "pt-BR" });
  const request = { to: { guilds: ["g1", "g1", "g0"] }, link: "game://event/7", data: { event: "7" } };
  const made = await create(request);
  expect(made).toMatchObject({
    state: "running",
    to: { guilds: 3 },
    kind: "event",
    looked: 0,
    pushed: 0,
    repeated: false,
  });
  await world.notifier();
  const { broadcast } = made;
  await done(broadcast);
  await waitFor(async () => (await look(broadcast)).pushed === 2, "both pushes");
  expect(await look(broadcast)).toMatchObject({ looked: 2, decided: { "now:away": 2 }, pushed: 2 });
  expect(phone("leader")?.screen).toMatchObject([texts["es-419"]]);
  expect(phone("ana")?.screen).toMatchObject([texts["pt-BR"]]);
  const data = phone("ana")?.received[0]?.data;
  expect(data).toMatchObject({ broadcast, event: "7", link: "game://event/7", kind: "event", channel: "", seq: "0" });
  const [decision] = await decisions.list("ana");
  expect(decision).toMatchObject({ about: { type: "notice", channel: "", seq: 0, broadcast }, sent: { d1: "sent" } });
  expect(decision && replay(decision)).toBe(true);

  expect(await create(request)).toMatchObject({ broadcast, state: "done", repeated: true });
  await expect(create({ to: { all: true } })).rejects.toEqual(new GremioError("key-reused"));
  expect(phone("ana")?.receivedCount).toBe(1);
});

test("[BC4] each player is told as he prefers and within his budget; what cannot be told is dropped with its reason, since no digest has it", async () => {
  const kinds = ["off", "digest"] as const;
  const asked = ["none", "minor", "night", "enough", "gone", ...kinds];
  const world = await aWorld(["leader", ...asked]);
  const { create, done, players, phone, reasons, redis, keys } = world;
  for (const wish of kinds) await players.putPreferences(wish, { kinds: { event: wish } });
  await players.putPreferences("none", { push: "none" });
  await players.setMinor("minor", true);
  await players.putPreferences("night", { doNotDisturbUntil: Date.now() + 600_000 });
  await players.removeDevice("gone", "d1");
  const { begin } = makeIntents(redis, keys);
  const { perHour } = await world.policies.read();
  const earlier = { player: "enough", burst: "guild:g1|i", channel: "guild:g1", seq: 0 };
  await Promise.all(Array.from({ length: perHour }, (_, n) => begin({ ...earlier, tag: `t${n}`, marks: [`m${n}`] })));
  await world.notifier();
  const { broadcast } = await create({ nonce: "event-0002", to: { players: asked }, lifeMs: 3_600_000 });
  expect((await done(broadcast)).decided).toEqual({
    ...{ "drop:push-off": 1, "now:away": 1, "later:do-not-disturb": 1, "drop:over-budget": 1 },
    ...{ "drop:no-device": 1, "drop:kind-off": 1, "drop:digest-only": 1 },
  });
  await waitFor(() => phone("minor")?.screen.length === 1, "the minor's");
  expect(phone("minor")?.screen).toMatchObject([texts["es-419"]]);
  const short = await create({ nonce: "event-0003", to: { players: ["night"] }, lifeMs: 60_000 });
  await done(short.broadcast);
  expect(await reasons("night")).toEqual(["later:do-not-disturb", "drop:held-too-long"]);
  await players.putPreferences("night", {});
  await waitFor(() => phone("night")?.receivedCount === 1, "what waited for him");
});

test("[BC4] who is in a match is told when it ends; his badge, and what he reads meanwhile, have nothing to do with it", async () => {
  const world = await aWorld(["leader", "ana"], 300);
  const { create, done, phone, present, reasons, read, redis, keys } = world;
  const { end } = await present("ana", false, Date.now() + 600_000);
  await world.notifier();
  const { broadcast } = await create({ to: { players: ["ana"] } });
  expect((await done(broadcast)).decided).toEqual({ "later:in-match": 1 });
  expect(await makeMatches(redis, keys).badge("ana")).toEqual({ count: 0 });
  const { seq } = await world.say("Hello");
  await read("ana", seq);
  await end();
  await waitFor(() => phone("ana")?.receivedCount === 1, "the push after the match");
  await waitFor(async () => (await reasons("ana")).length === 2, "its record");
  expect((await reasons("ana"))[0]).toBe("later:in-match");
});

test("[BC5] cancelled, it is told nobody any more: who is not looked at yet, and whose push was about to be sent", async () => {
  const world = await aWorld(["leader", "ana", "beto"], 1_500);
  const { create, look, cancel, phone, reasons, present } = world;
  await present("ana", false);
  await world.notifier();
  const { broadcast } = await create({ to: { players: ["ana", "beto", "leader"] }, perMinute: 1 });
  await waitFor(async () => (await look(broadcast)).looked === 1, "the first player");
  expect(await cancel(broadcast)).toMatchObject({ state: "cancelled", looked: 1, decided: { "later:present": 1 } });
  await waitFor(async () => (await reasons("ana")).includes("drop:condition-gone"), "the end of the grace");
  expect(["ana", "beto", "leader"].map((player) => phone(player)?.receivedCount)).toEqual([0, 0, 0]);
  expect(await reasons("beto")).toEqual([]);

  const planned = await create({ nonce: "event-0002", to: { all: true }, startsAt: Date.now() + 3_600_000 });
  expect(planned.state).toBe("waiting");
  await cancel(planned.broadcast);
  expect(await cancel(planned.broadcast)).toMatchObject({ state: "cancelled", looked: 0 });
  await expect(cancel("b00000000000000000000")).rejects.toEqual(new GremioError("broadcast-not-found"));
});

test("[BC6, BC7] all are those who have a device, in whatever bucket; no more than its number a minute are told", async () => {
  const many = Array.from({ length: 8 }, (_, n) => `p${n}`);
  const world = await aWorld(["leader", ...many]);
  const { create, look, players, phone } = world;
  await players.putProfile("nophone", { name: "nophone", locale: "en" });
  await players.removeDevice("p7", "d1");
  const { broadcast } = await create({ to: { all: true }, perMinute: 240 });
  const startedAt = Date.now();
  await world.notifier();
  await waitFor(async () => (await look(broadcast)).pushed === 8, "all pushes");
  // Four a second: 4 at once, and 4 after a second.
  expect(Date.now() - startedAt).toBeGreaterThan(900);
  expect(["leader", ...many].map((player) => phone(player)?.screen.length)).toEqual([...Array(8).fill(1), 0]);
  await waitFor(async () => (await look(broadcast)).state === "done", "its end");
  expect(await look(broadcast)).toMatchObject({ to: { all: true }, looked: 8 });
});
