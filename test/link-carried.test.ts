import { afterAll, beforeAll, expect, test } from "vitest";
import { foundWithin } from "../server/channel/founding-quota.ts";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makeGuildJoining } from "../server/guild/joining.ts";
import { makeLinks } from "../server/link/link.ts";
import { makeBlocks } from "../server/moderation/blocks.ts";
import { makeReports } from "../server/moderation/reports.ts";
import { makeSanctions } from "../server/moderation/sanctions.ts";
import { readStanding } from "../server/moderation/standing.ts";
import { makePacks } from "../server/player/packs.ts";
import { makePlayers } from "../server/player/players.ts";
import { countersSchema } from "../server/points/earning/counters.ts";
import { makeEarning } from "../server/points/earning/earning.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { makeAsk } from "../server/redis/ask.ts";
import { bucketOf, type Keys } from "../server/redis/bucket.ts";
import { parsedJson } from "../server/redis/parsed-json.ts";
import type { Redis } from "../server/redis/redis.ts";
import { type EarningEvent, earningRulesSchema } from "../shared/earning.ts";
import { aRedis } from "./a-redis.ts";
import { anItem, aRewardWorld } from "./a-reward-world.ts";
import { nonce } from "./a-room.ts";
import { anEarningWorld, someRules } from "./an-earning-world.ts";
import { audited } from "./audited.ts";
import { aDeath, dyingRedis } from "./dying-before.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const historyLength = 1_000;
/** What one process does that a link is about. */
const of = (connection: Redis, keys: Keys) => {
  const players = makePlayers(connection, keys);
  const groups = makeGroups(connection, keys, players, { historyLength });
  const ledger = makeLedger(connection, keys);
  const guilds = makeGuilds(connection, keys, players, { historyLength, rejoinMs: 60_000 });
  return {
    ...{ players, groups, ledger, guilds },
    links: makeLinks(connection, keys, { players, groups, ledger }, { historyLength }),
    joining: makeGuildJoining({ redis: connection, keys, players, historyLength }),
    blocks: makeBlocks(connection, keys),
    packs: makePacks(connection, keys, []),
    reports: makeReports(connection, keys),
    sanctions: makeSanctions(connection, keys, { historyLength }),
    log: makeLog(connection, keys, { historyLength }),
    standing: (player: string) => readStanding(connection, keys, player),
  };
};
/** Guild g1 of ana, beto and caro with 1,000 points each, who are all guests here. */
const scene = async () => {
  const rewards = await aRewardWorld(redis);
  return { ...rewards, ...of(redis, rewards.keys), rewards };
};
const byCode = (code: string) => expect.objectContaining({ code });
const resumed = async (links: ReturnType<typeof of>["links"], guest: string) =>
  expect(await links.resume(bucketOf(`player:${guest}`))).toEqual({ stay: 0 });

test("[LI9] what a guest has bought counts for his account's limits, its orders are in the account's list, and a refund frees the limit again", async () => {
  const { links, catalogue, buy, orders } = await scene();
  await catalogue.put("chest", anItem({ perPlayer: 1 }));
  await catalogue.put("map", anItem({ perPlayer: 3 }));
  await buy({ player: "beto" });
  await buy({ player: "beto", key: "m1", reward: "map" });
  await links.link("beto", "account");
  await expect(buy({ player: "account", key: "new" })).rejects.toEqual(byCode("reward-limit"));
  // A purchase whose answer was lost is asked for again by the account: it is the same one.
  expect(await buy({ player: "account", key: "buy-1" })).toMatchObject({ repeated: true, book: { player: "beto" } });
  await buy({ player: "account", key: "m2", reward: "map" });
  const { orders: first, next } = await orders.page({ player: "account" }, 2, undefined);
  const rest = await orders.page({ player: "account" }, 2, next ?? undefined);
  expect([...first, ...rest.orders].map(({ order }) => order)).toEqual([
    "player:account:m2",
    "player:beto:m1",
    "player:beto:buy-1",
  ]);
  expect(rest.next).toBeNull();
  expect(await orders.playersOf("account")).toEqual(["account", "beto"]);
  await orders.refund("player:beto:buy-1", "wrong", false);
  for (const _ of [1, 2]) await resumed(links, "beto");
  await buy({ player: "account", key: "new" });
  await expect(buy({ player: "account", key: "newer" })).rejects.toEqual(byCode("reward-limit"));
});

