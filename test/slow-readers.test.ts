import fc from "fast-check";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { makeLog } from "../server/channel/log.ts";
import { Shard } from "../server/channel/shard.ts";
import { HELD_MS, LEAVING_MS, SOFT_UNSENT_BYTES } from "../server/channel/standing.ts";
import { makeTails } from "../server/channel/tails.ts";
import type { Cursor } from "../shared/cursor.ts";
import type { Entry } from "../shared/entry.ts";
import { aGuild } from "./a-guild.ts";
import { aReader, ENTRY_BYTES, type TestFrame, type TestReader, weigh } from "./a-reader.ts";
import { aRedis } from "./a-redis.ts";
import { waitFor } from "./wait-for.ts";

const scene = async (historyLength = 10_000) => {
  const { redis, keys } = await aRedis();
  onTestFinished(() => redis.close());
  const log = makeLog(redis, keys, { historyLength });
  const tails = makeTails(redis, keys, log, pino({ level: "silent" }), 60_000);
  onTestFinished(() => tails.close());
  let guilds = 0;
  /** A guild of ana, beto and caro, with a shard that shows it. */
  const open = async () => {
    const channel = `guild:g${++guilds}`;
    const [ana, beto, caro] = [`ana-${guilds}`, `beto-${guilds}`, `caro-${guilds}`];
    await aGuild(redis, keys, `g${guilds}`, [ana, beto, caro]);
    const { tail, release } = await tails.follow(channel);
    const clock = { now: 0 };
    const shard = new Shard<TestFrame>(tail, log, { encode: weigh, onState: () => undefined, now: () => clock.now });
    let nonces = 0;
    const say = (count: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: count }, () => {
          const nonce = `nonce-number-${++nonces}`;
          return log.append({ channel, author: ana, nonce, kind: "text", body: nonce });
        }),
      );
    const head = async () => (await log.before(channel, undefined, undefined, 1)).lineage;
    /** Everything written has come to this process, and has left it. */
    const settled = async (): Promise<void> => {
      const { head: last } = await head();
      await waitFor(() => tail.position.seq >= last, "the tail");
      shard.flush();
    };
    const join = async (reader: TestReader, cursor: Cursor): Promise<Entry[]> => {
      shard.add(reader);
      const page = await shard.resume(reader, cursor);
      reader.entries.push(...page.entries);
      return page.entries;
    };
    const close = (): void => {
      shard.close();
      release();
    };
    const owner = keys.prefixes(channel)[0] ?? "";
    return { beto, caro, channel, tail, shard, clock, say, head, settled, join, close, owner };
  };
  return { redis, keys, log, open };
};

const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);
const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);
const START: Cursor = { epoch: 1, seq: 3 };

test("[TL22] what a slow reader's line does not take is held back, and costs no memory; drained, he is caught up from the ring and goes on live", async () => {
  const { open } = await scene();
  const { beto, caro, shard, say, settled, join, close } = await open();
  const [quick, slow] = [aReader(beto, 2), aReader(caro, 3)];
  for (const reader of [quick, slow]) await join(reader, START);
  slow.stalled = true;
  for (let n = 0; n < 20; n++) {
    await say(10);
    await settled();
    shard.look();
  }
  expect(seqs(quick.entries)).toEqual(from(4, 200));
  expect(shard.held).toBe(1);
  expect(slow.mostUnsent).toBeLessThan(SOFT_UNSENT_BYTES + 11 * ENTRY_BYTES);

  slow.stalled = false;
  slow.drain();
  shard.look();
  await waitFor(() => shard.held === 0, "him to be caught up");
  await say(3);
  await settled();
  expect(seqs(slow.entries)).toEqual(from(4, 203));
  expect(slow.frames.at(-1)).toEqual(quick.frames.at(-1));
  close();
});

test("[TL22] one who missed more than the ring holds is caught up from the log, in pieces his line can take, while others write", async () => {
  const { open } = await scene();
  const { caro, shard, say, settled, join, close } = await open();
  const slow = aReader(caro, 3);
  await join(slow, START);
  slow.stalled = true;
  await say(100);
  await settled();
  await say(900);
  await settled();
  expect(shard.held).toBe(1);
  const more = (async () => {
    for (let n = 0; n < 10; n++) await say(10);
  })();
  for (let rounds = 0; shard.held > 0 && rounds < 100; rounds++) {
    slow.drain();
    slow.mostUnsent = 0;
    shard.look();
    await waitFor(() => slow.unsentBytes > SOFT_UNSENT_BYTES || shard.held === 0, "the next pieces");
    expect(slow.mostUnsent).toBeLessThanOrEqual(SOFT_UNSENT_BYTES + 64 * ENTRY_BYTES);
  }
  slow.stalled = false;
  slow.drain();
  await more;
  await settled();
  shard.look();
  await waitFor(() => slow.entries.length >= 1_100, "everything");
  expect(seqs(slow.entries)).toEqual(from(4, 1_100));
  close();
});

