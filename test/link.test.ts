import { expect, test } from "vitest";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeReads } from "../server/channel/reads.ts";
import { makeLinks } from "../server/link/link.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { bucketOf, type Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { aRoom, nonce } from "./a-room.ts";
import { joinOver } from "./a-seat.ts";
import { aStudio } from "./a-studio.ts";
import { audited } from "./audited.ts";
import { aDeath, dyingRedis } from "./dying-before.ts";

const historyLength = 1_000;
const parts = (redis: Redis, keys: Keys) => {
  const players = makePlayers(redis, keys);
  const groups = makeGroups(redis, keys, players, { historyLength });
  const ledger = makeLedger(redis, keys);
  const links = makeLinks(redis, keys, { players, groups, ledger }, { historyLength });
  return {
    players,
    groups,
    ledger,
    links,
    reads: makeReads(redis, keys),
    log: makeLog(redis, keys, { historyLength }),
  };
};

/** A guest with all a guest can have: rank, unread, contribution, points, a circle and a phone. */
const scene = async () => {
  const studio = await aStudio();
  const { redis, keys, guilds } = studio;
  const world = parts(redis, keys);
  await studio.guild("g1", ["ana", "guest"]);
  await guilds.setRank("g1", "guest", "officer");
  const say = (n: number) =>
    world.log.append({ channel: "guild:g1", author: "ana", nonce: nonce(n), kind: "text", body: `${n}` });
  for (const n of [1, 2, 3]) await say(n);
  await world.reads.seen("guild:g1", "guest", 5);
  await world.ledger.move({ book: { guild: "g1" }, key: "k1", amount: 40, member: "guest", reason: "win" });
  await world.ledger.move({ book: { player: "guest" }, key: "k1", amount: 7, reason: "win" });
  await world.groups.found("circle:sur", { name: "Sur", capacity: 10 });
  await world.groups.admit("circle:sur", "guest", "member");
  await world.players.putDevice("guest", "d1", { kind: "fid", target: "target-of-the-phone", platform: "android" });
  return { ...world, studio, redis, keys, guilds };
};
type Scene = Awaited<ReturnType<typeof scene>>;

/** All that was the guest's, as the account's; nothing of it twice. */
const expectMoved = async ({ guilds, reads, ledger, groups, players }: Scene, unread = 1): Promise<void> => {
  const { members, points } = await guilds.snapshot("g1");
  expect(points).toBe(40);
  expect(members.map(({ player, number, rank, points }) => ({ player, number, rank, points }))).toEqual([
    { player: "ana", number: 1, rank: "leader", points: 0 },
    { player: "account", number: 2, rank: "officer", points: 40 },
  ]);
  expect(await guilds.guildOf("account")).toBe("g1");
  expect(await guilds.guildOf("guest")).toBeUndefined();
  expect(await reads.status("guild:g1", "account")).toMatchObject({ read: { unread } });
  expect([...(await groups.listOf("account")).keys()]).toEqual(["circle:sur"]);
  expect([...(await groups.listOf("guest")).keys()]).toEqual([]);
  expect(await reads.status("circle:sur", "account")).toMatchObject({ rank: "member" });
  expect(await ledger.balance({ player: "account" })).toBe(7);
  expect(await ledger.balance({ player: "guest" })).toBe(0);
  expect(await players.devices("account")).toMatchObject([{ id: "d1", target: "target-of-the-phone" }]);
  expect(await players.devices("guest")).toEqual([]);
};

test("[LI1] a guest's guild, rank, number, channels, unread, points and devices become the account's, and asking again changes nothing", async () => {
  const world = await scene();
  const linked = { account: "account", guild: "g1", balance: 7 };
  expect(await world.links.link("guest", "account")).toEqual(linked);
  await expectMoved(world);
  expect(await world.links.link("guest", "account")).toEqual(linked);
  await expectMoved(world);
  const { entries } = await world.log.before("guild:g1", undefined, undefined, 50);
  expect(entries.map(({ kind }) => kind)).toEqual(["joined", "joined", "rank", "text", "text", "text"]);
});

test("[LI2] whatever moment a process dies in, asking again or a sweep ends it, each part once", async () => {
  for (let calls = 1; calls <= 80; calls++) {
    const world = await scene();
    const dying = parts(dyingRedis(world.redis, aDeath(calls)), world.keys).links;
    const ended = await dying.link("guest", "account").then(
      () => true,
      () => false,
    );
    if (calls % 2 === 0) await world.links.resume(bucketOf("player:guest"));
    await world.links.link("guest", "account");
    await expectMoved(world);
    if (ended) return;
  }
  throw new Error("it takes more calls than were tried");
});

