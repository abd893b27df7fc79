import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { makeLog } from "../server/channel/log.ts";
import { Shard } from "../server/channel/shard.ts";
import { HELD_MS, SOFT_UNSENT_BYTES } from "../server/channel/standing.ts";
import { makeTails } from "../server/channel/tails.ts";
import { aGuild } from "./a-guild.ts";
import { aReader, ENTRY_BYTES, type TestFrame, weigh } from "./a-reader.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

/** So many channels, each shown by a shard of its own. */
const scene = async (count: number) => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const log = makeLog(redis, keys, { historyLength: 10_000 });
  const tails = makeTails(redis, keys, log, pino({ level: "silent" }), 60_000);
  onTestFinished(() => tails.close());
  const clock = { now: 0 };
  const open = async (id: string) => {
    const channel = `guild:${id}`;
    await aGuild(redis, keys, id, [`ana-${id}`, `beto-${id}`]);
    const { tail, release } = await tails.follow(channel);
    const shard = new Shard<TestFrame>(tail, log, { encode: weigh, onState: () => undefined, now: () => clock.now });
    onTestFinished(() => {
      shard.close();
      release();
    });
    let nonces = 0;
    const say = async (entries: number): Promise<void> => {
      for (let n = 0; n < entries; n++)
        await log.append({ channel, nonce: `nonce-number-${++nonces}`, kind: "news", body: "x" });
      await waitFor(() => tail.position.seq === 2 + nonces, "the tail");
      shard.flush();
    };
    return { shard, say, beto: `beto-${id}` };
  };
  const channels = [];
  for (let n = 0; n < count; n++) channels.push(await open(`g${n}`));
  return { clock, channels };
};

test("[HM10] while anything is reported over a line, a channel that waits for its turn is not given up; when nothing is, it is", async () => {
  const { channels, clock } = await scene(1);
  const [{ shard, say, beto } = {}] = channels;
  if (shard === undefined || say === undefined || beto === undefined) throw new Error("no channel");
  const reader = aReader(beto, 2);
  shard.add(reader);
  await shard.resume(reader, { epoch: 1, seq: 2 });
  await say(1);
  expect(shard.report(reader, { epoch: 1, seq: 3 })).toBe(true);
  expect(shard.report(reader, { epoch: 1, seq: 3 })).toBe(false);
  reader.stalled = true;
  await say(100);
  await say(1);
  expect(shard.held).toBe(1);
  for (let n = 0; n < 5; n++) {
    clock.now += HELD_MS - 1;
    reader.reports += 1;
    shard.look();
  }
  expect(reader.ended).toBeUndefined();
  clock.now += HELD_MS + 1;
  // What the kernel takes is no sign of life.
  reader.takenBytes += 1;
  shard.look();
  expect(reader.ended).toBe("cut off");
});

test("[HM12] many channels that are caught up over one line together fill it no more than one does", async () => {
  const { channels } = await scene(12);
  const line = aReader("", 2);
  const readers = channels.map(({ beto }) => {
    const reader = aReader(beto, 2);
    Object.defineProperty(reader, "unsentBytes", { get: () => line.unsentBytes });
    return Object.assign(reader, { sendFrame: (frame: TestFrame) => line.sendFrame(frame) });
  });
  for (const [index, { shard }] of channels.entries()) {
    const reader = readers[index];
    if (reader === undefined) continue;
    shard.add(reader);
    await shard.resume(reader, { epoch: 1, seq: 2 });
  }
  line.stalled = true;
  line.unsentBytes = SOFT_UNSENT_BYTES + 1;
  // More than the ring of the tail holds, so that the log is read.
  await Promise.all(channels.map(({ say }) => say(300)));
  expect(channels.map(({ shard }) => shard.held)).toEqual(channels.map(() => 1));
  line.mostUnsent = 0;
  for (let rounds = 0; line.entries.length < 12 * 300 && rounds < 500; rounds++) {
    line.drain();
    const before = line.entries.length;
    for (const { shard } of channels) shard.look();
    await waitFor(() => line.entries.length > before, "the next pieces");
  }
  await waitFor(() => line.entries.length === 12 * 300, "everything");
  expect(line.mostUnsent).toBeLessThanOrEqual(SOFT_UNSENT_BYTES + 2 * 64 * ENTRY_BYTES);
});
