import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { makeSanctions } from "../server/moderation/sanctions.ts";
import { makeStandings } from "../server/moderation/standing.ts";
import { makePresence } from "../server/presence/presence.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { LIMITS } from "../shared/limits.ts";
import { aModeration, codeOf, inADay } from "./a-moderation.ts";
import { refusal } from "./a-room.ts";
import { joinOver } from "./a-seat.ts";
import { aStudio } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

const say = (text: string) => ({ nonce: randomUUID(), text });

test("[MO20] [MO21] whoever may mute silences a member below him in that channel, until then; leaving and coming back does not help", async () => {
  const { seat, as, backend, studio } = await aModeration();
  const caro = await seat("caro");
  const until = inADay();
  const mute = { channel: "guild:g1", player: "caro", until, reason: "insults" };
  expect(await codeOf(as("dino", "muteMember", mute))).toBe("not-permitted");
  expect(await codeOf(as("beto", "muteMember", { ...mute, player: "ana" }))).toBe("not-permitted");
  expect(await codeOf(as("beto", "muteMember", { ...mute, player: "nadie" }))).toBe("member-not-found");
  for (const wrong of [Date.now() - 1, Date.now() + LIMITS.muteMs + 60_000])
    expect(await codeOf(as("beto", "muteMember", { ...mute, until: wrong }))).toBe("bad-request");
  expect(await codeOf(as("beto", "muteMember", mute))).toBe("ok");
  expect(await codeOf(as("beto", "muteMember", mute))).toBe("ok");
  expect(await refusal(caro.ask("send", say("hola")))).toMatchObject({ code: "muted", retryAtMs: until });
  expect((await as("beto", "getAudit", { channel: "guild:g1" })).body).toMatchObject({
    acts: [
      { act: "mute", by: "beto", whom: "caro", why: "insults", more: { until } },
      { act: "rank", whom: "beto", more: { rank: "officer" } },
    ],
  });

  await studio.guilds.remove("g1", "caro", "left");
  const cooldown = studio.keys.of("guild:g1", "left:caro");
  await studio.redis.run(cooldown, ["DEL", cooldown]);
  await studio.guilds.admit("g1", "caro", "member");
  const again = await seat("caro");
  expect(await refusal(again.ask("send", say("volví")))).toMatchObject({ code: "muted", retryAtMs: until });

  expect(await codeOf(backend("unmuteMember", { channel: "guild:g1", player: "caro" }))).toBe("ok");
  expect(await refusal(again.ask("send", say("ya")))).toBeUndefined();
});

test("[MO21] who leaves before he is muted is muted when he comes back; a report about him is decided so, too", async () => {
  const { seat, as, backend, studio } = await aModeration();
  const { seq } = await (await seat("caro")).ask("send", say("insulto"));
  await as("dino", "reportMessage", { channel: "guild:g1", seq, nonce: randomUUID(), category: "abuse" });
  await studio.guilds.remove("g1", "caro", "left");
  const [until, report] = [inADay(), `guild:g1~${seq}`];
  expect(await codeOf(as("beto", "decideReport", { report, outcome: "muted", until, note: "insults" }))).toBe("ok");
  await studio.guilds.admit("g1", "caro", "member");
  expect(await refusal((await seat("caro")).ask("send", say("volví")))).toMatchObject({
    code: "muted",
    retryAtMs: until,
  });
  await studio.guilds.remove("g1", "caro", "left");
  expect(await codeOf(backend("unmuteMember", { channel: "guild:g1", player: "caro" }))).toBe("ok");
  await studio.guilds.admit("g1", "caro", "member");
  expect(await refusal((await seat("caro")).ask("send", say("ya")))).toBeUndefined();
});

test("[MO27] a circle bans 1,000 players at most, and those whose ban is over make room", async () => {
  const { groups, backend, studio } = await aModeration();
  await groups.found("circle:c1", { name: "Pesca", capacity: 10 });
  const bans = studio.keys.of("circle:c1", "bans");
  const rows = (ends: number) =>
    Array.from({ length: LIMITS.bans }, (_, n) => [`p${n}`, JSON.stringify({ at: 1, ends })]);
  const ban = () => codeOf(backend("banFromChannel", { channel: "circle:c1", player: "caro", reason: "spam" }));
  await studio.redis.run(bans, ["HSET", bans, ...rows(inADay()).flat()]);
  expect(await ban()).toBe("bans-full");
  await studio.redis.run(bans, ["HSET", bans, ...rows(2).flat()]);
  expect(await ban()).toBe("ok");
  expect(await studio.redis.run(bans, ["HLEN", bans])).toBe(1);
});

