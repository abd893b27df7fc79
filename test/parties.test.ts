import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeChanges } from "../server/channel/changes.ts";
import { makeSendSignal } from "../server/channel/signals.ts";
import { makeSanctions } from "../server/moderation/sanctions.ts";
import { bucketOf } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asNumber } from "../server/redis/reply.ts";
import type { NewParty } from "../server/team/parties.ts";
import { partyProjection } from "../server/team/party-projection.ts";
import { partyLog } from "../server/team/party-speech.ts";
import { makeLiveKit } from "../server/voice/livekit.ts";
import { makeVoices } from "../server/voice/voices.ts";
import { eventOf } from "../shared/event.ts";
import type { ChannelId } from "../shared/id.ts";
import { LIMITS } from "../shared/limits.ts";
import { aLiveKit } from "./a-livekit.ts";
import { aRedis } from "./a-redis.ts";
import { aTeamWorld } from "./a-team-world.ts";

let redis: Redis;
beforeAll(async () => {
  ({ redis } = await aRedis());
});
afterAll(() => redis.close());

const code = (expected: string) => ({ code: expected });
const KEY = "APIkey";
const SECRET = "a-secret-of-a-livekit-server-0123456789";
let nonces = 0;

/** Guild `g1` of ana (leader), beto, caro and dino; circle `c1` of ana, beto and elsa; and what follows from events, by hand. */
const aPartyWorld = async () => {
  const { redis: other, keys } = await aRedis();
  await other.close();
  const world = aTeamWorld(redis, keys);
  const { people, guilds, groups, parties, partyList, partyOf, eventsOf } = world;
  await people("ana", "beto", "caro", "dino", "elsa", "fito");
  await guilds.create({ id: "g1", name: "Lobos", tag: "LOB", leader: "ana" });
  for (const player of ["beto", "caro", "dino"]) await guilds.admit("g1", player, "member");
  await groups.found("circle:c1", { name: "Pesca", capacity: 10 });
  for (const player of ["ana", "beto", "elsa"]) await groups.admit("circle:c1", player, "member");
  const host = (
    party: Partial<NewParty> = {},
    caller: string | undefined = party.host ?? "ana",
  ): Promise<ChannelId> => {
    nonces += 1;
    return parties.create({ nonce: `nonce-party-${nonces}`, host: "ana", open: { guild: "g1" }, ...party }, caller);
  };
  const roles = async (team: ChannelId) =>
    Object.fromEntries((await world.teams.view(team)).members.map(({ player, speaks }) => [player, speaks]));
  const listed = async (player: string) => (await parties.of(player)).map(({ team }) => `team:${team}`);
  const say = (channel: ChannelId, author: string, body = "hola", by = world.log) => {
    nonces += 1;
    return by.append({ channel, author, nonce: `nonce-said-${nonces}`, kind: "text", body });
  };
  /** Gives everything that happened in a channel to the projection, as often as it is called. */
  const follow = async (channel: ChannelId, voices?: { enforce(channel: ChannelId): Promise<void> }) => {
    const { take } = partyProjection({ parties, list: partyList, partyOf, voices });
    await take((await eventsOf(channel)).flatMap((row) => eventOf("e", row) ?? []));
  };
  return { ...world, host, roles, listed, say, follow };
};