test("[LI9] what a guest has bought for his guild counts for his account, also once he left it", async () => {
  const { links, catalogue, buy, orders, guilds, ledger, keys } = await scene();
  await catalogue.put("banner", anItem({ book: "guild", perPlayer: 1 }));
  const banner = (player: string, key: string) =>
    buy({ reward: "banner", key, book: { guild: "g1" }, player, caller: undefined });
  for (const member of ["beto", "caro"])
    await ledger.move({ book: { guild: "g1" }, key: member, amount: 5, member, reason: "quest" });
  await banner("beto", "b1");
  await banner("caro", "c1");
  await links.link("beto", "account");
  await expect(banner("account", "b2")).rejects.toEqual(byCode("reward-limit"));
  await guilds.remove("g1", "caro", "left");
  await links.link("caro", "second");
  await guilds.admit("g1", "second", "officer");
  await expect(banner("second", "c2")).rejects.toEqual(byCode("reward-limit"));
  for (const order of ["guild:g1:b1", "guild:g1:c1"]) await orders.refund(order, "wrong", false);
  await banner("account", "b2");
  await banner("second", "c2");
  // What they brought is theirs, too, and the books add up.
  const { members } = await guilds.snapshot("g1");
  expect(members.map(({ player, points }) => [player, points])).toEqual([
    ["ana", 0],
    ["account", 5],
    ["second", 5],
  ]);
  expect((await audited(redis, keys)).differences).toEqual([]);
});

const RULES = earningRulesSchema.parse({
  zone: "UTC",
  newMemberHours: 0,
  rules: [
    { event: "quest", player: { points: 10 }, caps: { day: 10 } },
    { event: "boss", player: { points: 5 }, caps: { timesEver: 2 } },
    { event: "gift", player: { points: 1 }, pair: { week: 1, partners: 2, mates: false } },
  ],
});

test("[LI10] what a guest has earned counts for his account's caps, of days, for ever and between two; his events are refused", async () => {
  const world = await scene();
  const { links, players } = world;
  const { take } = makeEarning({ redis, ...world }, { rules: () => RULES, sample: 1_000_000 });
  const points = async (event: EarningEvent) => (await take(event)).player;
  await players.putProfile("account", { name: "account" });
  expect(await points({ id: "e1", event: "quest", player: "beto" })).toBe(10);
  expect(await points({ id: "e2", event: "boss", player: "beto" })).toBe(5);
  expect(await points({ id: "e3", event: "boss", player: "account" })).toBe(5);
  expect(await points({ id: "e4", event: "gift", player: "beto", partner: "ana" })).toBe(1);
  await links.link("beto", "account");
  for (const _ of [1, 2]) await links.link("beto", "account");
  expect(await points({ id: "e5", event: "quest", player: "account" })).toBe(0);
  expect(await points({ id: "e6", event: "boss", player: "account" })).toBe(0);
  expect(await points({ id: "e7", event: "gift", player: "account", partner: "ana" })).toBe(0);
  expect(await points({ id: "e8", event: "gift", player: "account", partner: "caro" })).toBe(1);
  expect(await points({ id: "e9", event: "gift", player: "account", partner: "dino" })).toBe(0);
  await expect(points({ id: "e10", event: "quest", player: "beto" })).rejects.toEqual(byCode("player-linked"));
});

// A dry run began with what the account had earned by itself, and said that the same rules would have paid it more.
test("[EA11] a dry run gives what was paid also where a guest has become an account meanwhile", async () => {
  const rules = { rules: [{ event: "won", player: { points: 10 }, caps: { day: 25 } }] };
  for (const before of [0, 1]) {
    const { earning, event, keys, own, dryRun } = await anEarningWorld(redis, rules, { g1: ["ana", "beto", "caro"] });
    if (before > 0) await earning.take(event({ player: "caro" }));
    for (const guest of ["ana", "beto"]) await earning.take(event({ player: guest }));
    const { links } = of(redis, keys);
    for (const guest of ["ana", "beto"]) await links.link(guest, "caro");
    for (const _ of [1, 2]) await earning.take(event({ player: "caro" }));
    const paid = await own("caro");
    expect(paid).toBe(25 + 5 * before);
    expect(await dryRun(someRules(rules))).toMatchObject({ total: { player: { paid, wouldPay: paid } }, players: [] });
  }
});

