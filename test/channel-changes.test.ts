import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Redis } from "../server/redis/redis.ts";
import { LIMITS } from "../shared/limits.ts";
import { aGuildChannel, byCode, channel, nonce } from "./a-guild-channel.ts";
import { aPace } from "./a-pace.ts";
import { aRedis } from "./a-redis.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());
const scene = (options?: Parameters<typeof aGuildChannel>[1]) => aGuildChannel(redis, options);

describe("edits", () => {
  test("[ME1] an author's new words take the place of the old ones, and an entry tells so", async () => {
    const { say, changes, at, page } = await scene();
    const { seq } = await say("beto", "vams");
    const told = await changes.edit({ channel, nonce: nonce(), seq, author: "beto", text: "vamos" });
    expect(await at(seq)).toMatchObject({ kind: "text", from: 2, body: { text: "vamos", edited: told.at } });
    expect((await page()).entries.at(-1)).toMatchObject({
      seq: told.seq,
      kind: "edit",
      from: 2,
      body: { seq, body: "vamos" },
    });
  });

  test("[ME1] an edit keeps what the message answers and whom it calls", async () => {
    const { say, changes, at } = await scene();
    const first = await say("ana", "¿listos?");
    const { seq } = await say("beto", { text: "si", reply: first.seq, mentions: { players: [1] } });
    await changes.edit({ channel, nonce: nonce(), seq, author: "beto", text: "sí" });
    await changes.edit({ channel, nonce: nonce(), seq, author: "beto", text: "¡sí!" });
    expect(await at(seq)).toMatchObject({ body: { text: "¡sí!", reply: first.seq, mentions: { players: [1] } } });
  });

  test("[ME1] an edit is readable whatever numbers its message calls", async () => {
    const { say, changes, at } = await scene();
    const mentions = { players: [1, Number.MAX_SAFE_INTEGER], groups: ["officers" as const] };
    const { seq } = await say("beto", { text: "vams", mentions });
    await changes.edit({ channel, nonce: nonce(), seq, author: "beto", text: "vamos" });
    expect(await at(seq)).toMatchObject({ body: { text: "vamos", mentions } });
  });

  test("[HI7] a change, a reaction or a card's state that nobody can read keeps nobody from the rest of the page", async () => {
    const { keys, say, page } = await scene();
    const [first, second] = [await say("beto", "uno"), await say("beto", "dos")];
    for (const part of ["changes", "reactions", "cards"]) {
      const key = keys.of(channel, part);
      await redis.run(key, ["HSET", key, String(first.seq), part === "changes" ? '{"new":"thing"}' : "rubbish"]);
    }
    const { entries, marks } = await page();
    expect(entries.slice(-2)).toMatchObject([
      { seq: first.seq, kind: "void" },
      { seq: second.seq, body: "dos" },
    ]);
    expect(marks).toEqual([]);
  });

  test("[ME2] only the author edits, while he is a member, only text, for 15 minutes, and not what is deleted", async () => {
    const { say, changes, guilds, page } = await scene();
    const { seq } = await say("beto", "hola");
    const edit = (author: string, which = seq) =>
      changes.edit({ channel, nonce: nonce(), seq: which, author, text: "x" });
    await expect(edit("ana")).rejects.toEqual(byCode("not-permitted"));
    await expect(edit("beto", 1)).rejects.toEqual(byCode("entry-not-found"));
    await expect(edit("beto", 9_999)).rejects.toEqual(byCode("entry-not-found"));
    await expect(edit("zoe")).rejects.toEqual(byCode("not-member"));
    const before = (await page()).entries;
    await guilds.remove("g1", "beto", "left");
    await expect(edit("beto")).rejects.toEqual(byCode("not-member"));
    const late = await scene({ editMs: -1 });
    const old = await late.say("beto", "hola");
    const tooLate = late.changes.edit({ channel, nonce: nonce(), seq: old.seq, author: "beto", text: "x" });
    await expect(tooLate).rejects.toEqual(byCode("edit-too-late"));
    expect((await page()).entries.slice(0, before.length)).toEqual(before);
    expect(LIMITS.editMs).toBe(900_000);
  });
});

test("[ME12] an edit costs what a message does, and a refused one changes nothing", async () => {
  const { say, changes, at } = await scene({ pace: { guild: aPace({ sender: { burst: 2, perSecond: 0.001 } }) } });
  const { seq } = await say("beto", "hola");
  const edit = (text: string) => changes.edit({ channel, nonce: nonce(), seq, author: "beto", text });
  await edit("uno");
  await edit("dos");
  await expect(edit("tres")).rejects.toMatchObject({ code: "rate-limited", retryAtMs: expect.any(Number) });
  expect(await at(seq)).toMatchObject({ body: { text: "dos" } });
});

