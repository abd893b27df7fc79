import { expect, test } from "vitest";
import { makeChanges } from "../server/channel/changes.ts";
import { type Append, makeLog } from "../server/channel/log.ts";
import type { CommandName } from "../shared/commands.ts";
import { aGuild } from "./a-guild.ts";
import { aRedis } from "./a-redis.ts";
import { aRoom, nonce, refusal } from "./a-room.ts";

const channel = "guild:g1";
const reused = { code: "key-reused" };
const text: Append = { channel, author: "ana", nonce: "nonce-of-text", kind: "text", body: "hola" };

const scene = async () => {
  const { redis, keys } = await aRedis();
  await aGuild(redis, keys, "g1", ["ana", "beto"]);
  const options = { historyLength: 1_000 };
  const [log, changes] = [makeLog(redis, keys, options), makeChanges(redis, keys, options)];
  const written = async () => (await log.before(channel, undefined, undefined, 200)).entries.length;
  return { redis, keys, log, changes, written };
};

test("[CH20] a nonce under which something else was asked is refused, and nothing is written; its first command is still answered", async () => {
  const { redis, keys, log, changes, written } = await scene();
  const first = await log.append(text);
  const { seq } = await log.append({ ...text, nonce: "nonce-of-other", body: "otra" });
  const before = await written();
  const { nonce, author: player = "" } = text;
  const others: (() => Promise<unknown>)[] = [
    () => log.append({ ...text, body: "hola a todos" }),
    () => log.append({ ...text, body: { text: "hola", reply: 1 } }),
    () => log.append({ ...text, kind: "announcement" }),
    () => changes.edit({ channel, nonce, seq, author: player, text: "hola" }),
    () => changes.delete({ channel, nonce, seq, player }),
    () => changes.pin({ channel, nonce, seq, player, on: true }),
  ];
  const allRefused = async () => {
    for (const other of others) await expect(other()).rejects.toMatchObject(reused);
  };
  await allRefused();
  expect(await log.append(text)).toEqual({ ...first, repeated: true });
  // The same holds in another epoch, on another day, and once the author has left.
  await redis.run(keys.of(channel, "head"), ["HSET", keys.of(channel, "head"), "boot", "another"]);
  await allRefused();
  const day = Math.floor(first.at / 86_400_000);
  const [today, yesterday] = [keys.of(channel, `nonce:${day}`), keys.of(channel, `nonce:${day - 1}`)];
  await redis.run(today, ["RENAME", today, yesterday]);
  await allRefused();
  await redis.run(keys.of(channel, "members"), ["HDEL", keys.of(channel, "members"), "ana"]);
  await allRefused();
  expect(await log.append(text)).toEqual({ ...first, repeated: true });
  expect(await written()).toBe(before);
});

test("[CH20] the order of fields and what was refused make no difference", async () => {
  const { log } = await scene();
  const mute = { ...text, nonce: "nonce-of-zoe", author: "zoe" };
  await expect(log.append({ ...mute, body: "una" })).rejects.toMatchObject({ code: "not-member" });
  const said = { ...text, author: "beto" };
  await expect(log.append({ ...said, body: "una", permission: "announce" })).rejects.toMatchObject({
    code: "not-permitted",
  });
  const asked = { text: "hola", mentions: { players: [1, 2], groups: ["officers"] } };
  const first = await log.append({ ...said, asked });
  const turned = { mentions: { groups: ["officers"], players: [1, 2] }, text: "hola" };
  expect(await log.append({ ...said, asked: turned })).toEqual({ ...first, repeated: true });
  const swapped = { ...turned, mentions: { ...turned.mentions, players: [2, 1] } };
  await expect(log.append({ ...said, asked: swapped })).rejects.toMatchObject(reused);
});

test("[CH20] a receipt of the release before, which does not say what was asked, answers whatever is asked", async () => {
  const { redis, keys, log, changes } = await scene();
  const first = await log.append(text);
  const key = keys.of(channel, `nonce:${Math.floor(first.at / 86_400_000)}`);
  const field = "1:nonce-of-text";
  const kept = String(await redis.run(key, ["HGET", key, field]));
  expect(kept).toMatch(/^\d+:\d+:\d+:[\w-]{8}$/);
  await redis.run(key, ["HSET", key, field, kept.split(":").slice(0, 3).join(":")]);
  expect(await log.append(text)).toEqual({ ...first, repeated: true });
  expect(await log.append({ ...text, body: "otra" })).toEqual({ ...first, repeated: true });
  const deletion = { channel, nonce: text.nonce, seq: first.seq, player: "ana" };
  expect(await changes.delete(deletion)).toEqual({ ...first, repeated: true });
});

