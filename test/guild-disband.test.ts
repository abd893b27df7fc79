import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCards } from "../server/card/cards.ts";
import { makeChanges } from "../server/channel/changes.ts";
import { makeGroups } from "../server/channel/groups.ts";
import { makeSweep } from "../server/channel/sweep.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { makeKeys } from "../server/redis/bucket.ts";
import { asTexts } from "../server/redis/reply.ts";
import { fromMember } from "../shared/cards/member-card.ts";
import { aGuildLife, byCode } from "./a-guild-life.ts";
import { aRedis } from "./a-redis.ts";
import { aRoom } from "./a-room.ts";
import { audited } from "./audited.ts";
import { aDeath, dyingRedis } from "./dying-before.ts";
import { waitFor } from "./wait-for.ts";

let connected: Awaited<ReturnType<typeof aRedis>>;
beforeAll(async () => {
  connected = await aRedis();
});
afterAll(() => connected.redis.close());

const aWorld = async (people = ["ana", "beto", "caro"], disbandMs = 0) => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  return { keys, ...(await aGuildLife({ redis: connected.redis, keys }, people, { disbandMs })) };
};
const g1 = { guild: "g1" } as const;

test("[GU55] the end is announced once, told to all, and can be taken back by leader or backend until it comes", async () => {
  const { disbanding, guilds, upkeep, bucket, entries, events } = await aWorld(["ana", "beto"], 3_600_000);
  await expect(disbanding.announce("g1", "beto")).rejects.toMatchObject(byCode("not-permitted"));
  await expect(disbanding.announce("g1", "nobody")).rejects.toMatchObject(byCode("not-member"));
  await expect(disbanding.announce("g0")).rejects.toMatchObject(byCode("guild-not-found"));
  const ends = await disbanding.announce("g1", "ana");
  expect(ends - Date.now()).toBeGreaterThan(3_500_000);
  expect(await disbanding.announce("g1")).toBe(ends);
  await upkeep.bucket(bucket);
  expect(await guilds.snapshot("g1")).toMatchObject({ disbandsAt: ends, capacity: 100 });
  await expect(disbanding.keep("g1", "beto")).rejects.toMatchObject(byCode("not-permitted"));
  await disbanding.keep("g1", "ana");
  await disbanding.keep("g1");
  expect((await guilds.snapshot("g1")).disbandsAt).toBe(0);
  expect((await entries("news")).map(({ body }) => body)).toMatchObject([
    { template: "guild-disbanding", params: { hours: "1" } },
    { template: "guild-kept", params: { name: "g1" } },
  ]);
  expect([...(await events("guild-disbanding")), ...(await events("guild-kept"))]).toMatchObject([
    { guild: "g1", by: "ana" },
    { guild: "g1", by: "ana" },
  ]);
});

test("[PO17] what a guild gave and the other refused goes back to its book also after its end, and does not raise it again", async () => {
  const { disbanding, upkeep, bucket, ledger, guilds, keys } = await aWorld();
  const { redis } = connected;
  await ledger.move({ book: g1, key: "k1", amount: 70, reason: "quest" });
  const lost = { from: g1, to: { player: "nobody" }, amount: 20, id: "t1", reason: "prize" };
  await expect(makeLedger(dyingRedis(redis, aDeath(2)), keys).transfer(lost)).rejects.toThrow();
  await disbanding.announce("g1");
  await upkeep.bucket(bucket);
  expect(await ledger.balance(g1)).toBe(50);
  await expect(ledger.transfer(lost)).rejects.toMatchObject(byCode("player-not-found"));
  expect(await ledger.balance(g1)).toBe(70);
  await expect(guilds.snapshot("g1")).rejects.toMatchObject(byCode("guild-not-found"));
});

