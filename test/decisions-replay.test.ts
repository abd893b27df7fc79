import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { makeChanges } from "../server/channel/changes.ts";
import { REASONS } from "../server/decisions/decision.ts";
import { makeBlocks } from "../server/moderation/blocks.ts";
import { makeIntents } from "../server/notifier/deciding/intents.ts";
import { replay } from "../server/notifier/deciding/replay.ts";
import { startLease } from "../server/presence/lease.ts";
import { makePresence } from "../server/presence/presence.ts";
import type { NoticeKind } from "../shared/notice-kind.ts";
import { type Preferences, preferencesSchema } from "../shared/preferences.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

const DAY_MS = 86_400_000;
const POLICY = { perHour: 2, digestsPerDay: 1 };
const hour = (by: number) => `${String(new Date(Date.now() + by * 3_600_000).getUTCHours()).padStart(2, "0")}:00`;
const QUIET = { from: hour(-1), to: hour(4) };

/** Who prefers what, and has a name by it. */
const PREFERRING: Record<string, Partial<Preferences>> = {
  nothing: { push: "none" },
  important: { push: "important" },
  "no-mail": { kinds: { announcement: "off" } },
  "in-digests": { kinds: { announcement: "digest" } },
  deaf: { channels: { "guild:g1": { push: "none", snoozedUntil: 0 } } },
  called: { channels: { "guild:g1": { push: "mentions", snoozedUntil: 0 } } },
  sleeper: { quietHours: QUIET },
  busy: { doNotDisturbUntil: Date.now() + 2 * 3_600_000 },
  "busy-for-days": { doNotDisturbUntil: Date.now() + 3 * DAY_MS },
  snoozer: { channels: { "guild:g1": { push: "all", snoozedUntil: Date.now() + 7_200_000 } } },
  "long-snoozer": { channels: { "guild:g1": { push: "all", snoozedUntil: Date.now() + 3 * DAY_MS } } },
  eager: { kinds: { event: "now" } },
};
const OTHERS = ["leader", "away", "idle", "lost", "looks", "fights", "left", "no-phone", "banned", "blocks", "reads"];
const PLAYERS = [...OTHERS, "resumed", "fickle", ...Object.keys(PREFERRING)];

/** All that can come about without waiting for days, a war, or a moment nobody can hit. */
const EXPECTED = [
  ...["away", "idle", "lost", "unread-after-grace", "unread-after-match", "unread-after-burst"].map(
    (one) => `now:${one}`,
  ),
  ...["resumed", "digest-due"].map((reason) => `now:${reason}`),
  ...["reading", "recent", "in-match", "quiet-hours", "do-not-disturb", "snoozed", "burst"].map(
    (one) => `later:${one}`,
  ),
  ...["present", "enough-digests"].map((reason) => `later:${reason}`),
  ...["plain-chat", "kind-digest", "quiet-hours", "over-budget"].map((one) => `digest:${one}`),
  ...["do-not-disturb", "snoozed"].map((reason) => `digest:${reason}`),
  ...["own-entry", "not-member", "banned", "blocked", "entry-gone", "condition-gone", "read"].map(
    (one) => `drop:${one}`,
  ),
  ...["push-off", "important-only", "kind-off", "channel-off", "mentions-only", "no-device"].map(
    (one) => `drop:${one}`,
  ),
  ...["digest:expired", "drop:kind-silent", "digest:not-important"],
];
/** The others come about in a running notifier in tests of their own, by these rules. */
const ELSEWHERE: Record<string, string> = {
  "drop:not-concerned": "NO39",
  "drop:told": "NO14",
  "digest:in-digest": "DG12",
  "drop:overtaken": "NO69",
  "drop:expired": "NO72",
  "drop:enough-digests": "DG8",
  ...{ "drop:over-budget": "BC4", "drop:digest-only": "BC4", "drop:held-too-long": "BC4" },
};

test("[DE2] there is no reason that is not shown to come about", () => {
  const listed = Object.entries(REASONS).flatMap(([outcome, reasons]) => reasons.map((one) => `${outcome}:${one}`));
  expect([...EXPECTED, ...Object.keys(ELSEWHERE)].sort()).toEqual(listed.sort());
});

