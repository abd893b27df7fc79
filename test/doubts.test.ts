import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { makeLog } from "../server/channel/log.ts";
import { Shard } from "../server/channel/shard.ts";
import { LEAVING_MS } from "../server/channel/standing.ts";
import { makeTails } from "../server/channel/tails.ts";
import { aGuild } from "./a-guild.ts";
import { aReader, type TestFrame, weigh } from "./a-reader.ts";
import { aRedis } from "./a-redis.ts";
import { aTailToLose } from "./a-tail-to-lose.ts";
import { waitFor } from "./wait-for.ts";

test("[HM11] who has to resume because Redis lost its tail, was removed by then and does not ask, is told within seconds; a member is not", async () => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const channel = "guild:g1";
  await aGuild(redis, keys, "g1", ["ana", "beto", "caro"]);
  const log = makeLog(redis, keys, { historyLength: 1_000 });
  const tails = makeTails(redis, keys, log, pino({ level: "silent" }), 60_000);
  onTestFinished(() => tails.close());
  const { tail } = await tails.follow(channel);
  const clock = { now: 0 };
  const shard = new Shard<TestFrame>(tail, log, { encode: weigh, onState: () => undefined, now: () => clock.now });
  onTestFinished(() => shard.close());
  const [beto, caro] = [aReader("beto", 2), aReader("caro", 3)];
  for (const reader of [beto, caro]) {
    shard.add(reader);
    await shard.resume(reader, { epoch: 1, seq: 3 });
  }
  const tailToLose = await aTailToLose(redis, keys, channel);
  for (let n = 0; n < 3; n++) await log.append({ channel, nonce: `nonce-number-${n}`, kind: "news", body: `${n}` });
  await waitFor(() => tail.position.seq === 6, "the tail");
  shard.flush();
  await tailToLose.lose();
  await redis.fcall("guild_remove", keys.prefixes(channel), [channel, "beto", "6", "1000"]);
  await waitFor(() => beto.epochs.length === 1 && caro.epochs.length === 1, "the reset");
  expect([beto.entries.length, beto.entries.at(-1)?.kind]).toEqual([3, "news"]);
  expect(shard.watched).toBe(2);
  shard.look();
  clock.now += LEAVING_MS + 1;
  expect(beto.ended).toBeUndefined();
  shard.look();
  await waitFor(() => shard.watched === 0, "both to be looked up");
  expect([beto.ended, caro.ended]).toEqual(["dismissed", undefined]);
  await shard.resume(caro, { epoch: 1, seq: 3 });
  await log.append({ channel, nonce: "nonce-number-9", kind: "news", body: "9" });
  await waitFor(() => {
    shard.flush();
    return caro.entries.at(-1)?.body === "9";
  }, "what is said live");
  expect(beto.entries).toHaveLength(3);
});
