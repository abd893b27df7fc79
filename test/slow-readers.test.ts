import { expect, test } from "vitest";
import { HELD_MS, LEAVING_MS, SOFT_UNSENT_BYTES } from "../server/channel/standing.ts";
import type { Entry } from "../shared/entry.ts";
import { aReader, ENTRY_BYTES } from "./a-reader.ts";
import { removeMember } from "./remove-member.ts";
import { START, someShards } from "./some-shards.ts";
import { waitFor } from "./wait-for.ts";

const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);
const from = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);

test("[TL22] what a slow reader's line does not take is held back, and costs no memory; drained, he is caught up from the ring and goes on live", async () => {
  const { open } = await someShards();
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

test("[CA16] [ME11] of what is fleeting nothing piles up for a reader who is behind or held back", async () => {
  const { open } = await someShards();
  const { beto, caro, tail, shard, say, settled, join, close } = await open();
  const [quick, slow] = [aReader(beto, 2), aReader(caro, 3)];
  for (const reader of [quick, slow]) await join(reader, START);
  const fleeting = (reader: typeof quick): number => reader.frames.filter((frame) => frame.length === 0).length;
  const told = async (version: number): Promise<void> => {
    tail.heard(`r[4,${version},{"🔥":${version}}]`);
    await waitFor(() => fleeting(quick) === version, "a reaction");
  };
  await told(1);
  expect(fleeting(slow)).toBe(1);
  slow.unsentBytes = SOFT_UNSENT_BYTES + 1;
  await told(2);
  expect([fleeting(slow), shard.held]).toEqual([1, 0]);
  slow.stalled = true;
  await say(1);
  await settled();
  expect(shard.held).toBe(1);
  // Some has been taken, yet not so much that he is caught up.
  slow.unsentBytes = SOFT_UNSENT_BYTES - 1;
  await told(3);
  expect(fleeting(slow)).toBe(1);
  slow.drain();
  slow.stalled = false;
  shard.look();
  await waitFor(() => shard.held === 0, "him to be caught up");
  await told(4);
  expect(fleeting(slow)).toBe(2);
  close();
});

test("[TL22] one who missed more than the ring holds is caught up from the log, in pieces his line can take, while others write", async () => {
  const { open } = await someShards();
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
  const { open } = await someShards();
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
  const { open } = await someShards();
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
  const { open, redis } = await someShards();
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
  const { open, redis, keys } = await someShards();
  const { beto, shard, clock, say, settled, join, close, channel } = await open();
  const [drains, stays] = [aReader(beto, 2), aReader(beto, 2)];
  for (const reader of [drains, stays]) {
    await join(reader, START);
    reader.stalled = true;
  }
  await say(100);
  await settled();
  await removeMember(redis, keys, channel, beto);
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
