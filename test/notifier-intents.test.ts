import { expect, test } from "vitest";
import { makePersonalFeed } from "../server/home/personal.ts";
import { makeIntents } from "../server/notifier/deciding/intents.ts";
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
