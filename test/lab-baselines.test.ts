import { expect, test } from "vitest";
import { discord } from "../bench/lab/policies/discord.ts";
import { mattermost } from "../bench/lab/policies/mattermost.ts";
import { mentionsOnly } from "../bench/lab/policies/mentions-only.ts";
import { pushEverything } from "../bench/lab/policies/push-everything.ts";
import { rocketChat } from "../bench/lab/policies/rocket-chat.ts";
import { zulip, zulipOffline } from "../bench/lab/policies/zulip.ts";
import type { Incoming } from "../bench/lab/world.ts";
import { aLabPlayer, aSession, NOON, SECOND_MS, sentBy } from "./a-lab-player.ts";

const at = (seconds: number, more: Partial<Incoming> = {}): Partial<Incoming> => ({
  at: NOON + seconds * SECOND_MS,
  ...more,
});
const readAfter = (seconds: number) => ({ readAt: NOON + seconds * SECOND_MS });
const ofEachKind = aLabPlayer({
  incoming: (["chatter", "here", "mention", "reply", "announcement", "attack"] as const).map((kind, second) =>
    at(second, { kind }),
  ),
});

test("[LB1] push-everything pushes whatever comes, mentions-only what calls him by name or with all", () => {
  expect(sentBy(pushEverything, ofEachKind)).toEqual(["0:0", "1:1", "2:2", "3:3", "4:4", "5:5"]);
  expect(sentBy(mentionsOnly, ofEachKind)).toEqual(["1:1", "2:2", "3:3", "4:4", "5:5"]);
  const seen = [aSession(0, 3_600, { presence: "reading" })];
  expect(sentBy(mentionsOnly, ofEachKind, seen)).toEqual(["1:1", "2:2", "3:3", "4:4", "5:5"]);
});

test("[LB1] Mattermost pushes mentions to the away and offline at once, and what came while somebody was online never", () => {
  expect(sentBy(mattermost, ofEachKind)).toEqual(["1:1", "2:2", "3:3", "4:4", "5:5"]);
  expect(sentBy(mattermost, { ...ofEachKind, guildSize: 1_001 })).toEqual(["2:2", "3:3", "5:5"]);
  const two = aLabPlayer({ incoming: [at(10), at(400)] });
  expect(sentBy(mattermost, two, [aSession(0, 600)])).toEqual([]);
  // Touched for the last time at 0: away after 300 s.
  expect(sentBy(mattermost, two, [aSession(0, 600, { touchedAt: NOON })])).toEqual(["400:1"]);
});

test("[LB1] Zulip as it comes pushes mentions to everybody; offline only, it waits until the last queue is collected, and drops what was read", () => {
  const one = aLabPlayer({ incoming: [at(10)] });
  expect(sentBy(zulip, one, [aSession(0, 60)])).toEqual(["10:0"]);
  expect(sentBy(zulipOffline, one)).toEqual(["10:0"]);
  expect(sentBy(zulipOffline, one, [aSession(0, 60)])).toEqual(["660:0"]);
  expect(sentBy(zulipOffline, aLabPlayer({ incoming: [at(10, readAfter(30))] }), [aSession(0, 60)])).toEqual([]);
  // He is back before the queue is collected: only its own end counts.
  expect(sentBy(zulipOffline, one, [aSession(0, 60), aSession(300, 900)])).toEqual(["1500:0"]);
  expect(sentBy(zulipOffline, aLabPlayer({ incoming: [at(510)] }), [aSession(0, 3_600, { touchedAt: NOON })])).toEqual([
    "510:0",
  ]);
  expect(sentBy(zulipOffline, aLabPlayer({ incoming: [at(1, { kind: "chatter" })] }))).toEqual([]);
});

test("[LB1] Rocket.Chat pushes all in small rooms, holds it two minutes for who is online, releases what waits together, and forgets what was read", () => {
  expect(sentBy(rocketChat, ofEachKind)).toEqual(["0:0", "1:1", "2:2", "3:3", "4:4", "5:5"]);
  expect(sentBy(rocketChat, { ...ofEachKind, guildSize: 101 })).toEqual(["2:2", "3:3", "5:5"]);
  const two = aLabPlayer({ incoming: [at(10), at(100)] });
  expect(sentBy(rocketChat, two, [aSession(0, 600)])).toEqual(["130:0", "130:1"]);
  expect(sentBy(rocketChat, aLabPlayer({ incoming: [at(10, readAfter(50)), at(100)] }), [aSession(0, 600)])).toEqual([
    "220:1",
  ]);
  expect(sentBy(rocketChat, aLabPlayer({ incoming: [at(400)] }), [aSession(0, 600, { touchedAt: NOON })])).toEqual([
    "400:0",
  ]);
  // What comes when he has left takes along what still waits.
  expect(sentBy(rocketChat, aLabPlayer({ incoming: [at(10), at(70)] }), [aSession(0, 60)])).toEqual(["70:0", "70:1"]);
});

test("[LB1] Discord pushes mentions once the desktop was not used for ten minutes, unless they were read", () => {
  expect(sentBy(discord, ofEachKind)).toEqual(["1:1", "2:2", "3:3", "4:4", "5:5"]);
  const one = aLabPlayer({ incoming: [at(10)] });
  expect(sentBy(discord, one, [aSession(0, 3_600, { touchedAt: NOON })])).toEqual(["600:0"]);
  expect(sentBy(discord, one, [aSession(0, 60)])).toEqual(["60:0"]);
  expect(sentBy(discord, aLabPlayer({ incoming: [at(10, readAfter(30))] }), [aSession(0, 60)])).toEqual([]);
  // An idle screen with phantom input holds it for as long as it stays on.
  expect(sentBy(discord, one, [aSession(0, 7_200)])).toEqual(["7200:0"]);
});