describe("parties", () => {
  test("[PA1] [PA2] [PA3] a member of a guild or circle hosts a party, once for each nonce; those of it see it on their list, the liveliest first, and enter with one tap, others do not", async () => {
    const { host, parties, listed, teams, eventsOf, online, say, partyList, members, groups, invitations } =
      await aPartyWorld();
    const asked = { nonce: "nonce-first", host: "ana", open: { guild: "g1" }, topic: "Copa", capacity: 3 };
    const team = await parties.create(asked, "ana");
    expect(team).toMatch(/^team:p[a-z0-9]{22}$/);
    expect(await parties.create(asked, "ana")).toBe(team);
    await expect(parties.create({ ...asked, topic: "Otra" }, "ana")).rejects.toMatchObject(code("key-reused"));
    await expect(host({ host: "elsa" })).rejects.toMatchObject(code("not-member"));
    await expect(host({ open: { guild: "none" } })).rejects.toMatchObject(code("not-member"));
    expect(await teams.view(team)).toMatchObject({
      ...{ open: { guild: "g1" }, topic: "Copa", party: { everyoneSpeaks: false } },
      members: [{ player: "ana", rank: "leader", speaks: "host" }],
    });
    expect((await eventsOf(team))[0]).toMatchObject({ event: "team-created", by: "ana", open: "guild:g1" });

    const ofCircle = await host({ host: "beto", open: { circle: "c1" }, language: "pt-BR" });
    await say(ofCircle, "beto");
    expect(await parties.of("beto")).toMatchObject([
      {
        team: ofCircle.slice(5),
        open: { circle: "c1" },
        host: { player: "beto", name: "beto" },
        language: "pt-BR",
        in: true,
      },
      {
        team: team.slice(5),
        name: "ana",
        topic: "Copa",
        open: { guild: "g1" },
        count: 1,
        capacity: 3,
        online: 0,
        in: false,
      },
    ]);
    expect(await listed("caro")).toEqual([team]);
    expect(await listed("elsa")).toEqual([ofCircle]);
    expect(await listed("fito")).toEqual([]);
    await online(team, "ana");
    await online(ofCircle, "beto", "dead");
    for (const [open, one] of [
      ["guild:g1", team],
      ["circle:c1", ofCircle],
    ] as const)
      await partyList.refresh(open, one);
    expect((await parties.of("beto")).map((one) => [one.online, one.team])).toEqual([
      [1, team.slice(5)],
      [0, ofCircle.slice(5)],
    ]);

    expect(await parties.enter(team, "beto")).toEqual({ number: 2, newly: true, role: "listener" });
    expect(await parties.enter(team, "beto")).toEqual({ number: 2, newly: false, role: "listener" });
    expect((await groups.listOf("beto")).has(team)).toBe(true);
    expect(await parties.of("beto")).toContainEqual(
      expect.objectContaining({ team: team.slice(5), count: 2, in: true }),
    );
    await expect(parties.enter(team, "elsa")).rejects.toMatchObject(code("not-member"));
    await parties.enter(team, "caro");
    await expect(parties.enter(team, "dino")).rejects.toMatchObject(code("channel-full"));
    const plain = await teams.create({ nonce: "nonce-plain", founder: "ana", open: { guild: "g1" } }, "ana");
    await expect(parties.enter(plain.team, "beto")).rejects.toMatchObject(code("no-party"));
    await expect(parties.enter("team:none", "beto")).rejects.toMatchObject(code("channel-not-found"));
    // By no other way either.
    await invitations.invite(ofCircle, "fito", "beto");
    await expect(invitations.join(ofCircle, "fito")).rejects.toMatchObject(code("not-member"));
    await expect(members.admit(ofCircle, "fito", { how: "backend" })).rejects.toMatchObject(code("not-member"));
    expect((await groups.listOf("fito")).size).toBe(0);
  });

  test("[PA4] a party is off the list as soon as it has ended, whoever died on the way; a guild has 30, a host 2", async () => {
    const { host, listed, teams, parties, members, follow, leaderOf, keys } = await aPartyWorld();
    const [one, two] = [await host(), await host({ everyoneSpeaks: true })];
    await expect(host()).rejects.toMatchObject(code("parties-full"));
    await host({ open: { circle: "c1" } });
    await parties.enter(two, "beto");
    await members.leave(two, "ana", "ana");
    expect(await leaderOf(two)).toBe("beto");
    await follow(two);
    expect((await parties.of("beto")).find(({ team }) => two.endsWith(team))?.host).toEqual({
      player: "beto",
      name: "beto",
    });
    await host();
    await teams.end(one, "ana");
    // Nobody has told the list: whoever makes one looks.
    await host();
    await expect(parties.enter(one, "beto")).rejects.toMatchObject(code("team-ended"));
    await teams.end(two, "beto");
    await follow(two);
    await follow(two);
    const left = await listed("beto");
    expect(left).not.toContain(one);
    expect(left).not.toContain(two);
    expect(left).toHaveLength(3);

    // A process that died before there was the party keeps its place for a minute; of what ended unseen a row is old in 5 s.
    const key = keys.of("guild:g1", "parties");
    const row = (at: number, more = {}) => JSON.stringify({ h: "ana", a: at, ...more });
    const [young, old, gone] = ["a", "b", "c"].map((letter) => `p${letter.repeat(22)}`);
    await redis.run(key, ["HSET", key, young ?? "", row(Date.now()), old ?? "", row(Date.now() - 61_000)]);
    await redis.run(key, ["HSET", key, gone ?? "", row(1, { n: "Viejo", s: Date.now() - 6_000 })]);
    expect(await listed("caro")).toHaveLength(2);
    const kept = await Promise.all([young, old, gone].map((id) => redis.run(key, ["HEXISTS", key, id ?? ""])));
    expect(kept).toEqual([1, 0, 0]);
    const rows = Array.from({ length: LIMITS.parties }, (_, n) => [`p${n}`, row(Date.now())]).flat();
    await redis.run(key, ["HSET", key, ...rows]);
    await expect(host({ host: "dino" })).rejects.toMatchObject(code("parties-full"));
    await expect(host({ host: "dino" }, undefined)).rejects.toMatchObject(code("parties-full"));
  });

  test("[PA5] listeners write nothing but signals and reactions until the host lets them; he asks by a raised hand, is heard, is muted, and who hosts is followed", async () => {
    const { host, parties, roles, say, teams, kinds, eventsOf, members, log, keys } = await aPartyWorld();
    const team = await host();
    const changes = makeChanges(redis, keys, { historyLength: 100 });
    const { seq } = await say(team, "ana");
    for (const player of ["beto", "caro"]) await parties.enter(team, player);
    expect(await roles(team)).toEqual({ ana: "host", beto: "listener", caro: "listener" });
    await expect(say(team, "beto")).rejects.toMatchObject(code("listener"));
    const said = { channel: team, author: "beto", nonce: "nonce-silent" };
    for (const other of [
      { kind: "sticker", body: { pack: "basic", sticker: "hi" } },
      { kind: "phrase", body: { phrase: "defend", params: {} } },
      { kind: "announcement", body: "hola" },
    ] as const)
      await expect(log.append({ ...said, ...other })).rejects.toMatchObject(code("listener"));
    await makeSendSignal(redis, keys)(team, "beto", { signal: "emote", pack: "basic", emote: "hi" });
    expect((await changes.react(team, "beto", seq, "👍", true)).counts).toEqual({ "👍": 1 });

    await parties.ask(team, "beto", true);
    await parties.ask(team, "beto", true);
    const hand = async () => (await teams.view(team)).members.find(({ player }) => player === "beto")?.hand;
    expect(await hand()).toBeGreaterThan(Date.now() - 60_000);
    await parties.ask(team, "beto", false);
    expect(await hand()).toBeUndefined();
    await parties.ask(team, "beto", true);
    await expect(parties.setRole(team, "beto", "speaker", "caro")).rejects.toMatchObject(code("not-permitted"));
    await expect(parties.setRole(team, "beto", "speaker", "beto")).rejects.toMatchObject(code("not-permitted"));
    await expect(parties.setRole(team, "dino", "speaker", "ana")).rejects.toMatchObject(code("member-not-found"));
    await expect(parties.setRole(team, "ana", "listener", "ana")).rejects.toMatchObject(code("not-permitted"));
    for (let n = 0; n < 2; n++) await parties.setRole(team, "beto", "speaker", "ana");
    expect(await hand()).toBeUndefined();
    await parties.ask(team, "beto", true);
    expect(await hand()).toBeUndefined();
    const { seq: his } = await say(team, "beto");
    await parties.setRole(team, "beto", "listener", "ana");
    await expect(say(team, "beto")).rejects.toMatchObject(code("listener"));
    await expect(
      changes.edit({ channel: team, author: "beto", nonce: "nonce-edit", seq: his, text: "otra" }),
    ).rejects.toMatchObject(code("listener"));
    await changes.delete({ channel: team, player: "beto", nonce: "nonce-del", seq: his });
    expect((await eventsOf(team)).filter(({ event }) => /^party-/.test(String(event)))).toMatchObject([
      { event: "party-hand", player: "beto", raised: true },
      { event: "party-hand", player: "beto", raised: false },
      { event: "party-hand", player: "beto", raised: true },
      { event: "party-role", player: "beto", role: "speaker", by: "ana" },
      { event: "party-role", player: "beto", role: "listener", by: "ana" },
    ]);

    // Whoever was muted goes on listening, also where all speak and when he comes again.
    await expect(teams.change(team, { everyoneSpeaks: true }, "beto")).rejects.toMatchObject(code("not-permitted"));
    await teams.change(team, { everyoneSpeaks: true }, "ana");
    expect(await roles(team)).toEqual({ ana: "host", beto: "listener", caro: "speaker" });
    await members.leave(team, "beto", "beto");
    expect(await parties.enter(team, "beto")).toMatchObject({ newly: true, role: "listener" });
    expect(await parties.enter(team, "dino")).toMatchObject({ role: "speaker" });
    await parties.setRole(team, "dino", "listener", "dino");
    await members.leave(team, "dino", "dino");
    expect(await parties.enter(team, "dino")).toMatchObject({ role: "speaker" });

    await teams.handOver(team, "beto", "ana");
    expect(await roles(team)).toEqual({ ana: "speaker", beto: "host", caro: "speaker", dino: "speaker" });
    await say(team, "beto");
    await members.leave(team, "beto", "beto");
    expect((await roles(team)).ana).toBe("host");
    await expect(teams.change(team, { open: null }, "ana")).rejects.toMatchObject(code("not-permitted"));
    await teams.change(team, { open: { guild: "g1" }, topic: "Otra" }, "ana");
    for (const player of ["ana", "caro", "dino"]) await members.leave(team, player, player);
    expect((await kinds(team)).at(-1)).toBe("team-ended");
    const left = asNumber(await redis.run(keys.of(team, "silent"), ["EXISTS", keys.of(team, "silent")]));
    expect(left).toBe(0);
  });

  test("[PA5] a team that is no party has no listeners, and no reading more", async () => {
    const { teams, partyOf, say, keys, parties } = await aPartyWorld();
    const members = [{ player: "ana" }, { player: "fito" }];
    const { team } = await teams.create({ nonce: "nonce-a-team", members });
    await say(team, "fito");
    expect((await teams.view(team)).members.every((one) => !("speaks" in one))).toBe(true);
    await expect(parties.ask(team, "fito", true)).rejects.toMatchObject(code("no-party"));
    await expect(teams.change(team, { everyoneSpeaks: true })).rejects.toMatchObject(code("no-party"));
    // What cannot be read is not read.
    const key = keys.of(team, "info");
    await redis.run(key, ["DEL", key]);
    await redis.run(key, ["SET", key, "spoilt"]);
    expect(await partyOf.belongs(team, "fito")).toBe(true);
  });

  test("[PA6] whoever is let go of the guild or circle writes nothing in its parties from then on, and is put out of them; who came back meanwhile is not", async () => {
    const { host, parties, guilds, groups, roles, say, log, follow, partyOf, members, leaderOf, kinds } =
      await aPartyWorld();
    const team = await host({ everyoneSpeaks: true });
    const ofCircle = await host({ host: "beto", open: { circle: "c1" } });
    for (const player of ["beto", "caro"]) await parties.enter(team, player);
    const written = { channel: team, author: "beto", nonce: "nonce-before", kind: "text" as const, body: "hola" };
    const guarded = partyLog(log, partyOf);
    const first = await guarded.append(written);
    await guilds.remove("g1", "beto", "kicked", { caller: "ana", reason: "spam" });
    await expect(say(team, "beto", "otra", guarded)).rejects.toMatchObject(code("not-member"));
    expect(await guarded.append(written)).toEqual({ ...first, repeated: true });
    await expect(parties.ask(team, "beto", true)).rejects.toMatchObject(code("not-member"));
    expect((await groups.listOf("beto")).has(team)).toBe(true);
    await follow("guild:g1");
    await follow("guild:g1");
    expect(await roles(team)).toEqual({ ana: "host", caro: "speaker" });
    expect((await groups.listOf("beto")).has(team)).toBe(false);
    expect(await members.isMember(ofCircle, "beto")).toBe(true);
    await groups.release("circle:c1", "beto", "left");
    await follow("circle:c1");
    expect((await kinds(ofCircle)).at(-1)).toBe("team-ended");
    // He came back before anybody heard that he had gone.
    await guilds.remove("g1", "caro", "left");
    await guilds.admit("g1", "caro", "member");
    await follow("guild:g1");
    expect(await leaderOf(team)).toBe("ana");
    expect(await roles(team)).toEqual({ ana: "host", caro: "speaker" });
  });

  test("[PA7] a member gets a token for voice as what he is; whoever is muted, leaves, is kicked, or is in a party that ends, loses it; without a server there is none", async () => {
    const { host, parties, teams, members, keys, follow } = await aPartyWorld();
    const server = await aLiveKit(KEY, SECRET);
    const media = makeLiveKit({ url: server.url, key: KEY, secret: SECRET, namespace: keys.namespace });
    const voices = makeVoices(redis, keys, media);
    const team = await host();
    await expect(parties.voiceToken(team, "ana", undefined)).rejects.toMatchObject(code("voice-off"));
    await expect(parties.voiceToken(team, "beto", voices)).rejects.toMatchObject(code("not-member"));
    for (const player of ["beto", "caro", "dino"]) await parties.enter(team, player);
    await parties.setRole(team, "caro", "speaker", "ana");
    for (const [player, role, identity] of [
      ["ana", "host", "m1"],
      ["beto", "listener", "m2"],
      ["caro", "speaker", "m3"],
    ] as const) {
      const { untilMs, ...token } = await parties.voiceToken(team, player, voices);
      expect(token).toMatchObject({ role, identity, url: server.url });
      expect(untilMs).toBeGreaterThan(Date.now() + 500_000);
      server.there.add(`${media.roomOf(team)} ${identity}`);
    }
    const askedOf = () => server.asked.splice(0).map(({ method, identity }) => `${method} ${identity}`);
    await parties.setRole(team, "caro", "listener", "ana");
    await voices.enforce(team);
    expect(server.asked.at(-1)?.body.permission).toEqual({ canSubscribe: true });
    expect(askedOf()).toEqual(["UpdateParticipant m3"]);
    await teams.change(team, { everyoneSpeaks: true }, "ana");
    await voices.seeTo(bucketOf(team));
    // Not caro, whom the host muted, nor dino, who never got a token.
    expect(askedOf()).toEqual(["UpdateParticipant m2"]);
    await members.leave(team, "beto", "beto");
    await voices.enforce(team);
    expect(askedOf()).toEqual(["RemoveParticipant m2"]);
    const sanctions = makeSanctions(redis, keys, { historyLength: 100 });
    await sanctions.kick(team, "caro", { reason: "spam" });
    await follow(team, voices);
    expect(askedOf()).toEqual(["RemoveParticipant m3"]);
    await teams.end(team);
    await voices.enforce(team);
    expect(askedOf()).toEqual(["RemoveParticipant m1"]);
  });
});