test("[MO57] what officers and the backend do to others stands in the audit log, with who, whom, why and what was changed", async () => {
  const { seat, as, backend, studio } = await aModeration();
  await studio.guilds.change("g1", { joinMode: "request" });
  const card = await (await seat("caro")).ask("card", { nonce: randomUUID(), card: "roll-call", title: "¿Vamos?" });
  await (await seat("beto")).ask("close", { seq: card.seq });
  await as("ana", "setPermissions", { guild: "g1", permissions: { mute: ["officer", "member"] } });
  await as("ana", "changeGuild", { guild: "g1", motto: "Juntos" });
  await studio.players.putProfile("eva", { name: "eva" });
  expect(await codeOf(as("eva", "joinGuild", { guild: "g1", player: "me", text: "hola" }))).toBe("ok");
  const no = { guild: "g1", player: "eva", accept: false, reason: "lleno" };
  expect(await codeOf(as("beto", "answerRequest", no))).toBe("ok");
  expect((await backend("getAudit", { channel: "guild:g1", limit: 4 })).body).toMatchObject({
    acts: [
      { act: "decline", by: "beto", whom: "eva", why: "lleno" },
      { act: "change", by: "ana", more: { what: "motto" } },
      { act: "permit", by: "ana", more: { what: "mute: leader,officer,member" } },
      { act: "close", by: "beto", whom: "caro", more: { seq: card.seq } },
    ],
  });
});

test("[MO22] a circle's officers kick and ban those below them; who is banned is let in no more until it ends or is lifted", async () => {
  const { groups, backend, as } = await aModeration();
  await groups.found("circle:c1", { name: "Pesca", capacity: 10 });
  await groups.admit("circle:c1", "ana", "leader");
  for (const player of ["caro", "dino"]) await groups.admit("circle:c1", player, "member");
  const of = { channel: "circle:c1", player: "dino", reason: "spam" };
  const comeIn = async () => refusal(groups.admit("circle:c1", "dino", "member"));
  expect(await codeOf(as("caro", "kickMember", of))).toBe("not-permitted");
  expect(await codeOf(as("ana", "kickMember", of))).toBe("ok");
  expect(await codeOf(as("ana", "kickMember", of))).toBe("member-not-found");
  expect(await codeOf(as("ana", "kickMember", { ...of, channel: "guild:g1" }))).toBe("channel-not-found");
  expect(await comeIn()).toBeUndefined();
  for (const _ of [1, 2]) expect(await codeOf(as("ana", "banFromChannel", of))).toBe("ok");
  expect(await comeIn()).toMatchObject({ code: "banned", retryAtMs: undefined });
  expect((await backend("listChannelBans", { channel: "circle:c1" })).body).toMatchObject({
    bans: [{ player: "dino", by: "ana", reason: "spam" }],
  });
  expect(await codeOf(as("ana", "unbanFromChannel", { channel: "circle:c1", player: "dino" }))).toBe("ok");
  expect(await comeIn()).toBeUndefined();
  const until = inADay();
  expect(await codeOf(backend("banFromChannel", { ...of, until }))).toBe("ok");
  expect(await comeIn()).toMatchObject({ code: "banned", retryAtMs: until });
  expect((await as("ana", "getAudit", { channel: "circle:c1" })).body).toMatchObject({
    acts: [{ act: "ban", more: { until } }, { act: "unban", by: "ana" }, { act: "ban" }, { act: "kick", whom: "dino" }],
  });
});

test("[MO23] a ban from the game closes the player's connections on all processes within a second, and refuses joining, commands and operations", async () => {
  const { studio, chat, seat, backend, as } = await aModeration();
  const other = await studio.chat();
  const seats = [await seat("caro"), await seat("caro", other.port), await seat("caro", chat.port, { home: true })];
  const dino = await seat("dino", other.port);
  const until = inADay();
  const began = Date.now();
  expect(await codeOf(backend("banFromGame", { player: "caro", until, reason: "cheats" }))).toBe("ok");
  expect(await Promise.all(seats.map(({ closed }) => closed))).toEqual(seats.map(() => CLOSE_CODES.banned));
  expect(Date.now() - began).toBeLessThan(within(1_000));
  for (const { port } of [chat, other])
    expect(await joinOver(port, await studio.token("caro"))).toMatchObject({
      status: 403,
      body: { error: { code: "banned", retryAtMs: until } },
    });
  expect(await codeOf(as("caro", "getGuild", { guild: "g1" }))).toBe("banned");
  expect(await refusal(dino.ask("send", say("sigo")))).toBeUndefined();
  expect((await backend("getStanding", { player: "caro" })).body).toMatchObject({
    banned: { until, reason: "cheats" },
  });
  expect((await backend("getPlayerAudit", { player: "caro" })).body).toMatchObject({
    acts: [{ act: "game-ban", whom: "caro", why: "cheats", more: { until } }],
  });

  expect(await codeOf(backend("unbanFromGame", { player: "caro" }))).toBe("ok");
  expect(await joinOver(other.port, await studio.token("caro"))).toMatchObject({ status: 200 });
});