test("[CH20] so it is with every command of a room that has a nonce, and with what the backend says", async () => {
  const { chat, seat, studio } = await aRoom(["ana", "beto"]);
  const ana = await seat("ana");
  const { seq } = await ana.ask("send", { nonce: nonce("target"), text: "hola" });
  const poll = { card: "poll", question: "¿Cuándo?", options: ["Hoy", "Mañana"] };
  const pairs: [CommandName, object, object][] = [
    ["send", { text: "hola a todos" }, { text: "hola a todos", mentions: { players: [2] } }],
    ["announce", { text: "guerra a las 9" }, { text: "guerra a las 8" }],
    ["sticker", { pack: "gremio", sticker: "wave" }, { pack: "gremio", sticker: "wave", reply: seq }],
    ["phrase", { phrase: "back-in", params: { minutes: "5" } }, { phrase: "back-in", params: { minutes: "6" } }],
    ["edit", { seq, text: "hola!" }, { seq, text: "hola!!" }],
    ["pin", { seq, on: true }, { seq, on: false }],
    ["card", poll, { ...poll, options: ["Hoy", "Nunca"] }],
    ["delete", { seq }, { seq: seq + 1 }],
  ];
  const ask = (name: string, n: string, payload: object): Promise<unknown> =>
    ana.room.request(name, { ...payload, nonce: nonce(n) });
  const receipts = new Map<string, unknown>();
  for (const [name, payload] of pairs) receipts.set(name, await ask(name, name, payload));
  for (const [name, payload, other] of pairs) {
    expect(await ask(name, name, payload), name).toEqual(receipts.get(name));
    expect(await refusal(ask(name, name, other)), name).toMatchObject({ ...reused, retry: "never" });
    const [elsewhere] = pairs.find(([each]) => each !== name) ?? ["none"];
    expect(await refusal(ask(name, elsewhere, payload)), name).toMatchObject(reused);
  }

  const backend = async (path: string, body: object) => {
    const response = await fetch(`http://127.0.0.1:${chat.port}/v1/channels/${channel}/${path}`, {
      method: "POST",
      headers: { "x-api-key": studio.env.GREMIO_API_KEYS ?? "", "content-type": "application/json" },
      body: JSON.stringify({ nonce: nonce("backend"), ...body }),
    });
    return { status: response.status, body: await response.json() };
  };
  const news = { text: "mantenimiento" };
  const said = await backend("messages", news);
  expect(said).toMatchObject({ status: 200, body: { repeated: false } });
  const fallback = { "es-419": "Un regalo", "pt-BR": "Um presente", en: "A gift" };
  for (const [path, other] of [
    ["messages", { text: "otra cosa" }],
    ["messages", { ...news, importance: "high" }],
    ["cards", { card: { card: "gift", data: {}, actions: [], fallback } }],
  ] as const)
    expect(await backend(path, other)).toMatchObject({ status: 409, body: { error: reused } });
  expect(await backend("messages", news)).toMatchObject({ status: 200, body: { repeated: true } });
});

test("[CH2] [CH4] whoever was muted since still gets the first entry of each of his nonces, and writes nothing new", async () => {
  const { seat, studio } = await aRoom(["ana", "beto"]);
  const ana = await seat("ana");
  const { seq } = await ana.ask("send", { nonce: nonce("target"), text: "hola" });
  const asked: [CommandName, object][] = [
    ["send", { text: "hola a todos" }],
    ["announce", { text: "guerra a las 9" }],
    ["sticker", { pack: "gremio", sticker: "wave" }],
    ["phrase", { phrase: "back-in", params: { minutes: "5" } }],
    ["card", { card: "poll", question: "¿Cuándo?", options: ["Hoy", "Mañana"] }],
    ["edit", { seq, text: "hola!" }],
    ["pin", { seq, on: true }],
    ["delete", { seq }],
  ];
  const ask = (name: string, payload: object): Promise<unknown> =>
    ana.room.request(name, { ...payload, nonce: nonce(name) });
  const receipts = new Map<string, unknown>();
  for (const [name, payload] of asked) receipts.set(name, await ask(name, payload));
  const { head } = (await ana.ask("history", {})).lineage;

  const members = studio.keys.of(channel, "members");
  const record = JSON.parse(String(await studio.redis.run(members, ["HGET", members, "ana"])));
  const mutedUntil = Date.now() + 60_000;
  await studio.redis.run(members, ["HSET", members, "ana", JSON.stringify({ ...record, mutedUntil })]);
  for (const [name, payload] of asked) expect(await ask(name, payload), name).toEqual(receipts.get(name));
  expect(await refusal(ana.ask("send", { nonce: nonce("new"), text: "¿y ahora?" }))).toMatchObject({
    code: "muted",
    retryAtMs: mutedUntil,
  });
  expect((await ana.ask("history", {})).lineage.head).toBe(head);
});