test("[ME12] different messages that are edited into the same one are a repetition", async () => {
  const pace = { guild: aPace({ similar: { most: 3, windowMs: 60_000 } }) };
  const { say, changes } = await scene({ pace });
  const harmless = ["buenos días a todos", "¿quién tiene la llave?", "mañana hay torneo", "falta uno en la torre"];
  const said = await Promise.all(harmless.map((words) => say("beto", words)));
  const scam = said.map(({ seq }, index) =>
    changes.edit({ channel, nonce: nonce(), seq, author: "beto", text: `Gemas gratis en mi página ${index}` }),
  );
  const refused = (await Promise.allSettled(scam)).filter(({ status }) => status === "rejected");
  expect(refused).toMatchObject([{ reason: { code: "too-similar" } }]);
});

test("[ME12] whoever is muted neither edits nor reacts, and is told until when", async () => {
  const { keys, say, changes } = await scene();
  const { seq } = await say("beto", "hola");
  const members = keys.of(channel, "members");
  const record = JSON.parse(String(await redis.run(members, ["HGET", members, "beto"])));
  const mutedUntil = Date.now() + 60_000;
  await redis.run(members, ["HSET", members, "beto", JSON.stringify({ ...record, mutedUntil })]);
  const muted = expect.objectContaining({ code: "muted", retryAtMs: mutedUntil });
  await expect(changes.edit({ channel, nonce: nonce(), seq, author: "beto", text: "x" })).rejects.toEqual(muted);
  await expect(changes.react(channel, "beto", seq, "🔥", true)).rejects.toEqual(muted);
});

describe("deletions", () => {
  test("[ME3] what is deleted is read as removed, with who did it, and is no longer unread; its words are in no page", async () => {
    const { say, changes, at, page, reads } = await scene();
    const { seq } = await say("beto", { text: "secreto", mentions: { players: [3] } }, { players: [3] });
    await say("beto", "otro");
    const before = await reads.status(channel, "caro");
    await changes.delete({ channel, nonce: nonce(), seq, player: "beto" });
    expect(await at(seq)).toMatchObject({ kind: "removed", from: 2, body: { by: 2 } });
    expect(JSON.stringify(await page())).not.toContain("secreto");
    const { read } = await reads.status(channel, "caro");
    expect([read.unread, read.mentions]).toEqual([before.read.unread - 1, before.read.mentions - 1]);
    expect((await reads.seen(channel, "caro", seq)).unread).toBe(1);
  });

  test("[ME4] the author and officers delete, others do not; the system does; twice is not found", async () => {
    const { say, changes, guilds } = await scene();
    const [own, others, systems] = [await say("beto", "1"), await say("beto", "2"), await say("beto", "3")];
    const remove = (player: string | undefined, seq: number) =>
      changes.delete({ channel, nonce: nonce(), seq, player });
    await expect(remove("caro", own.seq)).rejects.toEqual(byCode("not-permitted"));
    await remove("beto", own.seq);
    await expect(remove("beto", own.seq)).rejects.toEqual(byCode("entry-not-found"));
    await guilds.setRank("g1", "caro", "officer");
    await remove("caro", others.seq);
    await remove(undefined, systems.seq);
    await expect(remove("ana", 1)).rejects.toEqual(byCode("entry-not-found"));
    await expect(changes.edit({ channel, nonce: nonce(), seq: others.seq, author: "beto", text: "x" })).rejects.toEqual(
      byCode("entry-not-found"),
    );
  });

  test("[ME5] the same nonce is the same change, however often and whoever else acts meanwhile", async () => {
    const { say, changes, page } = await scene();
    const { seq } = await say("beto", "hola");
    const change = { channel, nonce: nonce(), seq, player: "beto" };
    const answers = await Promise.all(Array.from({ length: 20 }, () => changes.delete(change)));
    expect(new Set(answers.map((answer) => answer.seq)).size).toBe(1);
    expect((await page()).entries.filter(({ kind }) => kind === "deleted")).toHaveLength(1);
  });

  test("[ME5] an edit that is asked for again does not undo a later one, nor does a pin", async () => {
    const { say, changes, at, page } = await scene();
    const { seq } = await say("beto", "hola");
    const first = { channel, nonce: nonce(), seq, author: "beto", text: "uno" };
    const told = await changes.edit(first);
    await changes.edit({ ...first, nonce: nonce(), text: "dos" });
    expect(await changes.edit(first)).toEqual({ ...told, repeated: true });
    expect(await at(seq)).toMatchObject({ body: { text: "dos" } });
    const pin = { channel, nonce: nonce(), seq, player: "ana", on: true };
    const pinned = await changes.pin(pin);
    await changes.pin({ ...pin, nonce: nonce(), on: false });
    expect(await changes.pin(pin)).toEqual({ ...pinned, repeated: true });
    expect((await changes.pins(channel, "caro")).entries).toEqual([]);
    const kinds = (await page()).entries.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "edit" || kind === "pin")).toHaveLength(4);
  });
});