test("[TL23] one who reports his cursor is held by it, though the kernel takes everything; one who never does is not", async () => {
  const { open } = await scene();
  const { beto, caro, shard, say, settled, join, close } = await open();
  const [reporting, silent] = [aReader(beto, 2), aReader(caro, 3)];
  for (const reader of [reporting, silent]) await join(reader, START);
  shard.report(reporting, START);
  // What he cannot have been sent is not believed.
  shard.report(reporting, { epoch: 9, seq: 9_999_999 });
  for (let n = 0; n < 40; n++) {
    await say(10);
    await settled();
  }
  expect(shard.held).toBe(1);
  expect(silent.entries).toHaveLength(400);
  expect(reporting.entries.length).toBeGreaterThan(256);
  expect(reporting.entries.length).toBeLessThan(300);
  for (let reports = 0; shard.held > 0 && reports < 10; reports++) {
    const before = reporting.entries.length;
    shard.report(reporting, { epoch: 1, seq: reporting.entries.at(-1)?.seq ?? 0 });
    await waitFor(() => reporting.entries.length > before || shard.held === 0, "the next pieces");
  }
  await waitFor(() => shard.held === 0, "him to be live");
  await say(1);
  await settled();
  expect(seqs(reporting.entries)).toEqual(from(4, 401));
  close();
});

test("[TL24] held for a minute without taking anything he is cut off; as long as he takes something he is not", async () => {
  const { open } = await scene();
  const { beto, caro, shard, clock, say, settled, join, close } = await open();
  const [dead, slow] = [aReader(beto, 2), aReader(caro, 3)];
  for (const reader of [dead, slow]) {
    await join(reader, START);
    reader.stalled = true;
  }
  await say(100);
  await settled();
  await say(1);
  await settled();
  expect(shard.held).toBe(2);
  for (let n = 0; n < 3; n++) {
    clock.now += HELD_MS / 2;
    slow.takenBytes += 1;
    shard.look();
  }
  expect([dead.ended, slow.ended]).toEqual(["cut off", undefined]);
  close();
});

test("[TL24] what a held reader missed is not kept any more: he is cut off, and told when he resumes", async () => {
  const { open, redis } = await scene();
  const { caro, shard, say, settled, join, close, owner, head } = await open();
  const slow = aReader(caro, 3);
  await join(slow, START);
  slow.stalled = true;
  await say(100);
  await settled();
  await say(400);
  await settled();
  const { head: last } = await head();
  await redis.run(owner, ["XTRIM", `${owner}log`, "MAXLEN", "=", "10"]);
  slow.drain();
  shard.look();
  await waitFor(() => slow.ended === "cut off", "the end");
  const again = aReader(caro, 3);
  shard.add(again);
  const page = await shard.resume(again, { epoch: 1, seq: slow.entries.at(-1)?.seq ?? 0 });
  expect(page).toMatchObject({ complete: false, reason: "too-old" });
  expect(page.entries.at(-1)?.seq).toBe(last);
  close();
});

test("[TL25] a held member who is removed is caught up to the entry that says so and no further, or put out within seconds", async () => {
  const { open, redis, keys } = await scene();
  const { beto, shard, clock, say, settled, join, close, channel } = await open();
  const [drains, stays] = [aReader(beto, 2), aReader(beto, 2)];
  for (const reader of [drains, stays]) {
    await join(reader, START);
    reader.stalled = true;
  }
  await say(100);
  await settled();
  await redis.fcall("guild_remove", keys.prefixes(channel), [channel, beto, "6", "1000"]);
  await say(5);
  await settled();
  expect([shard.isFollowing(drains), shard.isFollowing(stays)]).toEqual([true, true]);
  drains.stalled = false;
  drains.drain();
  shard.look();
  await waitFor(() => drains.ended === "dismissed", "him to be dismissed");
  expect(seqs(drains.entries)).toEqual(from(4, 101));
  expect(drains.entries.at(-1)?.kind).toBe("kicked");
  expect(stays.ended).toBe(undefined);
  clock.now += LEAVING_MS + 1;
  shard.look();
  expect(stays.ended).toBe("dismissed");
  close();
});