test("[MO63] nobody is kicked without a reason, by a player or by the backend; who leaves needs none and leaves no row", async () => {
  const { studio, chat, seat, as, backend, groups } = await aModeration();
  await groups.found("team:t1", { name: "Arena", capacity: 10 });
  await groups.admit("team:t1", "caro", "member");
  const unsaid = { error: { code: "bad-request", details: [expect.stringMatching(/^reason: /)] } };
  const guild = "g1";
  expect((await as("beto", "removeMember", { guild, player: "caro" })).body).toMatchObject(unsaid);
  expect((await backend("removeMember", { guild, player: "caro", how: "kicked" })).body).toMatchObject(unsaid);
  for (const reason of ["", "x".repeat(LIMITS.reasonLength + 1)])
    expect((await as("beto", "removeMember", { guild, player: "caro", reason })).body).toMatchObject(unsaid);
  const beto = await seat("beto");
  const overSocket = beto.room.request("removeMember", { guild, player: "caro" });
  expect(await refusal(overSocket)).toMatchObject({ code: "bad-request" });
  const ofTeam = await fetch(`http://127.0.0.1:${chat.port}/v1/channels/team:t1/members/caro?how=kicked`, {
    ...{ method: "DELETE", headers: { "x-api-key": studio.env.GREMIO_API_KEYS ?? "" } },
  });
  expect(await ofTeam.json()).toMatchObject(unsaid);

  const why = "x".repeat(LIMITS.reasonLength);
  expect(await codeOf(as("beto", "removeMember", { guild, player: "caro", reason: why }))).toBe("ok");
  expect(await codeOf(as("dino", "removeMember", { guild, player: "me" }))).toBe("ok");
  expect(await codeOf(backend("removeMember", { guild, player: "beto" }))).toBe("ok");
  expect((await backend("getAudit", { channel: "guild:g1" })).body).toMatchObject({
    acts: [{ act: "remove", whom: "beto" }, { act: "kick", by: "beto", whom: "caro", why }, { act: "rank" }],
  });
});

test("[MO64] a kick from the game closes the player's connections on all processes within a second; he may come back at once, and asked again before he is back it is the same kick", async () => {
  const { studio, chat, seat, backend } = await aModeration();
  const other = await studio.chat();
  const seats = [await seat("caro"), await seat("caro", other.port), await seat("caro", chat.port, { home: true })];
  const dino = await seat("dino", other.port);
  const presence = makePresence(studio.redis, studio.keys, "nobody");
  const online = async () => (await presence.of(["caro"])).get("caro")?.length;
  await waitFor(async () => (await online()) === seats.length, "his sessions");
  const kick = (reason: string) => codeOf(backend("kickFromGame", { player: "caro", reason }));
  const acts = async (): Promise<unknown[]> =>
    Object((await backend("getPlayerAudit", { player: "caro" })).body).acts.map(({ why }: { why: unknown }) => why);
  const began = Date.now();
  expect(await kick("language")).toBe("ok");
  expect(await Promise.all(seats.map(({ closed }) => closed))).toEqual(seats.map(() => CLOSE_CODES.kicked));
  expect(Date.now() - began).toBeLessThan(within(1_000));
  expect(await kick("again")).toBe("ok");
  expect(await acts()).toEqual(["language"]);
  expect((await backend("getPlayerAudit", { player: "caro" })).body).toMatchObject({
    acts: [{ act: "game-kick", whom: "caro", why: "language" }],
  });
  expect((await backend("getStanding", { player: "caro" })).body).toEqual({});
  await waitFor(async () => (await online()) === 0, "his sessions' end");

  const back = await seat("caro", other.port);
  expect(await refusal(back.ask("send", say("volví")))).toBeUndefined();
  expect(await refusal(dino.ask("send", say("sigo")))).toBeUndefined();
  await waitFor(async () => (await online()) === 1, "his session");
  expect(await kick("once more")).toBe("ok");
  expect(await back.closed).toBe(CLOSE_CODES.kicked);
  expect(await acts()).toEqual(["once more", "language"]);
  expect(await codeOf(backend("kickFromGame", { player: "nadie", reason: "x" }))).toBe("player-not-found");
});

