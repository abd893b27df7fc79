import { expect, onTestFinished, test } from "vitest";
import { Shard } from "../server/channel/shard.ts";
import type { Entry } from "../shared/entry.ts";
import { aFollowedGuild } from "./a-followed-guild.ts";
import { aReader, weigh } from "./a-reader.ts";
import { removeMember } from "./remove-member.ts";
import { waitFor } from "./wait-for.ts";

const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);
const consecutive = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

test("[TL5] a reader who resumes while others write gets every entry exactly once, whatever he knew", async () => {
  const { tails, say, log } = await aFollowedGuild();
  const { tail } = await tails.follow("guild:g1");
  const shard = new Shard(tail, log, { encode: weigh, onState: () => undefined });
  onTestFinished(() => shard.close());
  const writing = (async () => {
    for (let n = 0; n < 400; n += 20) await Promise.all(consecutive(n, 20).map((k) => say(`m${k}`)));
  })();
  const readers = consecutive(0, 20).map(async (n) => {
    const reader = aReader("beto", 2);
    await say(`reader${n}`);
    const known = tail.position;
    shard.add(reader);
    const paged: Entry[] = [];
    for (let cursor = known; ; ) {
      const page = await shard.resume(reader, cursor);
      paged.push(...page.entries);
      const last = page.entries.at(-1);
      if (last !== undefined) cursor = { epoch: last.epoch, seq: last.seq };
      if (!page.more) break;
    }
    await writing;
    await say(`end${n}`);
    const head = (await log.before("guild:g1", undefined, undefined, 1)).lineage.head;
    await waitFor(() => [...paged, ...reader.entries].some(({ seq }) => seq >= head), "the last entry");
    const all = seqs([...paged, ...reader.entries]);
    expect(all).toEqual(consecutive(known.seq + 1, all.length));
  });
  await Promise.all(readers);
});

test("[TL6] a member's own leaving entry is the last he gets, and ends his connection", async () => {
  const { tails, say, log, redis, keys } = await aFollowedGuild();
  const { tail } = await tails.follow("guild:g1");
  const shard = new Shard(tail, log, { encode: weigh, onState: () => undefined });
  onTestFinished(() => shard.close());
  const reader = aReader("beto", 2);
  shard.add(reader);
  await shard.resume(reader, { epoch: 1, seq: 2 });
  await say("uno");
  await removeMember(redis, keys, "guild:g1", "beto");
  await say("dos");
  await waitFor(() => reader.ended === "dismissed", "the dismissal");
  await waitFor(() => tail.position.seq === 5, "the tail");
  expect(reader.entries.map(({ kind }) => kind)).toEqual(["text", "kicked"]);
  await expect(shard.resume(reader, { epoch: 1, seq: 4 })).rejects.toMatchObject({ code: "not-member" });
});

test("[TL6] what is written right after a member's leaving entry does not reach him in the same frame", async () => {
  const { tails, say, log, redis, keys } = await aFollowedGuild();
  const { tail } = await tails.follow("guild:g1");
  const shard = new Shard(tail, log, { encode: weigh, onState: () => undefined });
  onTestFinished(() => shard.close());
  const [ana, beto] = [aReader("ana", 1), aReader("beto", 2)];
  for (const each of [ana, beto]) {
    shard.add(each);
    await shard.resume(each, { epoch: 1, seq: 2 });
  }
  const remove = () => removeMember(redis, keys, "guild:g1", "beto");
  await Promise.all([say("uno"), remove(), say("dos"), say("tres")]);
  await waitFor(() => beto.ended === "dismissed", "the dismissal");
  await waitFor(() => seqs(ana.entries).length === 4, "all of it at those who stay");
  expect(beto.entries.map(({ kind }) => kind)).toEqual(["text", "kicked"]);
});

test("[TL6] a member who is removed while he resumes gets the entry that says so, and nothing after it", async () => {
  const { tails, say, log, redis, keys } = await aFollowedGuild();
  const { tail } = await tails.follow("guild:g1");
  const removedMeanwhile: typeof log = {
    ...log,
    resume: async (...asked) => {
      const page = await log.resume(...asked);
      await say("uno");
      await removeMember(redis, keys, "guild:g1", "beto");
      await say("dos");
      await waitFor(() => tail.position.seq === 5, "the tail");
      return page;
    },
  };
  const shard = new Shard(tail, removedMeanwhile, { encode: weigh, onState: () => undefined });
  onTestFinished(() => shard.close());
  const reader = aReader("beto", 2);
  shard.add(reader);
  const { entries } = await shard.resume(reader, { epoch: 1, seq: 2 });
  expect(entries.map(({ kind }) => kind)).toEqual(["text", "kicked"]);
  await waitFor(() => reader.ended === "dismissed", "the dismissal");
  expect(reader.entries).toEqual([]);
});

test("[TL5] a resume during which the reader was dismissed for an earlier one does not say that what follows will come", async () => {
  const { tails, log, redis, keys } = await aFollowedGuild();
  const { tail } = await tails.follow("guild:g1");
  let pages = 0;
  const backMeanwhile: typeof log = {
    ...log,
    resume: async (...asked) => {
      pages += 1;
      if (pages > 1) {
        const page = await log.resume(...asked);
        await waitFor(() => reader.ended === "dismissed", "the dismissal");
        return page;
      }
      const page = await log.resume(...asked);
      await removeMember(redis, keys, "guild:g1", "beto");
      const back = ["guild:g1", "beto", "member", "9", '{"name":"beto","version":1}', "1", "1000"];
      await redis.fcall("guild_admit", keys.prefixes("guild:g1"), back);
      await waitFor(() => tail.position.seq === 4, "the tail");
      return page;
    },
  };
  const shard = new Shard(tail, backMeanwhile, { encode: weigh, onState: () => undefined });
  onTestFinished(() => shard.close());
  const reader = aReader("beto", 2);
  shard.add(reader);
  const first = await shard.resume(reader, { epoch: 1, seq: 2 });
  const second = shard.resume(reader, { epoch: 1, seq: 2 });
  expect(first.entries.map(({ kind }) => kind)).toEqual(["kicked"]);
  await expect(second).rejects.toMatchObject({ code: "unavailable" });
});

test("[TL26] a frame is encoded once for all who get the same entries", async () => {
  const { tails, say, log } = await aFollowedGuild();
  const { tail } = await tails.follow("guild:g1");
  const encoded: number[] = [];
  const encode: typeof weigh = (entries) => {
    encoded.push(entries.length);
    return weigh(entries);
  };
  const shard = new Shard(tail, log, { encode, onState: () => undefined });
  onTestFinished(() => shard.close());
  const readers = consecutive(0, 50).map(() => aReader("beto", 2));
  for (const reader of readers) {
    shard.add(reader);
    await shard.resume(reader, { epoch: 1, seq: 2 });
  }
  for (const body of ["uno", "dos"]) {
    await say(body);
    await waitFor(() => readers.every(({ entries }) => entries.at(-1)?.body === body), "the message at all");
  }
  expect(encoded).toEqual([1, 1]);
});