test("[DE2, DE3] the reasons there are come about in a running notifier, and the inputs each decision was kept with give it again", async () => {
  const world = await aNotifierWorld({ graceMs: 1_000, digestWindowMs: 300 });
  const { redis, keys, players, decisions, channel, log } = world;
  for (const player of PLAYERS) await world.member(player);
  for (const [player, part] of Object.entries(PREFERRING))
    await players.putPreferences(player, preferencesSchema.parse(part));
  for (const player of PLAYERS) await players.putProfile(player, { zone: "UTC" });
  await world.policies.put(pushPolicySchema.parse(POLICY));
  await players.removeDevice("no-phone", "d1");
  const standing = keys.of("player:banned", "standing");
  await redis.run(standing, ["HSET", standing, "banned", '{"until":0}']);
  await makeBlocks(redis, keys).set("blocks", "leader", true);

  const lease = await startLease(redis, keys, 10_000);
  onTestFinished(() => lease.release());
  const presence = makePresence(redis, keys, lease.incarnation);
  const at = (session: string) => ({ session, channel, reading: false });
  await presence.put("idle", { ...at("s1"), idle: true });
  await makePresence(redis, keys, randomUUID()).put("lost", at("s2"));
  await presence.put("looks", { ...at("s3"), reading: true });
  await presence.put("eager", at("s6"));
  await presence.put("fickle", { ...at("s7"), matchUntil: Date.now() + 3_600_000 });
  await players.putPreferences("fickle", preferencesSchema.parse({ kinds: { event: "now" } }));

  const tell = (about: NoticeKind, part: object = {}) =>
    log.append({
      ...{ channel, author: "leader", nonce: randomUUID(), kind: "announcement", body: about },
      notice: { type: "notice", about, ...part },
    });
  const { epoch, seq } = await tell("announcement");
  const mark = `${channel}:${epoch}:${seq}`;
  const intent = { burst: `${channel}|i`, tag: `${channel}#${epoch}.${seq}`, channel, seq, marks: [mark] };
  await makeIntents(redis, keys).begin({ player: "resumed", ...intent });
  await world.read("reads", seq);
  const { seq: gone } = await tell("announcement");
  await makeChanges(redis, keys, { historyLength: 100 }).delete({
    ...{ channel, nonce: "nonce-delete", seq: gone, player: "leader" },
  });
  await presence.put("left", at("s5"));
  await presence.put("fights", { ...at("s4"), matchUntil: Date.now() + 4_000 });
  await presence.remove("left", "s5");
  await world.notifier({ gapsMs: { important: [1_000], urgent: [1_000] } });
  const list = (player: string) => decisions.list(player);
  const has = async (player: string, found: string) =>
    (await list(player)).some(({ outcome, reason }) => `${outcome}:${reason}` === found);
  await waitFor(() => has("away", "now:away"), "the first");
  await tell("event");
  await tell("war", { only: ["fickle"] });
  const waits = async () => (await list("fickle")).filter(({ reason }) => reason === "in-match");
  const abouts = async () => new Set((await waits()).map(({ inputs }) => inputs.kind));
  await waitFor(async () => (await abouts()).has("event") && (await abouts()).has("war"), "what waits for a match");
  // The studio, and he, think otherwise of these kinds by now.
  await world.policies.put(pushPolicySchema.parse({ ...POLICY, importance: { war: "silent" } }));
  await players.putPreferences("fickle", preferencesSchema.parse({}));
  await tell("attack");
  for (let count = 0; count < 4; count += 1) await tell("announcement");
  await tell("announcement", { only: ["nobody", "away"], lifeMs: 1 });
  await tell("invitation", { only: ["away"], condition: { type: "team-invited", team: "team:none" } });
  await log.append({ channel, author: "leader", nonce: randomUUID(), kind: "text", body: "Plain" });
  for (const player of ["away", "in-digests"]) await waitFor(() => has(player, "now:digest-due"), "a digest");
  const became = async (seqOf: number, isFinal: boolean) =>
    (await list("away")).some(({ about, outcome }) => about.seq === seqOf && !(isFinal && outcome === "later"));
  // Until there are enough, each a push of its own; and until one is told that has waited for the one before.
  for (let count = 0; count < 6 && (count === 0 || !(await has("away", "digest:over-budget"))); count += 1) {
    const { seq: last } = await tell("announcement", count === 0 ? {} : { only: ["away"] });
    await waitFor(() => became(last, true), "what becomes of another");
  }
  for (let count = 0; count < 40 && !(await has("away", "now:unread-after-burst")); count += 1) {
    const { seq: last } = await tell("attack", { only: ["away"] });
    await waitFor(() => became(last, false), "what is decided about another");
  }

  const all = async () => (await Promise.all([...PLAYERS, "nobody"].map(list))).flat();
  const missing = async () => {
    const found = new Set((await all()).map(({ outcome, reason }) => `${outcome}:${reason}`));
    return EXPECTED.filter((one) => !found.has(one));
  };
  await waitFor(async () => (await missing()).length === 0, "all of them").catch(() => undefined);
  expect(await missing()).toEqual([]);
  const kept = await all();
  expect(kept.filter((decision) => !replay(decision))).toEqual([]);
  // It would say so.
  const away = kept.filter(({ outcome, reason }) => outcome === "now" && reason === "away");
  expect(away.some((one) => replay({ ...one, inputs: { ...one.inputs, member: false } }))).toBe(false);
});