test("[GU56] at its end all are let go and free, the book can be read and no more written, and the id is used up", async () => {
  const { disbanding, guilds, upkeep, bucket, ledger, entries, events } = await aWorld();
  await ledger.move({ book: g1, key: "k1", amount: 70, reason: "quest" });
  await disbanding.announce("g1", "ana");
  await upkeep.bucket(bucket);
  expect((await entries("left")).map(({ body }) => body)).toEqual([{ who: 2 }, { who: 3 }, { who: 1 }]);
  await expect(guilds.snapshot("g1")).rejects.toMatchObject(byCode("guild-not-found"));
  expect(await events("guild-disbanded")).toMatchObject([{ guild: "g1", name: "g1", tag: "g1", points: "70" }]);
  expect(await ledger.balance(g1)).toBe(70);
  expect((await ledger.page(g1, 10)).entries).toMatchObject([{ key: "k1", amount: 70 }]);
  await expect(ledger.move({ book: g1, key: "k2", amount: 1, reason: "late" })).rejects.toMatchObject(
    byCode("guild-not-found"),
  );
  const again = { id: "g1", name: "Otra", tag: "OTR", leader: "beto" };
  await expect(guilds.create(again)).rejects.toMatchObject(byCode("guild-exists"));
  await guilds.create({ ...again, id: "g2" });
  expect(await guilds.guildOf("beto")).toBe("g2");
  await guilds.admit("g2", "ana", "member");
  await expect(guilds.admit("g1", "caro", "member")).rejects.toMatchObject(byCode("guild-not-found"));
  await upkeep.bucket(bucket);
});

test("[GU72] of a guild that ended only its book, what is owed and what was judged stay; all else is gone within hours", async () => {
  const { disbanding, guilds, upkeep, bucket, ledger, log, mails, keys, part } = await aWorld();
  const { redis } = connected;
  const channel = "guild:g1";
  await ledger.move({ book: g1, key: "k1", amount: 70, reason: "quest", member: "beto" });
  const said = await log.append({
    channel,
    author: "beto",
    nonce: "nonce-of-text",
    kind: "text",
    body: { text: "hola" },
  });
  const cards = makeCards({ redis, keys, log }, { historyLength: 100 });
  const body = fromMember({ card: "poll", question: "¿Vamos?", options: ["sí", "no"] }, Date.now());
  const card = await cards.post({ channel, nonce: "nonce-of-card", body, asked: "card" });
  await makeChanges(redis, keys, { historyLength: 100 }).react(channel, "ana", said.seq, "👍", true);
  const action = body.actions[0]?.id ?? "";
  await cards.act({ channel, player: "beto", seq: card.seq, action, on: true });
  await mails.send("g1", "ana", { nonce: "nonce-of-mail", title: "Hoy", text: "A las 8" });
  await guilds.remove("g1", "caro", "kicked", { caller: "ana", reason: "spam" });
  const sweep = makeSweep(redis, keys, pino({ level: "silent" }));
  await disbanding.announce("g1", "ana");
  await upkeep.bucket(bucket);
  const heads = keys.inBucket(bucket, "heads");
  expect(await redis.run(heads, ["HEXISTS", heads, channel])).toBe(1);
  // As if an hour had passed.
  for (const name of ["log", "numbers", "players", "profiles"]) {
    expect(Number(await redis.run(part(name), ["PTTL", part(name)])), name).toBeGreaterThan(0);
    await redis.run(part(name), ["DEL", part(name)]);
  }
  await sweep.bucket(bucket);
  expect(await redis.run(heads, ["HEXISTS", heads, channel])).toBe(0);
  const found = asTexts(await redis.run(part("x"), ["KEYS", part("*")]));
  const left = await Promise.all(
    found.map(async (key) => [key.slice(part("").length), Number(await redis.run(key, ["PTTL", key])) > 0] as const),
  );
  const named = (ends: boolean) =>
    left.flatMap(([name, does]) => (does === ends ? [name.replace(/\d+$/, "#")] : [])).toSorted();
  expect(named(false)).toEqual(["book", "contribution", "ended", "entries"]);
  expect(new Set(named(true))).toEqual(new Set(["audit", "fence:ana", "fence:beto", "fence:caro", "key:#", "nonce:#"]));
  expect((await audited(redis, keys)).differences).toEqual([]);
});

test("[GU57] whatever step a process dies at, another one finishes: each is let go once, and no claim stays", async () => {
  let steps = 1;
  for (let finished = false; !finished; steps++) {
    const { disbanding, dying, upkeep, bucket, guilds, entries, events } = await aWorld(["ana", "beto", "caro"]);
    await disbanding.announce("g1");
    finished = await dying(steps)
      .upkeep.bucket(bucket)
      .then(() => true)
      .catch(() => false);
    await upkeep.bucket(bucket);
    expect(await entries("left"), `killed before step ${steps}`).toHaveLength(3);
    expect((await events("member-left")).map(({ player }) => player)).toEqual(["beto", "caro", "ana"]);
    expect(await events("guild-disbanded")).toHaveLength(1);
    for (const player of ["ana", "beto", "caro"]) {
      expect(await guilds.guildOf(player)).toBeUndefined();
      await guilds.create({ id: `of-${player}`, name: player, tag: "NEW", leader: player });
    }
  }
  expect(steps).toBeGreaterThan(6);
});