test("[LI11] a guest who is a minor makes his account one, until the game says otherwise of it; also an account that is no minor", async () => {
  const { links, players, standing } = await scene();
  await players.putProfile("adult", { name: "adult" });
  await players.setMinor("adult", false, Date.now() - 60_000);
  for (const guest of ["ana", "beto"]) await players.setMinor(guest, true, Date.now() - 30_000);
  await links.link("ana", "fresh");
  await links.link("beto", "adult");
  for (const account of ["fresh", "adult"]) expect(await standing(account)).toMatchObject({ minor: true });
  await players.setMinor("adult", false, Date.now());
  await links.link("beto", "adult");
  expect(await standing("adult")).not.toHaveProperty("minor");
});

test("[LI12] a ban, mute or block that was lifted does not come back when points come back to the guest; preferences and packs are kept", async () => {
  const { links, players, sanctions, standing, blocks, packs, ledger } = await scene();
  const spent = { book: { player: "beto" }, key: "spent", reason: "shop" };
  await ledger.move({ ...spent, amount: -3 });
  await sanctions.sanction("beto", "muted", Date.now() + 60_000, "spam");
  await blocks.set("beto", "ana", true);
  await blocks.set("caro", "beto", true);
  await players.putPreferences("beto", { push: "important" });
  await packs.put("beto", ["cats", "dogs"]);
  await links.link("beto", "account");
  expect(await standing("account")).toMatchObject({ muted: { reason: "spam" } });
  expect((await blocks.of("account")).map(({ player }) => player)).toEqual(["ana"]);
  // Who has blocked the guest does not hear of his account either.
  expect((await blocks.of("caro")).map(({ player }) => player)).toEqual(["account"]);
  expect(await packs.of("account")).toEqual(["cats", "dogs"]);
  expect(await players.preferences("account")).toMatchObject({ push: "important" });
  await sanctions.lift("account", "muted");
  await blocks.set("account", "ana", false);
  await packs.put("account", []);
  await ledger.reverse({ book: spent.book, key: "spent", reason: "refund" });
  await resumed(links, "beto");
  expect(await ledger.balance({ player: "account" })).toBe(1_000);
  expect(await standing("account")).toEqual({});
  expect(await blocks.of("account")).toEqual([]);
  expect(await packs.of("account")).toEqual([]);
});

test("[LI12] a guild's ban, mute and wait for who is no member go with him to his account", async () => {
  const { links, joining, guilds, sanctions, players, log } = await scene();
  await guilds.change("g1", { joinMode: "open" });
  await joining.bans.ban({ guild: "g1", player: "beto" });
  await sanctions.mute("guild:g1", "caro", Date.now() + 60_000, {});
  await guilds.remove("g1", "caro", "left");
  await joining.bans.ban({ guild: "g1", player: "dino" });
  for (const guest of ["beto", "caro", "dino"]) await links.link(guest, `${guest}-2`);
  await expect(joining.joinOpen("g1", "beto-2")).rejects.toEqual(byCode("banned"));
  await expect(joining.joinOpen("g1", "dino-2")).rejects.toEqual(byCode("banned"));
  await expect(joining.joinOpen("g1", "caro-2")).rejects.toEqual(byCode("cooldown"));
  await guilds.admit("g1", "caro-2", "member");
  await expect(
    log.append({ channel: "guild:g1", author: "caro-2", nonce: nonce("m1"), kind: "text", body: "hola" }),
  ).rejects.toEqual(byCode("muted"));
  // A ban that comes after the link finds the account, a ban of the whole game is refused with its name.
  await players.putProfile("eva", { name: "eva" });
  await links.link("eva", "eva-2");
  await joining.bans.ban({ guild: "g1", player: "eva" });
  await expect(joining.joinOpen("g1", "eva-2")).rejects.toEqual(byCode("banned"));
  await expect(sanctions.sanction("eva", "banned", undefined, "late")).rejects.toMatchObject({
    ...{ code: "player-linked", details: ["player: eva-2"] },
  });
  await sanctions.lift("eva", "banned");
});