type Step =
  | { do: "say"; count: number }
  | { do: "stall" | "drain" | "report" | "resume"; who: number }
  | { do: "look" | "flush" | "epoch" | "wait" }
  | { do: "remove" };

const who = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("say" as const), count: fc.constantFrom(1, 2, 30, 120) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("stall" as const, "drain" as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("report" as const, "resume" as const), who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("look" as const, "flush" as const, "wait" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("epoch" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const) }) },
);

test("[TL22] [TL25] whatever is held, drained, reported and resumed, through changes of epoch and departures: each reader gets the log, without hole or repetition, up to his own departure", {
  timeout: 120_000,
}, async () => {
  const { open, redis, keys, log } = await scene();
  const tried = { held: 0, epochs: 0, removed: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const { beto, caro, channel, shard, say, settled, join, close, owner } = await open();
      const readers = [aReader(beto, 2), aReader(caro, 3), aReader(caro, 3)];
      for (const reader of readers) await join(reader, START);
      const refused = new Set<TestReader>();
      const cursorOf = (reader: TestReader): Cursor => {
        const last = reader.entries.at(-1);
        return last === undefined ? START : { epoch: last.epoch, seq: last.seq };
      };
      const resume = async (reader: TestReader): Promise<void> => {
        // What is on its way to him is lost with his line only; here he has it all.
        for (let more = true; more && reader.ended === undefined; ) {
          const page = await shard.resume(reader, cursorOf(reader)).catch((error: unknown) => {
            expect(error).toMatchObject({ code: "not-member" });
          });
          if (page === undefined) {
            // He asks after his removal, and is told plainly.
            refused.add(reader);
            shard.remove(reader);
            return;
          }
          expect(page.complete).toBe(true);
          reader.entries.push(...page.entries);
          more = page.more;
        }
      };
      let removed = false;
      for (const each of steps) {
        const reader = "who" in each ? readers[each.who] : undefined;
        if (each.do === "say") await say(each.count);
        else if (each.do === "look") shard.look();
        else if (each.do === "flush") shard.flush();
        else if (each.do === "wait") await settled();
        else if (each.do === "epoch") {
          tried.epochs += 1;
          await redis.run(owner, ["HSET", `${owner}head`, "boot", `run-${tried.epochs}`]);
        } else if (each.do === "remove" && !removed) {
          removed = true;
          tried.removed += 1;
          await redis.fcall("guild_remove", keys.prefixes(channel), [channel, beto, "6", "10000"]);
        } else if (reader !== undefined && reader.ended === undefined && !refused.has(reader)) {
          if (each.do === "stall") reader.stalled = true;
          else if (each.do === "report") shard.report(reader, cursorOf(reader));
          else if (each.do === "resume") await resume(reader);
          else {
            reader.stalled = false;
            reader.drain();
          }
        }
        tried.held += shard.held;
      }
      await say(1);
      await settled();
      await waitFor(() => {
        for (const reader of readers) {
          reader.stalled = false;
          reader.drain();
          if (reader.ended === undefined) shard.report(reader, cursorOf(reader));
        }
        shard.look();
        return shard.held === 0;
      }, "everyone to be caught up");
      const whole = await log.resume(channel, undefined, START, 100_000);
      expect(whole.complete).toBe(true);
      const all = whole.entries.map(({ epoch, seq, kind }) => `${epoch}:${seq} ${kind}`);
      const end = all.findIndex((line) => line.endsWith("kicked"));
      for (const reader of readers) {
        const got = reader.entries.map(({ epoch, seq, kind }) => `${epoch}:${seq} ${kind}`);
        const due = reader.number === 2 && end >= 0 ? all.slice(0, end + 1) : all;
        expect(got).toEqual(refused.has(reader) ? due.slice(0, got.length) : due);
        expect(reader.ended).toBe(due === all || refused.has(reader) ? undefined : "dismissed");
      }
      close();
    }),
    { numRuns: 40 },
  );
  // It has been tried what it says.
  expect(Math.min(tried.held, tried.epochs, tried.removed)).toBeGreaterThan(20);
});
