import { expect, onTestFinished, test } from "vitest";
import { makePhrases } from "../server/phrase/phrases.ts";
import { makePacks } from "../server/player/packs.ts";
import { QUICK_PHRASES } from "../shared/quick-phrase.ts";
import { wordsIn } from "../shared/words-in.ts";
import { aClient } from "./a-client.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";
import type { SeatHeld } from "./a-seat.ts";
import { aSeat } from "./a-seat.ts";
import { aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

const FREE = ["gremio"];
const inAll = (text: string) => ({ "es-419": text, "pt-BR": text, en: text });

const scene = async (env: Readonly<Record<string, string>> = {}) => {
  const world = await aRoom(["ana", "beto", "caro"], env);
  const { redis, keys } = world.studio;
  const phrases = await makePhrases(redis, keys);
  onTestFinished(() => phrases.close());
  const withPacks = async (player: string, packs: unknown): Promise<SeatHeld> =>
    aSeat(world.chat.port, await aToken(player, { claims: { packs } }));
  return { ...world, phrases, packs: makePacks(redis, keys, FREE), withPacks };
};

const stick = (who: SeatHeld, n: number | string, pack: string, sticker = "wave") =>
  who.ask("sticker", { nonce: nonce(n), pack, sticker });
const say = (who: SeatHeld, n: number | string, phrase: string, params?: Record<string, string>) =>
  who.ask("phrase", { nonce: nonce(n), phrase, ...(params === undefined ? {} : { params }) });
/** What a process has not heard of yet is said, so each try is another message. */
const untilUnknown = (who: SeatHeld, phrase: string, params?: Record<string, string>): Promise<unknown> => {
  let tries = 0;
  return waitFor(async () => {
    tries += 1;
    const refused = await refusal(say(who, `try-${tries}`, phrase, params));
    return typeof refused === "object" && refused !== null && "code" in refused && refused.code === "phrase-unknown";
  }, "the removal to be known");
};
const last = async (who: SeatHeld) => {
  who.entries.length = 0;
  await who.resume();
  return who.entries.at(-1);
};

test("[ST1] a sticker is said of a pack that is free, of the token or given by the API, and of no other", async () => {
  const { seat, withPacks, packs } = await scene();
  const [ana, beto] = [await withPacks("ana", ["wolves", "not a pack", 7]), await seat("beto")];
  await packs.put("beto", ["winter"]);
  await stick(beto, 1, "gremio");
  await stick(ana, 2, "wolves");
  const { seq } = await beto.ask("sticker", { nonce: nonce(3), pack: "winter", sticker: "snow", reply: 2 });
  const entry = await last(ana);
  expect(entry).toMatchObject({ seq, kind: "sticker", from: 2, body: { pack: "winter", sticker: "snow", reply: 2 } });
  expect(await refusal(stick(beto, 4, "wolves"))).toMatchObject({ code: "pack-not-owned", retry: "never" });
  expect(await refusal(stick(ana, 5, "winter"))).toMatchObject({ code: "pack-not-owned" });
  expect(await refusal(stick(ana, 6, "no pack"))).toMatchObject({ code: "bad-request" });
});

test("[ST2] who renews his token with another pack has that pack; one the API takes away is refused within 5 s", async () => {
  const { withPacks, packs, studio } = await scene();
  const ana = await withPacks("ana", ["wolves"]);
  await ana.ask("renew", { token: await aToken("ana", { claims: { packs: ["winter"] } }) });
  await stick(ana, 1, "winter");
  expect(await refusal(stick(ana, 2, "wolves"))).toMatchObject({ code: "pack-not-owned" });
  let now = 0;
  const clocked = makePacks(studio.redis, studio.keys, FREE, () => now);
  await packs.put("beto", ["suns"]);
  expect(await clocked.owns("beto", "suns", [])).toBe(true);
  await packs.put("beto", []);
  now = 4_999;
  expect(await clocked.owns("beto", "suns", [])).toBe(true);
  now = 5_000;
  expect(await clocked.owns("beto", "suns", [])).toBe(false);
});

test("[ST3] the same nonce is the same sticker or phrase, also when by now it would be refused", async () => {
  const { withPacks, seat, phrases } = await scene({ GREMIO_GUILD_PACE: "off" });
  const [ana, beto] = [await withPacks("ana", ["wolves"]), await seat("beto")];
  await phrases.put("raid", inAll("¡A la carga!"));
  const [sticker, phrase] = [await stick(ana, 1, "wolves"), await say(beto, 2, "raid")];
  await ana.ask("renew", { token: await aToken("ana") });
  await phrases.remove("raid");
  expect(await stick(ana, 1, "wolves")).toEqual(sticker);
  expect(await say(beto, 2, "raid")).toEqual(phrase);
  await untilUnknown(beto, "raid");
  expect(await say(beto, 2, "raid")).toEqual(phrase);
});

test("[ST4] a phrase is said with exactly its parameters, which are clean and at most 100 characters long", async () => {
  const { seat } = await scene();
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  const { seq } = await say(beto, 1, "attack-target", { target: " la torre\u200f " });
  const entry = await last(ana);
  expect(entry).toMatchObject({
    seq,
    kind: "phrase",
    body: { phrase: "attack-target", params: { target: "la torre" } },
  });
  const wrong = async (phrase: string, params?: Record<string, string>) => refusal(say(beto, "wrong", phrase, params));
  const detailed = (...details: string[]) => ({ code: "bad-request", details });
  expect(await wrong("attack-target")).toMatchObject(detailed("params.target: the phrase needs it"));
  expect(await wrong("hello", { who: "ana" })).toMatchObject(detailed("params.who: the phrase has no such parameter"));
  for (const text of ["", "a\u0007b", "a\u202eb", "x".repeat(101)])
    expect(await wrong("attack-target", { target: text })).toMatchObject({
      code: "bad-request",
      details: [expect.stringMatching(/^params\.target: /)],
    });
  expect(await wrong("attack-target", { target: "x".repeat(9_000) })).toMatchObject({ code: "bad-request" });
  expect(await wrong("no-such")).toMatchObject({ code: "phrase-unknown" });
  expect((await last(ana))?.seq).toBe(seq);
});

test("[ST5] at least 40 phrases are shipped, with parameters, and each is read in the reader's language", async () => {
  expect(Object.keys(QUICK_PHRASES).length).toBeGreaterThanOrEqual(40);
  const { seat } = await scene();
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  await say(beto, 1, "back-in", { minutes: "5" });
  const entry = await last(ana);
  if (entry === undefined) throw new Error("nothing was said");
  expect(wordsIn(entry, "es-419")).toBe("Vuelvo en 5 minutos");
  expect(wordsIn(entry, "pt-BR")).toBe("Volto em 5 minutos");
  expect(wordsIn(entry, "en")).toBe("Back in 5 minutes");
});

test("[ST6] the studio's own phrase is said as soon as the processes know it, and no more once it is removed; its texts stay for what was said", async () => {
  const { seat, phrases, studio } = await scene({ GREMIO_GUILD_PACE: "off" });
  const beto = await seat("beto");
  expect(await refusal(say(beto, 1, "boss"))).toMatchObject({ code: "phrase-unknown" });
  await phrases.put("boss", { "es-419": "¡Jefe: {name}!", "pt-BR": "Chefe: {name}!", en: "Boss: {name}!" });
  await waitFor(async () => (await refusal(say(beto, 2, "boss", { name: "Ogro" }))) === undefined, "the phrase");
  await phrases.remove("boss");
  await untilUnknown(beto, "boss", { name: "Ogro" });
  const { known, inUse } = await phrases.list();
  expect(inUse.has("boss")).toBe(false);
  const entry = await last(beto);
  if (entry === undefined) throw new Error("nothing was said");
  expect(wordsIn(entry, "pt-BR", known)).toBe("Chefe: Ogro!");
  expect(wordsIn(entry, "pt-BR")).toBe("boss");
  // A word of a change that never comes is made up for within 5 s.
  let now = 0;
  const deaf = await makePhrases({ ...studio.redis, subscribe: async () => async () => {} }, studio.keys, () => now);
  await deaf.lately();
  await phrases.put("boss", inAll("Jefe"));
  now = 4_999;
  expect((await deaf.lately()).inUse.has("boss")).toBe(false);
  now = 5_000;
  expect((await deaf.lately()).inUse.has("boss")).toBe(true);
});

test("[ST7] of removed phrases the last 500 keep their texts, and at most 500 are in use", async () => {
  const { phrases } = await scene();
  for (let n = 0; n < 501; n++) await phrases.put(`p${n}`, inAll(`${n}`)).then(() => phrases.remove(`p${n}`));
  const { known, inUse } = await phrases.list();
  expect([known.size, inUse.size, known.has("p0"), known.has("p1")]).toEqual([500, 0, false, true]);
  for (let n = 0; n < 500; n++) await phrases.put(`q${n}`, inAll(`${n}`));
  await expect(phrases.put("one-more", inAll("x"))).rejects.toMatchObject({ code: "phrases-full" });
  await phrases.put("q7", inAll("otra"));
  expect((await phrases.list()).inUse.get("q7")).toEqual(inAll("otra"));
  await phrases.remove("q8");
  await phrases.put("p7", inAll("de nuevo"));
  expect((await phrases.list()).inUse.size).toBe(500);
});

test("[ST8] stickers and phrases are under the channel's pace: the same one again and again is too similar, another is not", async () => {
  const pace = "sender=100/100,channel=0,reserve=0,slow=0,similar=2/60,short=3/60,raid=0,timeout=0";
  const { seat } = await scene({ GREMIO_GUILD_PACE: pace });
  const [beto, caro] = [await seat("beto"), await seat("caro")];
  for (let n = 0; n < 3; n++) await say(beto, `b${n}`, "check-announcement");
  expect(await refusal(say(beto, "b3", "check-announcement"))).toMatchObject({ code: "too-similar" });
  await say(beto, "b4", "lets-go");
  await say(caro, "c0", "check-announcement");
  for (let n = 0; n < 3; n++) await stick(beto, `s${n}`, "gremio", "s1");
  expect(await refusal(stick(beto, "s3", "gremio", "s1"))).toMatchObject({ code: "too-similar" });
  await stick(beto, "s4", "gremio", "s2");
  const spam = (n: number) => say(caro, `x${n}`, "hello-player", { player: `compra oro barato en mi tienda hoy ${n}` });
  await spam(1);
  await spam(2);
  expect(await refusal(spam(3))).toMatchObject({ code: "too-similar" });
});

test("[ST9] a client's stickers, phrases, edits, deletions and pins wait in order with its messages, and each is done once", async () => {
  const { chat } = await scene();
  const ana = aClient(`http://127.0.0.1:${chat.port}`, "ana");
  const early = [
    ana.channel.send("hola", { mentions: { players: [2] } }),
    ana.channel.sticker("gremio", "wave", { reply: 1 }),
    ana.channel.phrase("back-in", { minutes: "5" }),
    ana.channel.sticker("wolves", "howl"),
  ];
  await ana.live();
  const settled = await Promise.all(early.map((outgoing) => outgoing.settled));
  expect(settled.at(3)).toMatchObject({ ok: false, refusal: { code: "pack-not-owned" } });
  const seqs = settled.flatMap((one) => (one.ok ? [one.seq] : []));
  const [first = 0, second = 0, third = 0] = seqs;
  const late = [ana.channel.edit(first, "hola a todos"), ana.channel.pin(first), ana.channel.delete(second)];
  expect((await Promise.all(late.map(({ settled: one }) => one))).map(({ ok }) => ok)).toEqual([true, true, true]);
  await waitFor(() => ana.channel.entries.at(-1)?.kind === "deleted", "the deletion");
  const body = { text: "hola a todos", mentions: { players: [2] }, edited: expect.any(Number) };
  expect(ana.channel.entries.filter(({ seq }) => seqs.includes(seq))).toMatchObject([
    { seq: first, kind: "text", body },
    { seq: second, kind: "removed" },
    { seq: third, kind: "phrase", body: { phrase: "back-in", params: { minutes: "5" } } },
  ]);
  expect((await ana.channel.pins()).map(({ seq }) => seq)).toEqual([first]);
  expect(await ana.channel.edit(first, " ").settled).toMatchObject({ ok: false, refusal: { code: "text-empty" } });
});

test("[ST10] a client fetches the studio's phrases when it meets one it does not know, and after that only what has changed", async () => {
  const { chat, seat, phrases } = await scene();
  await phrases.put("boss", { "es-419": "¡Jefe!", "pt-BR": "Chefe!", en: "Boss!" });
  const ana = aClient(`http://127.0.0.1:${chat.port}`, "ana");
  await ana.live();
  expect(ana.phrases.known.size).toBe(0);
  const beto = await seat("beto");
  await say(beto, 1, "boss");
  await waitFor(() => ana.phrases.known.has("boss"), "the phrases");
  const entry = ana.channel.entries.at(-1);
  if (entry === undefined) throw new Error("nothing was said");
  expect(wordsIn(entry, "en", ana.phrases.known)).toBe("Boss!");
  let changes = 0;
  ana.phrases.onChange(() => {
    changes += 1;
  });
  await ana.phrases.refresh();
  expect(changes).toBe(0);
  await phrases.remove("boss");
  await ana.phrases.refresh();
  expect([changes, ana.phrases.inUse.has("boss"), ana.phrases.known.has("boss")]).toEqual([1, false, true]);
});