// Who was banned could leave so many other guilds that the ban was not looked for any more when he was linked, or have them ask
// to ban him, for which nobody needed a right.
test("[LI12] nobody gets rid of a ban by coming and going, or by asking for bans he has no right to", async () => {
  const { links, joining, guilds, groups, players } = await scene();
  await guilds.change("g1", { joinMode: "open" });
  await joining.bans.ban({ guild: "g1", player: "beto" });
  for (let n = 0; n < 60; n++) {
    await groups.found(`circle:c${n}`, { name: "c", capacity: 5 });
    await groups.admit(`circle:c${n}`, "beto", "member");
    await groups.release(`circle:c${n}`, "beto", "left");
    const ban = joining.bans.ban({ guild: "g1", player: "beto", caller: "dino" });
    await expect(ban).rejects.toEqual(byCode("not-member"));
  }
  await players.putProfile("beto-2", { name: "beto" });
  await links.link("beto", "beto-2");
  await expect(joining.joinOpen("g1", "beto-2")).rejects.toEqual(byCode("banned"));
});

test("[LI13] a share of a gift that was on its way reaches the account, and who took one as guest takes none as account", async () => {
  const world = await scene();
  const { links, drop, take, guilds, players, ledger, keys, sweep } = world;
  await players.putProfile("account", { name: "account" });
  await guilds.admit("g1", "account", "member");
  const { seq } = await drop();
  // The process that counts the tap dies before it pays.
  await world.rewards
    .dying(2)
    .take("beto", seq)
    .catch(() => undefined);
  const dying = of(dyingRedis(redis, aDeath(30)), keys);
  await dying.links.link("beto", "account").catch(() => undefined);
  await links.link("beto", "account");
  await take("account", seq);
  await sweep();
  for (const _ of [1, 2]) await resumed(links, "beto");
  expect(await ledger.balance({ player: "account" })).toBe(1_025);
  expect(await ledger.balance({ player: "beto" })).toBe(0);
});

test("[LI13] what is left of a guest's own gift goes on to his account, which may end it", async () => {
  const { links, drop, gifts, ledger, guilds } = await scene();
  const { gift } = await drop({ book: "own", player: "beto", caller: "beto" });
  await links.link("beto", "account");
  await expect(gifts.end("g1", gift, { caller: "caro" })).rejects.toEqual(byCode("not-permitted"));
  await gifts.end("g1", gift, { caller: "account" });
  await resumed(links, "beto");
  expect(await ledger.balance({ player: "account" })).toBe(1_000);
  expect((await guilds.snapshot("g1")).points).toBe(1_000);
});

test("[LI12] what a guest has founded lately counts for his account", async () => {
  const { links, players, keys } = await scene();
  await players.putProfile("account", { name: "account" });
  const ask = makeAsk(redis, keys);
  const found = (player: string, kind: "guilds" | "circles", id: string) =>
    foundWithin(ask, { player, kind, id, print: id, most: 2, refusals: [] }, async () => id);
  for (const kind of ["guilds", "circles"] as const) {
    await found("beto", kind, "one");
    await found("account", kind, "two");
  }
  await links.link("beto", "account");
  for (const kind of ["guilds", "circles"] as const) {
    await expect(found("account", kind, "three")).rejects.toEqual(byCode("rate-limited"));
    expect(await found("account", kind, "two")).toBe("two");
  }
});

test("[LI12] what a guest has reported is the account's: its outcome, and how much of the day's reports is left", async () => {
  const { links, reports, drop } = await scene();
  const { seq } = await drop();
  await reports.file({
    ...{ channel: "guild:g1", reporter: "beto", seq, category: "spam", text: "uf", nonce: nonce("r1") },
  });
  await links.link("beto", "account");
  expect((await reports.mine("account", 10)).reports).toMatchObject([{ report: `guild:g1~${seq}`, category: "spam" }]);
});

