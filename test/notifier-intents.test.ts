import { expect, onTestFinished, test } from "vitest";
import { makePersonalFeed } from "../server/home/personal.ts";
import { makeIntents } from "../server/notifier/deciding/intents.ts";
import { makeReadInputs } from "../server/notifier/deciding/player-inputs.ts";
import { makeSentMarks } from "../server/notifier/deciding/sent-marks.ts";
import { aRedis } from "./a-redis.ts";

test("[NO64] what a player reads between a decision and its push has it decided anew, so that what is to leave his screens does", async () => {
  const { redis, keys } = await aRedis();
  const intents = makeIntents(redis, keys);
  const channel = "guild:g1";
  const common = { player: "ana", burst: `${channel}|i`, tag: "t", channel };
  expect(await intents.begin({ ...common, seq: 1, marks: ["one"] }, "0")).toMatchObject({ begun: true });
  const read = { epoch: 1, seq: 2, unread: 0, mentions: 0 };
  await makePersonalFeed(redis, keys, () => {}).read("ana", channel, read);
  expect(await intents.begin({ ...common, seq: 2, marks: ["two"] }, "1")).toMatchObject({ begun: false });
  expect(await intents.clearing("ana")).toEqual(["t"]);
  await redis.close();
});

test("[NO64] a digest that one phone got, which was read, and which is then told to the other anew, comes to both", async () => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const intents = makeIntents(redis, keys);
  const digest = { player: "ana", burst: "", tag: "digest", channel: "guild:g1", seq: 1, marks: ["digest:1"] };
  expect(await intents.begin(digest)).toMatchObject({ begun: true, anew: false });
  await intents.told(digest, ["d1"]);
  await makePersonalFeed(redis, keys, () => {}).read("ana", digest.channel, {
    epoch: 1,
    seq: 1,
    unread: 0,
    mentions: 0,
  });
  expect(await intents.clearing("ana")).toEqual([digest.tag]);
  expect(await intents.begin({ ...digest, seq: 2 })).toMatchObject({ begun: true, anew: true });
  expect(await makeSentMarks(redis, keys).of("ana", "digest:1")).toMatchObject({ got: new Set() });
});

test("[NO64] who began a push and slept while another sent it undoes nothing of it: what was sent leaves the screens", async () => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const intents = makeIntents(redis, keys);
  const common = { player: "ana", burst: "guild:g1|i", tag: "t", channel: "guild:g1", seq: 1, marks: ["guild:g1:1:1"] };
  const { before } = await intents.begin(common);
  await intents.again(common);
  await intents.undo(common, before);
  await intents.takeOff("ana", "guild:g1:1:1");
  expect(await intents.clearing("ana")).toEqual(["t"]);
});

test("[NO77] who comes, is banned, blocks somebody or goes on as an account between a decision and its push is decided about anew", async () => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const intents = makeIntents(redis, keys);
  let at = 0;
  const read = makeReadInputs(redis, keys, () => at);
  const asked = { mark: "guild:g1:1:1", burst: "guild:g1|i", author: "beto" };
  const intent = { player: "ana", burst: asked.burst, tag: "t", channel: "guild:g1", seq: 1, marks: [asked.mark] };
  const put = (part: string, field: string) => {
    const key = keys.of("player:ana", part);
    return redis.run(key, ["HSET", key, field, "1"]);
  };
  const changes: [part: string, field: string][] = [
    ["presence", "a session"],
    ["presence", "match:"],
    ["standing", "banned"],
    ["standing", "minor"],
    ["blocks", "beto"],
    ["profile", "to"],
  ];
  for (const [part, field] of changes) {
    const { stamp } = await read("ana", asked);
    await put(part, field);
    expect(await intents.begin(intent, stamp), field).toMatchObject({ begun: false });
    // What was read is given once more, as it was, and only to who begins by its stamp; then it is read anew.
    expect((await read("ana", asked, "lately")).stamp, field).toBe(stamp);
    expect((await read("ana", asked, "lately")).stamp, field).not.toBe(stamp);
  }
  const { stamp } = await read("ana", asked);
  at += 20_000;
  await put("blocks", "caro");
  const later = await read("ana", asked, "lately");
  expect(later.stamp).not.toBe(stamp);
  expect(await intents.begin(intent, later.stamp)).toMatchObject({ begun: true });
});
