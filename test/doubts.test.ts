import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { Doubts } from "../server/channel/doubts.ts";
import { makeLog } from "../server/channel/log.ts";
import { Outflow } from "../server/channel/outflow.ts";
import { Shard } from "../server/channel/shard.ts";
import { LEAVING_MS, SOFT_UNREPORTED, SOFT_UNSENT_BYTES, Standing } from "../server/channel/standing.ts";
import { Tail } from "../server/channel/tail.ts";
import { makeTails } from "../server/channel/tails.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { asList, asTexts } from "../server/redis/reply.ts";
import { GremioError } from "../shared/errors.ts";
import { aGuild } from "./a-guild.ts";
import { aReader, type TestFrame, weigh } from "./a-reader.ts";
import { aRedis } from "./a-redis.ts";
import { aTailToLose } from "./a-tail-to-lose.ts";
import { removeMember } from "./remove-member.ts";
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
  await removeMember(redis, keys, "guild:g1", "beto");
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

test("[HM11] who is a member again by the page he was given, and whose line is full when this process hears of his removal, stays", async () => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const channel = "guild:g1";
  await aGuild(redis, keys, "g1", ["ana", "beto"]);
  const log = makeLog(redis, keys, { historyLength: 1_000 });
  const { lineage } = await log.before(channel, undefined, undefined, 1);
  const tail = new Tail(channel, log, lineage, () => undefined);
  const clock = { now: 0 };
  const shard = new Shard<TestFrame>(tail, log, { encode: weigh, onState: () => undefined, now: () => clock.now });
  onTestFinished(() => shard.close());
  const guilds = makeGuilds(redis, keys, makePlayers(redis, keys), { historyLength: 1_000 });
  await guilds.remove("g1", "beto", "kicked");
  await guilds.admit("g1", "beto", "member");
  const beto = aReader("beto", 2);
  shard.add(beto);
  const page = await shard.resume(beto, { epoch: 1, seq: lineage.head });
  expect(page.entries.map(({ kind }) => kind)).toEqual(["kicked", "joined"]);
  beto.stalled = true;
  beto.unsentBytes = SOFT_UNSENT_BYTES + 1;
  await log.append({ channel, nonce: "nonce-number-1", kind: "news", body: "hola" });
  const key = keys.of(channel, "log");
  for (const row of asList(await redis.run(key, ["XRANGE", key, `${lineage.head + 1}`, "+"])))
    tail.heard(asTexts(asList(row)[1])[1] ?? "");
  shard.flush();
  expect(shard.held).toBe(1);
  clock.now += LEAVING_MS + 1;
  shard.look();
  expect(beto.ended).toBeUndefined();
  beto.drain();
  shard.look();
  await waitFor(() => shard.held === 0, "what he missed");
  expect(beto.entries.map(({ body }) => body)).toEqual(["hola"]);
});

test("[HM11] who is removed once more while it is read that he is a member again, is looked up once more", async () => {
  const beto = aReader("beto", 2);
  const answers: ((isMember: boolean) => void)[] = [];
  const doubts = new Doubts<TestFrame>({
    read: () =>
      new Promise((resolve, reject) => {
        answers.push((isMember) => (isMember ? resolve([]) : reject(new GremioError("not-member"))));
      }),
    expel: ({ reader }) => reader.dismiss(),
    now: () => 0,
  });
  const standing = new Standing<TestFrame>(beto, new Outflow(SOFT_UNREPORTED));
  doubts.add(standing, 4, 0);
  doubts.add(standing, 6, 0);
  answers.shift()?.(true);
  await waitFor(() => {
    void doubts.look();
    return answers.length === 1;
  }, "the second look");
  expect([standing.doubtedAt, beto.ended]).toEqual([6, undefined]);
  answers.shift()?.(false);
  await waitFor(() => doubts.size === 0, "the end");
  expect(beto.ended).toBe("dismissed");
});
