import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { makeIntents } from "../server/notifier/deciding/intents.ts";
import { makeReadInputs } from "../server/notifier/deciding/player-inputs.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import type { NoticeKind } from "../shared/notice-kind.ts";
import { preferencesSchema } from "../shared/preferences.ts";
import { pushPolicySchema } from "../shared/push-policy.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aNotifierWorld } from "./a-notifier.ts";
import { waitFor } from "./wait-for.ts";

const HOUR_MS = 3_600_000;

test("[NO62] what counts are the pushes of the last hour and of the last 24, those that replace one, too, and no urgent ones", async () => {
  const clock = await aMovedClock();
  onTestFinished(clock.stop);
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  const { begin } = makeIntents(clock.redis, keys);
  const inputs = makeReadInputs(clock.redis, keys, Date.now);
  const push = (tag: string, burst = "guild:g1|i") =>
    begin({ player: "ana", burst, tag, channel: "guild:g1", seq: 1, marks: [randomUUID()] });
  const counted = async () => {
    const { pushedHour, pushedDay } = await inputs("ana", { mark: "", burst: "", author: "" });
    return [pushedHour, pushedDay];
  };
  for (const tag of ["one", "two", "two"]) await push(tag);
  await push("alarm", "guild:g1|u");
  expect(await counted()).toEqual([3, 3]);
  await clock.jump(0.9 * HOUR_MS);
  await push("three");
  expect(await counted()).toEqual([4, 4]);
  await clock.jump(0.2 * HOUR_MS);
  expect(await counted()).toEqual([1, 4]);
  await clock.jump(22.8 * HOUR_MS);
  expect(await counted()).toEqual([0, 4]);
  await clock.jump(0.2 * HOUR_MS);
  expect(await counted()).toEqual([0, 1]);
  await clock.jump(HOUR_MS);
  expect(await counted()).toEqual([0, 0]);
});

test("[PP4] in quiet hours a notifier disturbs with what the studio or the player lets through, and nobody who wants none; how much a kind disturbs is the studio's", async () => {
  const world = await aNotifierWorld();
  const { players, decisions, policies, log, channel } = world;
  const preferring = {
    sleeps: {},
    listens: { through: ["event"] },
    awake: { quietHours: null },
  } as const;
  const who = ["sleeps", "listens", "awake"] as const;
  for (const player of ["leader", ...who]) await world.member(player);
  for (const player of who) {
    await players.putProfile(player, { zone: "UTC" });
    await players.putPreferences(player, preferencesSchema.parse(preferring[player]));
  }
  const hour = (by: number) => `${String(new Date(Date.now() + by * HOUR_MS).getUTCHours()).padStart(2, "0")}:00`;
  const quietHours = { from: hour(-1), to: hour(3) };
  await policies.put(
    pushPolicySchema.parse({ quietHours, through: ["attack"], importance: { event: "urgent", war: "normal" } }),
  );
  await world.notifier();
  const tell = (about: NoticeKind) =>
    log.append({
      ...{ channel, nonce: randomUUID(), kind: "news", body: about },
      notice: { type: "notice", about, only: [...who] },
    });
  for (const about of ["attack", "event", "war"] as const) await tell(about);
  const told = (player: string) =>
    world
      .phone(player)
      ?.screen.map(({ body, channelId }) => `${channelId} ${body}`)
      .sort();
  const all = ["urgent attack", "urgent event"];
  await waitFor(() => told("awake")?.length === 2 && told("listens")?.length === 2, "what is let through");
  await waitFor(async () => (await decisions.list("sleeps")).length === 2, "both decisions");
  expect([told("awake"), told("listens"), told("sleeps")]).toEqual([all, all, ["urgent attack"]]);
  expect((await decisions.list("sleeps")).map(({ reason }) => reason).sort()).toEqual(["away", "quiet-hours"]);
});