describe("pins", () => {
  test("[ME6] officers pin up to ten entries; a deleted one is no longer pinned", async () => {
    const { say, changes } = await scene();
    const said = await Promise.all(Array.from({ length: LIMITS.pins + 1 }, (_, n) => say("beto", `m${n}`)));
    const pin = (player: string, seq: number, on = true) => changes.pin({ channel, nonce: nonce(), seq, player, on });
    await expect(pin("beto", said[0]?.seq ?? 0)).rejects.toEqual(byCode("not-permitted"));
    for (const { seq } of said.slice(0, LIMITS.pins)) await pin("ana", seq);
    await expect(pin("ana", said.at(-1)?.seq ?? 0)).rejects.toEqual(byCode("pins-full"));
    const first = said[0]?.seq ?? 0;
    await changes.delete({ channel, nonce: nonce(), seq: first, player: "ana" });
    await pin("ana", said[1]?.seq ?? 0, false);
    await expect(pin("ana", said[1]?.seq ?? 0, false)).rejects.toEqual(byCode("entry-not-found"));
    const { entries } = await changes.pins(channel, "caro");
    expect(entries).toHaveLength(LIMITS.pins - 2);
    expect(entries.map(({ seq }) => seq)).not.toContain(first);
    await expect(changes.pins(channel, "zoe")).rejects.toEqual(byCode("not-member"));
  });

  test("[ME13] a pin, put on or taken off, costs what a message does; the first answer is given whatever the pace says", async () => {
    const pace = { guild: aPace({ sender: { burst: 3, perSecond: 0.01 } }) };
    const { say, changes, page } = await scene({ pace });
    const { seq } = await say("beto", "hola");
    const pin = (n: number) => ({ channel, nonce: `nonce-of-pin-${n}`, seq, player: "ana", on: n % 2 === 0 });
    const first = await changes.pin(pin(0));
    for (const n of [1, 2]) await changes.pin(pin(n));
    const before = (await page()).entries.length;
    for (const n of [3, 4])
      await expect(changes.pin(pin(n))).rejects.toMatchObject({
        ...{ code: "rate-limited", retryAtMs: expect.any(Number) },
      });
    expect(await changes.pin(pin(0))).toEqual({ ...first, repeated: true });
    expect((await page()).entries).toHaveLength(before);
    expect((await changes.pins(channel, "caro")).entries.map((entry) => entry.seq)).toEqual([seq]);
  });

  test("[ME14] pins whose entries the length of the log has cut are not shown, and make room at once", async () => {
    const { keys, say, changes } = await scene();
    const pin = (seq: number) => changes.pin({ channel, nonce: nonce(), seq, player: "ana", on: true });
    for (let n = 0; n < LIMITS.pins; n++) await pin((await say("beto", `m${n}`)).seq);
    const { seq } = await say("beto", "nueva");
    await expect(pin(seq)).rejects.toEqual(byCode("pins-full"));
    const log = keys.of(channel, "log");
    await redis.run(log, ["XTRIM", log, "MINID", "=", `${seq - 3}-0`]);
    const shown = async () => (await changes.pins(channel, "caro")).entries.map((entry) => entry.seq);
    const kept = await shown();
    expect(kept.length).toBeLessThan(3);
    expect(await pin(seq)).toMatchObject({ repeated: false });
    expect(await shown()).toEqual([seq, ...kept]);
    const pins = keys.of(channel, "pins");
    expect(await redis.run(pins, ["ZCARD", pins])).toBe(kept.length + 1);
  });
});

describe("reactions", () => {
  test("[ME7] a member's reaction counts once, and goes when he takes it off", async () => {
    const { say, changes, page } = await scene();
    const { seq } = await say("beto", "¡gol!");
    const react = (player: string, emoji: string, on = true) => changes.react(channel, player, seq, emoji, on);
    await Promise.all(["ana", "beto", "caro", "ana", "caro"].map((player) => react(player, "🔥")));
    await react("caro", "👏");
    const { marks } = await page();
    expect(marks).toEqual([{ seq, reactions: { version: 4, counts: { "🔥": 3, "👏": 1 }, own: ["🔥", "👏"] } }]);
    expect(await react("caro", "🔥", false)).toEqual({ version: 5, counts: { "🔥": 2, "👏": 1 }, own: ["👏"] });
    expect((await react("caro", "👏", false)).counts).toEqual({ "🔥": 2 });
    await react("ana", "🔥", false);
    expect((await react("beto", "🔥", false)).counts).toEqual({});
  });

  test("[ME8] kinds of reactions are bounded, and only members react to what is there", async () => {
    const { say, changes } = await scene();
    const { seq } = await say("beto", "hola");
    const emoji = Array.from({ length: LIMITS.reactionKinds + 1 }, (_, n) => String.fromCodePoint(0x1f600 + n));
    const react = (player: string, one: string, which = seq) => changes.react(channel, player, which, one, true);
    const people = ["ana", "beto", "caro", "dino"];
    for (const [n, one] of emoji.slice(0, LIMITS.reactionKinds).entries()) await react(people[n % 4] ?? "", one);
    await expect(react("ana", emoji.at(-1) ?? "")).rejects.toEqual(byCode("reactions-full"));
    await expect(react("ana", emoji[1] ?? "")).rejects.toEqual(byCode("reactions-full"));
    await expect(react("zoe", "🔥")).rejects.toEqual(byCode("not-member"));
    await expect(react("ana", "🔥", 1)).rejects.toEqual(byCode("entry-not-found"));
  });
});