test("[LI3] a guest is one account's for ever; accounts in different guilds are not made one, and two of one guild are one member", async () => {
  const world = await scene();
  await world.studio.guild("g2", ["other", "rich"]);
  const refused = (code: string) => expect.objectContaining({ name: "GremioError", code });
  await expect(world.links.link("nobody", "account")).rejects.toEqual(refused("player-not-found"));
  await expect(world.links.link("guest", "other")).rejects.toEqual(refused("already-in-guild"));
  await expect(world.links.link("guest", "guest")).rejects.toEqual(refused("player-linked"));
  await world.players.putProfile("twin", { name: "twin" });
  await world.guilds.admit("g1", "twin", "member");
  expect(await world.links.link("guest", "twin")).toMatchObject({ guild: "g1", balance: 7 });
  const { members } = await world.guilds.snapshot("g1");
  expect(members.map(({ player, points }) => [player, points])).toEqual([
    ["ana", 0],
    ["twin", 40],
  ]);
  const named = { code: "player-linked", details: ["player: twin"] };
  await expect(world.links.link("guest", "rich")).rejects.toMatchObject(named);
  await expect(world.links.link("rich", "guest")).rejects.toEqual(refused("player-linked"));
});

test("[LI4] what the game still sends for the guest's book is refused, and moves nothing", async () => {
  const world = await scene();
  await world.links.link("guest", "account");
  const late = { book: { player: "guest" }, key: "k9", amount: 5, reason: "late" };
  await expect(world.ledger.move(late)).rejects.toMatchObject({ code: "player-linked" });
  expect(await world.ledger.balance({ player: "guest" })).toBe(0);
});

test("[LI5] the guest's connections end, and his token is refused naming the account, whose own opens the guild as it was left", async () => {
  const { studio, chat, seat } = await aRoom(["ana", "guest"]);
  const ana = await seat("ana");
  await ana.ask("send", { nonce: nonce("one"), text: "hola" });
  const guest = await seat("guest");
  const response = await fetch(`http://127.0.0.1:${chat.port}/v1/players/guest/link`, {
    method: "POST",
    headers: { "x-api-key": studio.env.GREMIO_API_KEYS ?? "", "content-type": "application/json" },
    body: JSON.stringify({ account: "account" }),
  });
  expect(await response.json()).toEqual({ account: "account", guild: "g1", balance: 0 });
  expect(await guest.closed).toBe(CLOSE_CODES["token-expired"]);
  expect(await joinOver(chat.port, await studio.token("guest"))).toMatchObject({
    status: 410,
    body: { error: { code: "player-linked", retry: "renew", details: ["player: account"] } },
  });
  // So it is with whatever is asked over HTTP.
  const bearer = { authorization: `Bearer ${await studio.token("guest")}` };
  for (const path of ["/v1/rewards", "/v1/me", "/v1/players/guest/orders"]) {
    const asked = await fetch(`http://127.0.0.1:${chat.port}${path}`, { headers: bearer });
    expect([path, asked.status, await asked.json()]).toMatchObject([
      ...[path, 410, { error: { code: "player-linked", details: ["player: account"] } }],
    ]);
  }
  const account = await seat("account");
  const page = await account.resume();
  expect(page).toMatchObject({ read: { unread: 1 }, reader: { number: 2 } });
});

test("[LI1] what a guest brought stays his account's also when it is taken back, and the ledger adds up", async () => {
  const { links, ledger, redis, keys, guilds } = await scene();
  await links.link("guest", "account");
  expect((await audited(redis, keys)).differences).toEqual([]);
  await ledger.reverse({ book: { guild: "g1" }, key: "k1", reason: "cheat" });
  const { members } = await guilds.snapshot("g1");
  expect(members.map(({ player, points }) => [player, points])).toEqual([
    ["ana", 0],
    ["account", 0],
  ]);
  expect((await audited(redis, keys)).differences).toEqual([]);
});

test("[LI6] what comes back to a linked guest's book goes on to the account, once", async () => {
  const { links, ledger, redis, keys } = await scene();
  const guest = { player: "guest" };
  await ledger.move({ book: guest, key: "spent", amount: -3, reason: "shop" });
  const lost = { from: guest, to: { player: "nobody" }, amount: 2, id: "gift-1", reason: "gift" };
  await expect(makeLedger(dyingRedis(redis, aDeath(2)), keys).transfer(lost)).rejects.toThrow();
  await links.link("guest", "account");
  expect(await ledger.balance({ player: "account" })).toBe(2);
  await expect(ledger.transfer(lost)).rejects.toMatchObject({ code: "player-not-found" });
  await ledger.reverse({ book: guest, key: "spent", reason: "refund" });
  for (const _ of [1, 2]) await links.resume(bucketOf("player:guest"));
  await links.link("guest", "account");
  expect(await ledger.balance({ player: "account" })).toBe(7);
  expect(await ledger.balance(guest)).toBe(0);
});