test("[MO64] a kick is known also when nobody was told of it, and closes what began before it alone", async () => {
  const { redis, keys, players } = await aStudio();
  await players.putProfile("caro", { name: "caro" });
  const sanctions = makeSanctions(redis, keys, { historyLength: 10 });
  await sanctions.putOut("caro", "language");
  const standings = makeStandings(redis, keys, { onError: () => undefined, checkMs: 60_000 });
  onTestFinished(standings.close);
  const closed: string[] = [];
  onTestFinished(standings.hold("caro", (why) => closed.push(`first ${why}`)));
  await standings.check();
  expect(closed).toEqual([]);
  await sanctions.putOut("caro", "language");
  onTestFinished(standings.hold("caro", (why) => closed.push(`second ${why}`)));
  await standings.check();
  await standings.check();
  expect(closed).toEqual(["first kicked"]);
});

test("[MO24] who is muted in the game writes nothing anywhere within a second; what he wrote before is still acknowledged", async () => {
  const { studio, seat, backend, groups } = await aModeration();
  await groups.found("circle:c1", { name: "Pesca", capacity: 10 });
  await groups.admit("circle:c1", "caro", "member");
  const other = await studio.chat();
  const guild = await seat("caro", other.port);
  const circle = await seat("caro", undefined, { channel: "circle:c1" });
  const before = say("antes");
  const receipt = await guild.ask("send", before);
  await backend("muteInGame", { player: "caro", reason: "insults" });
  const began = Date.now();
  for (const where of [guild, circle])
    await waitFor(async () => (await refusal(where.ask("send", say("x")))) !== undefined, "the mute");
  expect(Date.now() - began).toBeLessThan(within(1_000));
  expect(await refusal(circle.ask("send", say("y")))).toMatchObject({ code: "muted" });
  expect(await refusal(guild.ask("edit", { nonce: randomUUID(), seq: receipt.seq, text: "z" }))).toMatchObject({
    code: "muted",
  });
  expect(await refusal(guild.ask("react", { seq: receipt.seq, emoji: "👍", on: true }))).toMatchObject({
    code: "muted",
  });
  expect(await guild.ask("send", before)).toEqual(receipt);
  await backend("unmuteInGame", { player: "caro" });
  await waitFor(async () => (await refusal(guild.ask("send", say("ya")))) === undefined, "the end of the mute");
});

test("[MO25] a ban is known also when nobody was told of it, by the count of changes", async () => {
  const { redis, keys, players } = await aStudio();
  await players.putProfile("caro", { name: "caro" });
  const standings = makeStandings(redis, keys, { onError: () => undefined, checkMs: 20 });
  onTestFinished(standings.close);
  const closed = Promise.withResolvers<void>();
  onTestFinished(standings.hold("caro", () => closed.resolve()));
  await standings.admit("caro");
  await standings.check();
  await makeSanctions(redis, keys, { historyLength: 10 }).sanction("caro", "banned", undefined, "cheats");
  await closed.promise;
  expect(await refusal(standings.admit("caro"))).toMatchObject({ code: "banned" });
});

test("[MO26] a timed ban or mute ends by itself", async () => {
  const { redis, keys, players } = await aStudio();
  await players.putProfile("caro", { name: "caro" });
  let now = Date.now();
  const standings = makeStandings(redis, keys, { onError: () => undefined, now: () => now });
  onTestFinished(standings.close);
  const sanctions = makeSanctions(redis, keys, { historyLength: 10 });
  const until = inADay();
  for (const what of ["banned", "muted"] as const) await sanctions.sanction("caro", what, until, "spam");
  expect(await standings.mute("caro")).toMatchObject({ code: "muted", retryAtMs: until });
  expect(await refusal(standings.admit("caro"))).toMatchObject({ code: "banned", retryAtMs: until });
  now = until;
  expect(await standings.mute("caro")).toBeUndefined();
  expect(await refusal(standings.admit("caro"))).toBeUndefined();
});
