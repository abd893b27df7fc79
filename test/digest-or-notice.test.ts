import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { makeIntents } from "../server/notifier/deciding/intents.ts";
import { noticeId } from "../server/notifier/notice.ts";
import { DIGEST_TAG } from "../server/notifier/sending/compose-digest.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { aDigestWorld } from "./a-digest-world.ts";
import { aMovedClock } from "./a-moved-clock.ts";
import { aNotifierByHand } from "./a-notifier-by-hand.ts";

const MINUTE_MS = 60_000;

/** What another process has begun to send ana: her first digest, which tells of an entry. */
const aDigestOf = (channel: string, entry: { epoch: number; seq: number }) => ({
  ...{ player: "ana543", burst: "", tag: DIGEST_TAG, channel, seq: entry.seq },
  marks: ["digest:0", noticeId({ channel, ...entry })],
});

test("[DG12] what a digest has begun to tell is not told by itself, too; if nobody lives to send it, the next digest tells it", async () => {
  const { redis, keys, channel, announce, run, after, screen, reasons } = await aNotifierByHand();
  const entry = await announce("one");
  await makeIntents(redis, keys).begin(aDigestOf(channel, entry), "0");
  await run();
  expect(screen("beto55")).toMatchObject([{ body: "leader57: one" }]);
  expect(screen("ana543")).toEqual([]);
  expect(await reasons("ana543")).toEqual(["digest:in-digest"]);
  await after(20 * MINUTE_MS);
  await after(MINUTE_MS);
  expect(screen("ana543")).toMatchObject([{ body: "1 new message · 1 announcement\nleader57: one" }]);
  await after(20 * MINUTE_MS);
  expect(screen("ana543")).toHaveLength(1);
});

test("[DG12] once her devices got that digest, its notice is dropped as told, and nothing is owed", async () => {
  const { redis, keys, channel, announce, run, reasons, sent } = await aNotifierByHand({ joins: ["ana543"] });
  const intents = makeIntents(redis, keys);
  const digest = aDigestOf(channel, await announce("one"));
  await intents.begin(digest, "0");
  await intents.told(digest, ["d1"]);
  await run();
  expect(sent).toEqual([]);
  expect(await reasons("ana543")).toEqual(["drop:told"]);
});

test("[DG12] a digest leaves out what is being told by itself, and is composed anew when that began after it was", async () => {
  const clock = await aMovedClock();
  const world = await aDigestWorld(clock.redis, makeKeys("either"), clock.jump);
  await world.member("ana");
  const { guild, say, digests, keys, redis } = world;
  await say(guild, "hello");
  const call = await say(guild, "@ana come", { mentions: { players: [2] } });
  const [due] = await digests.compose(["ana"]);
  const mark = noticeId({ channel: guild, ...call });
  expect(due?.notices).toEqual([mark]);
  const intents = makeIntents(redis, keys);
  const notice = { player: "ana", burst: `${guild}|i`, tag: "t", channel: guild, seq: call.seq, marks: [mark] };
  expect(await intents.begin(notice, "0")).toMatchObject({ begun: true });
  const intent = { player: "ana", burst: "", tag: DIGEST_TAG, channel: guild, seq: call.seq };
  const begun = await intents.begin({ ...intent, marks: [due?.mark ?? "", mark] }, due?.stamp);
  expect(begun).toMatchObject({ begun: false });
  expect(await world.digest("ana")).toMatchObject({ lines: ["1 new message", "leader: hello"] });
  await clock.stop();
});

test("[DG13] what was left to a digest by itself is worth one, whatever it is, also after one has told of all before", async () => {
  const clock = await aMovedClock();
  const world = await aDigestWorld(clock.redis, makeKeys("owed"), clock.jump);
  await world.member("ana");
  const { guild, say, digests, log } = world;
  await say(guild, "hello");
  expect(await world.digest("ana")).toMatchObject({ lines: ["1 new message", "leader: hello"] });
  const news = await log.append({
    ...{ channel: guild, nonce: randomUUID(), kind: "news" },
    body: { template: "guild-level-up", params: { level: "7" } },
  });
  expect(await world.digest("ana")).toBeUndefined();
  await digests.owe({ channel: guild, ...news }, ["ana"]);
  expect(await world.digest("ana")).toMatchObject({ lines: ["1 new message", "The guild has reached level 7!"] });
  expect(await world.digest("ana")).toBeUndefined();
  await clock.stop();
});