test("[LI14] of two opposite links made at once one is made and the other refused, nothing stays locked, and so it is with three in a ring", async () => {
  const clear = ["player-linked", "link-under-way"];
  for (let round = 0; round < 6; round++) {
    const { links, players, guilds } = await scene();
    for (const player of ["x", "y", "z"]) await players.putProfile(player, { name: player });
    const pairs =
      round % 2 === 0
        ? [
            ["x", "y"],
            ["y", "x"],
          ]
        : [
            ["x", "y"],
            ["y", "z"],
            ["z", "x"],
          ];
    const done = await Promise.allSettled(pairs.map(([guest = "", account = ""]) => links.link(guest, account)));
    expect(done.some(({ status }) => status === "fulfilled")).toBe(true);
    for (const one of done) if (one.status === "rejected") expect(clear).toContain(one.reason.code);
    if (pairs.length === 2) expect(done.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    // Whoever is left plays on: as himself, or as the account he is.
    const free: string[] = [];
    for (const player of ["x", "y", "z"])
      await guilds.admit("g1", player, "member").then(
        () => free.push(player),
        (error: unknown) => expect(error).toEqual(byCode("player-linked")),
      );
    expect(free.length).toBeGreaterThan(0);
    await guilds.remove("g1", free[0] ?? "", "left");
    await links.link(free[0] ?? "", "last");
  }
});

test("[LI14] a link that died between any two steps keeps its players locked for 30 s at most, and a link that had begun is ended by whoever needs one of them", async () => {
  for (let calls = 1; calls <= 60; calls++) {
    const world = await scene();
    const { keys, links, players, ledger, catalogue, buy } = world;
    await players.putProfile("account", { name: "account" });
    await catalogue.put("chest", anItem({ price: 1 }));
    for (const player of ["ana", "beto"]) await buy({ player });
    await links.link("ana", "account");
    await makeEarning({ redis, ...world }, { rules: () => RULES, sample: 1_000_000 }).take({
      ...{ id: "e1", event: "boss", player: "beto" },
    });
    const dying = of(dyingRedis(redis, aDeath(calls)), keys).links;
    const ended = await dying.link("beto", "account").then(
      () => true,
      () => false,
    );
    const later = makeLinks(
      redis,
      keys,
      { players, groups: of(redis, keys).groups, ledger },
      { historyLength, leftMs: 0 },
    );
    const refused = await links.link("account", "third").catch((error: unknown) => error);
    if (refused instanceof Error) {
      expect(refused).toEqual(byCode("link-under-way"));
      await later.link("account", "third");
    }
    await links.link("beto", "account").catch((error: unknown) => expect(error).toEqual(byCode("player-linked")));
    for (const player of ["beto", "account"]) await resumed(links, player);
    const sums = await Promise.all(["beto", "account", "third"].map((player) => ledger.balance({ player })));
    expect([
      [1_004, 0, 999],
      [0, 0, 2_003],
    ]).toContainEqual(sums);
    // And what each has bought and earned counts once for whom he has become.
    const last = sums[0] === 0 ? 2 : 1;
    const has = async (player: string): Promise<unknown[]> => {
      const { list } = catalogue;
      const { rows } = await world.purchases.may({ book: { player }, player, caller: player }, (await list()).offers);
      const earning = keys.of(`player:${player}`, "earning");
      const { e = {} } = countersSchema
        .partial()
        .parse(parsedJson(String(await redis.run(earning, ["GET", earning]))) ?? {});
      return [rows[0]?.bought, e.boss?.[0] ?? 0];
    };
    expect(await has("third")).toEqual([last, last - 1]);
    expect(await has("beto")).toEqual([1, 1]);
    if (ended) return;
  }
  throw new Error("it takes more calls than were tried");
});

test("[LI14] what comes back to a guest whose account has become another's guest reaches the last one", async () => {
  const { links, ledger } = await scene();
  await ledger.move({ book: { player: "beto" }, key: "spent", amount: -7, reason: "shop" });
  await links.link("beto", "account");
  await links.link("account", "third");
  await ledger.reverse({ book: { player: "beto" }, key: "spent", reason: "refund" });
  for (const guest of ["beto", "account"]) await resumed(links, guest);
  expect(await ledger.balance({ player: "third" })).toBe(1_000);
});