test("[GU57] many processes at once end a guild of many as one would", async () => {
  const people = Array.from({ length: 120 }, (_, index) => `p${index}`);
  const { redis, keys } = await aRedis();
  const limits = await aGuildLife({ redis, keys }, people.slice(0, 90), {});
  try {
    await limits.disbanding.announce("g1");
    await Promise.all(Array.from({ length: 5 }, () => limits.upkeep.bucket(limits.bucket)));
    expect(await limits.entries("left")).toHaveLength(90);
    expect(await limits.events("guild-disbanded")).toHaveLength(1);
    expect(await limits.guilds.guildOf("p89")).toBeUndefined();
  } finally {
    await redis.close();
  }
});

test("[GU58] a guild that is reserved for a war is not disbanded, and its end waits for the war's", async () => {
  const { disbanding, upkeep, bucket, guilds, part } = await aWorld(["ana", "beto"]);
  const info = part("info");
  await connected.redis.run(info, ["HSET", info, "reserved", "war-1"]);
  await expect(disbanding.announce("g1", "ana")).rejects.toMatchObject(byCode("guild-reserved"));
  await connected.redis.run(info, ["HDEL", info, "reserved"]);
  await disbanding.announce("g1", "ana");
  await connected.redis.run(info, ["HSET", info, "reserved", "war-2"]);
  await upkeep.bucket(bucket);
  expect((await guilds.snapshot("g1")).members).toHaveLength(2);
  await connected.redis.run(info, ["HDEL", info, "reserved"]);
  await disbanding.keep("g1", "ana");
  await disbanding.announce("g1", "ana");
  await upkeep.bucket(bucket);
  await expect(guilds.snapshot("g1")).rejects.toMatchObject(byCode("guild-not-found"));
});

test("[GU59] a guild whose last member leaves ends at once, also if the process dies as he does", async () => {
  for (let steps = 0; steps <= 5; steps++) {
    const { dying, guilds, upkeep, bucket, events } = await aWorld(["ana"]);
    await dying(steps)
      .guilds.remove("g1", "ana", "left")
      .catch(() => {});
    if (steps > 0) {
      await guilds.remove("g1", "ana", "left").catch(() => {});
      await upkeep.bucket(bucket);
    }
    await expect(guilds.snapshot("g1")).rejects.toMatchObject(byCode("guild-not-found"));
    expect(await events("guild-disbanded")).toHaveLength(1);
    await guilds.create({ id: "g2", name: "Otra", tag: "OTR", leader: "ana" });
  }
});

test("[GU56] connections to the guild are closed as those of removed members", async () => {
  const { studio, chat, seat } = await aRoom(["ana", "beto"], { GREMIO_DISBAND_HOURS: "0" });
  const groups = makeGroups(studio.redis, studio.keys, studio.players, { historyLength: 100 });
  await groups.found("circle:c1", { name: "Sur", capacity: 10 });
  await groups.admit("circle:c1", "beto", "member");
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  const elsewhere = await seat("beto", chat.port, { channel: "circle:c1" });
  await Promise.all([ana.resume(), beto.resume()]);
  // What is personal may be lost until his process listens for it: it does once something has come.
  const heard = elsewhere.personal;
  for (let n = 0; heard.length === 0; n++) await elsewhere.room.request("blockPlayer", { player: `nobody-${n}` });
  const life = await aLifeOf(studio);
  const { disbandsAt } = await ana.room.request("disbandGuild", { guild: "g1" });
  expect(disbandsAt).toBeGreaterThan(0);
  await waitFor(() => beto.entries.some(({ kind }) => kind === "news"), "the news of the end");
  await life.upkeep.bucket(life.bucket);
  expect([await ana.closed, await beto.closed]).toEqual([4300, 4300]);
  // Where he is connected to something else he learns that he has none any more.
  const told = { type: "membership", guild: null };
  await waitFor(() => heard.some((message) => isDeepStrictEqual(message, told)), "his guild's end");
});

const aLifeOf = async ({ redis, keys }: Awaited<ReturnType<typeof aRoom>>["studio"]) => {
  const { makeLifeUpkeep } = await import("../server/guild/life-upkeep.ts");
  const { bucketOf } = await import("../server/redis/bucket.ts");
  return { upkeep: makeLifeUpkeep(redis, keys, { historyLength: 100, totals: [] }), bucket: bucketOf("guild:g1") };
};
