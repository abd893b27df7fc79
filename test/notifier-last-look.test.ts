import { expect, test } from "vitest";
import { makeChanges } from "../server/channel/changes.ts";
import { preferencesSchema } from "../shared/preferences.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

const HOUR_MS = 3_600_000;
const CHANNEL = "guild:g1";
const clockTime = (by: number) => `${String(new Date(Date.now() + by * HOUR_MS).getUTCHours()).padStart(2, "0")}:00`;

/** What somebody does meanwhile, and why he is not pushed then. */
const CHANGES = {
  leaves: "drop:not-member",
  mutes: "drop:channel-off",
  snoozes: "later:snoozed",
  "wants-none": "drop:push-off",
  "wants-no-mail": "drop:kind-off",
  "not-now": "later:do-not-disturb",
  sleeps: "later:quiet-hours",
  reads: "drop:read",
  "logs-out": "drop:no-device",
  sells: "drop:no-device",
} as const;
const WHO = Object.keys(CHANGES);
const PREFERRING: Record<string, object> = {
  mutes: { channels: { [CHANNEL]: { push: "none" } } },
  snoozes: { channels: { [CHANNEL]: { push: "all", snoozedUntil: Date.now() + HOUR_MS } } },
  "wants-none": { push: "none" },
  "wants-no-mail": { kinds: { announcement: "off" } },
  "not-now": { doNotDisturbUntil: Date.now() + HOUR_MS },
};

const aWorld = async (options: Parameters<typeof aNotifierWorld>[0] = {}) => {
  const world = await aNotifierWorld(options);
  const { players, guilds, decisions, log, channel } = world;
  for (const player of ["leader", ...WHO]) await world.member(player);
  // His night goes by the studio's hours, in a zone in which it is noon as long as he is at home.
  await players.putProfile("sleeps", { zone: "UTC" });
  await world.policies.put(pushPolicySchema.parse({ quietHours: { from: clockTime(11), to: clockTime(14) } }));
  const tell = (only: readonly string[]) =>
    log.append({
      ...{ channel, author: "leader", nonce: `nonce-${only.length}`, kind: "announcement", body: "Hello" },
      notice: { type: "notice", about: "announcement", only: [...only] },
    });
  const change = async (seq: number) => {
    for (const [player, part] of Object.entries(PREFERRING))
      await players.putPreferences(player, preferencesSchema.parse(part));
    await guilds.remove("g1", "leaves", "left");
    await world.read("reads", seq);
    await players.removeDevice("logs-out", "d1");
    await players.putDevice("leader", "d2", { kind: "token", target: "phone-sells", platform: "android" });
    // Twelve hours on.
    await players.putProfile("sleeps", { zone: "Etc/GMT-12" });
  };
  const last = async (player: string) => {
    const [found] = await decisions.list(player);
    return found && `${found.outcome}:${found.reason}`;
  };
  const isSettled = async () => (await Promise.all(WHO.map(last))).every((found, n) => found === expected[n]);
  const expected: string[] = Object.values(CHANGES);
  const settled = async () => {
    await waitFor(isSettled, "all decisions").catch(() => {});
    expect(Object.fromEntries(await Promise.all(WHO.map(async (player) => [player, await last(player)])))).toEqual(
      CHANGES,
    );
    expect(WHO.map((player) => world.phone(player)?.receivedCount ?? 0)).toEqual(WHO.map(() => 0));
  };
  return { ...world, tell, change, settled };
};

test("[NO75] who has left, read, muted, logged out, or is not to be disturbed any more since he was decided about is looked at once more right before his push, and does not get it", async () => {
  const world = await aWorld();
  // As many as are served at once: the others' turn comes when the first of these is done.
  const before = ["quick", ...Array.from({ length: 16 }, (_, index) => `p${index}`)];
  for (const player of before) await world.member(player);
  for (const player of before.slice(1)) await world.plan(player, { kind: "ok", delayMs: 2_500 });
  await world.notifier();
  const { seq } = await world.tell([...before, ...WHO]);
  await waitFor(() => world.phone("quick")?.receivedCount, "the first of the batch");
  await world.change(seq);
  await world.settled();
  await waitFor(() => before.every((player) => world.phone(player)?.receivedCount === 1), "the others' pushes");
});

test("[NO75] so is he when what he waited for is over; and what was deleted meanwhile nobody gets", async () => {
  const world = await aWorld({ graceMs: 400 });
  const { keys, redis, channel, decisions } = world;
  await world.member("stays");
  const ends = await Promise.all([...WHO, "stays"].map((player) => world.present(player, false, Date.now() + HOUR_MS)));
  await world.notifier();
  const { seq } = await world.tell([...WHO, "stays"]);
  const waits = async (player: string) => (await decisions.list(player))[0]?.reason === "in-match";
  await waitFor(async () => (await Promise.all([...WHO, "stays"].map(waits))).every(Boolean), "all to wait");
  await world.change(seq);
  await makeChanges(redis, keys, { historyLength: 100 }).delete({
    channel,
    nonce: "nonce-delete",
    seq,
    player: "leader",
  });
  for (const { end } of ends) await end();
  await waitFor(async () => (await decisions.list("stays"))[0]?.reason === "entry-gone", "what became of it");
  expect(["stays", ...WHO].map((player) => world.phone(player)?.receivedCount)).toEqual(["stays", ...WHO].map(() => 0));
});
