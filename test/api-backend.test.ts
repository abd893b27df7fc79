import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { guildSchema } from "../shared/api/guild.ts";
import { historySchema, spokenSchema } from "../shared/api/message.ts";
import { movedSchema } from "../shared/api/points.ts";
import { preferencesSchema } from "../shared/preferences.ts";
import { aSeat, joinOver } from "./a-seat.ts";
import { aService } from "./a-service.ts";
import { aToken } from "./a-studio.ts";
import { aWar } from "./a-war.ts";
import { type Api, anApi, codeOf, detailsOf } from "./an-api.ts";
import { waitFor } from "./wait-for.ts";

let api: Api;
beforeAll(async () => {
  api = await anApi({ GREMIO_LEASE_MS: "600" });
});
afterAll(() => api.close());

const guildOf = async (id: string) => guildSchema.parse(await api.backend("GET", `/v1/guilds/${id}`));
const history = async (id: string, query = "") =>
  historySchema.parse(await api.backend("GET", `/v1/channels/guild:${id}/messages${query}`));
const refused = async (method: string, path: string, body?: unknown) => {
  const answer = await api.send({ method, path, body, headers: { "x-api-key": api.apiKeys[0] } });
  return { code: codeOf(answer), details: detailsOf(answer) };
};

describe("guilds", () => {
  test("[API14] a rank put is the member's rank, whatever he was before: nothing, a member, or the leader to be", async () => {
    await api.guild("ranks", ["r1", "r2"]);
    await api.backend("PATCH", "/v1/players/r3", { name: "r3" });
    const put = (player: string, body: unknown) => api.backend("PUT", `/v1/guilds/ranks/members/${player}`, body);
    expect(await put("r3", { rank: "officer" })).toEqual({ player: "r3", number: 3, newly: true });
    expect(await put("r3", {})).toEqual({ player: "r3", number: 3, newly: false });
    expect(await put("r2", { rank: "leader" })).toEqual({ player: "r2", number: 2, newly: false });
    await api.backend("DELETE", "/v1/guilds/ranks/members/r3?how=kicked&reason=spam");
    expect(await put("r3", { rank: "leader" })).toEqual({ player: "r3", number: 3, newly: true });
    const { members } = await guildOf("ranks");
    expect(members.map(({ player, rank }) => [player, rank])).toEqual([
      ["r1", "officer"],
      ["r2", "officer"],
      ["r3", "leader"],
    ]);
    const kinds = (await history("ranks")).entries.map(({ kind }) => kind);
    expect(kinds).toEqual(["joined", "joined", "joined", "rank", "rank", "kicked", "joined", "rank", "rank"]);
  });

  test("[API15] a member is online while a process that lives holds his session", async () => {
    await api.guild("online", ["o1", "o2"]);
    const chat = await aService("chat", { ...api.chatEnv, GREMIO_LEASE_MS: "600" });
    await aSeat(chat.port, await aToken("o2"));
    const online = async () => {
      const { members, onlineCount } = await guildOf("online");
      return [onlineCount, ...members.filter((member) => member.online).map(({ player }) => player)].join();
    };
    await waitFor(async () => (await online()) === "1,o2", "o2 to be online");
    await chat.kill();
    await waitFor(async () => (await online()) === "0", "o2 to be away after his process was killed");
  });
});

describe("points", () => {
  test("[API16] a key moves points once; asked again, the first answer comes back", async () => {
    await api.guild("points", ["p1"]);
    const move = (body: unknown) => api.backend("POST", "/v1/guilds/points/points", body);
    const body = { key: "quest-7:p1", amount: 25, member: "p1", reason: "quest 7" };
    const first = movedSchema.parse(await move(body));
    expect(first).toMatchObject({ balance: 25, contribution: 25, repeated: false });
    await move({ key: "other", amount: 100, reason: "war" });
    expect(await move(body)).toEqual({ ...first, repeated: true });
    expect(await api.backend("GET", "/v1/guilds/points/points")).toEqual({ balance: 125 });
    expect(await guildOf("points")).toMatchObject({ points: 125, members: [{ points: 25 }] });
  });
});

describe("speaking", () => {
  const said = { template: "guild-level-up", params: { level: "7" } };

  test("[API17] a nonce is said once, as text or as a template every client draws in its language", async () => {
    await api.guild("talk", ["t1"]);
    const speak = async (body: unknown) =>
      spokenSchema.parse(await api.backend("POST", "/v1/channels/guild:talk/messages", body));
    const first = await speak({ nonce: "nonce-talk-1", text: "  ¡Hola!  " });
    expect(await speak({ nonce: "nonce-talk-1", text: "¡Hola!" })).toEqual({ ...first, repeated: true });
    await speak({ nonce: "nonce-talk-2", ...said });
    const { entries, people } = await history("talk");
    expect(entries.map(({ kind, from, body }) => ({ kind, from, body }))).toEqual([
      { kind: "joined", from: 0, body: { who: 1 } },
      { kind: "news", from: 0, body: "¡Hola!" },
      { kind: "news", from: 0, body: said },
    ]);
    expect(people).toEqual([{ number: 1, player: "t1", name: "t1" }]);
  });

  test("[API18] a template is refused unless it gets all of its params and no other", async () => {
    await api.guild("params", ["s1"]);
    const path = "/v1/channels/guild:params/messages";
    const nonce = "nonce-params";
    const missing = await refused("POST", path, { nonce, template: "guild-level-up" });
    expect(missing).toEqual({ code: "bad-request", details: ["params.level: missing"] });
    const other = await refused("POST", path, {
      nonce,
      template: "guild-level-up",
      params: { level: "7", colour: "red" },
    });
    expect(other).toEqual({ code: "bad-request", details: ["params.colour: not one of the template's"] });
    expect((await refused("POST", path, { nonce, template: "toString" })).code).toBe("template-unknown");
    expect((await refused("POST", path, { nonce, template: "guild-level-up", params: { level: " " } })).code).toBe(
      "text-empty",
    );
    expect((await history("params")).entries).toHaveLength(1);
    await api.backend("POST", path, { nonce, ...said });
  });

  test("[API19] what is of high importance becomes a notice, once; the rest is left to the digest", async () => {
    await api.guild("loud", ["l1"]);
    const path = "/v1/channels/guild:loud/messages";
    const outbox = `${api.keys.prefixes("guild:loud")[1]}outbox`;
    await api.backend("POST", path, { nonce: "nonce-calm", text: "calm" });
    for (let times = 0; times < 2; times++)
      await api.backend("POST", path, { nonce: "nonce-loud", text: "loud", importance: "high" });
    const rows = z
      .array(z.tuple([z.string(), z.tuple([z.string(), z.string()])]))
      .parse(await api.redis.run(outbox, ["XRANGE", outbox, "-", "+"]));
    const notices = rows.map(([, [, document]]) => JSON.parse(document)).filter(({ type }) => type === "notice");
    const loud = { about: "event", importance: "important", channel: "guild:loud", author: "", body: "loud" };
    expect(notices).toMatchObject([loud]);
  });

  test("[NS5] what the backend says may be about anything, for some only, and for a time", async () => {
    await api.guild("about", ["a1", "a2"]);
    const path = "/v1/channels/guild:about/messages";
    const say = async (nonce: string, more: object) => api.backend("POST", path, { nonce, text: "x", ...more });
    const outbox = `${api.keys.prefixes("guild:about")[1]}outbox`;
    const expiresAt = Date.now() + 60_000;
    await say("nonce-raid", { about: "attack", only: ["a1"], lifeMs: 900_000 });
    await say("nonce-chest", { about: "reward", importance: "high", expiresAt });
    await say("nonce-loud", { about: "war", importance: "high" });
    await say("nonce-low", { about: "war", importance: "normal" });
    const [repeated] = await Promise.all(
      [1, 2].map(() => say("nonce-raid", { about: "attack", only: ["a1"], lifeMs: 900_000 })),
    );
    expect(repeated).toMatchObject({ repeated: true });
    await expect(say("nonce-raid", { about: "attack" })).rejects.toThrow("key-reused");
    for (const wrong of [{ about: "love" }, { only: ["a1"] }, { about: "war", only: [] }, { about: "war", lifeMs: 1 }])
      await expect(say("nonce-wrong", wrong)).rejects.toThrow("bad-request");
    const rows = z
      .array(z.tuple([z.string(), z.tuple([z.string(), z.string()])]))
      .parse(await api.redis.run(outbox, ["XRANGE", outbox, "-", "+"]));
    const notices = rows.map(([, [, document]]) => JSON.parse(document)).filter(({ type }) => type === "notice");
    const parts = notices.map(({ about, importance, only, lifeMs, expiresAt: until }) => [
      ...[about, importance, only, lifeMs, until],
    ]);
    expect(parts).toEqual([
      ["attack", undefined, ["a1"], 900_000, undefined],
      ["reward", "important", undefined, undefined, expiresAt],
      ["war", undefined, undefined, undefined, undefined],
      ["war", "normal", undefined, undefined, undefined],
    ]);
  });

  test("[API26] news of the backend's can concern only who fights in the guild's war, or has attempts left in it", async () => {
    await api.guild("g1", ["f1", "f2", "f3"]);
    const path = "/v1/channels/guild:g1/messages";
    const reminder = { nonce: "nonce-3-h", text: "3 h", importance: "high", fighters: "attacks-left" };
    await expect(api.backend("POST", path, reminder)).rejects.toThrow("no-war");
    await expect(api.backend("POST", path, { ...reminder, importance: "normal" })).rejects.toThrow("bad-request");
    const war = await aWar(api, { fighters: { f1: 1, f2: 2 } });
    await war.reserve();
    await war.use("f2", 2);
    const said = spokenSchema.parse(await api.backend("POST", path, reminder));
    await war.free();
    expect(await api.backend("POST", path, reminder)).toEqual({ ...said, repeated: true });
    const outbox = `${api.keys.prefixes("guild:g1")[1]}outbox`;
    const rows = z
      .array(z.tuple([z.string(), z.tuple([z.string(), z.string()])]))
      .parse(await api.redis.run(outbox, ["XRANGE", outbox, "-", "+"]));
    const notices = rows.map(([, [, document]]) => JSON.parse(document)).filter(({ type }) => type === "notice");
    const condition = { type: "war-attempts-left", war: war.war };
    expect(notices).toMatchObject([{ about: "call", channel: "guild:g1", body: "3 h", only: ["f1"], condition }]);
  });

  test("[API20] the log is read page by page, back to its beginning", async () => {
    await api.guild("pages", ["g1"]);
    for (let n = 1; n <= 5; n++)
      await api.backend("POST", "/v1/channels/guild:pages/messages", { nonce: `nonce-${n}-page`, text: `${n}` });
    const bodies: unknown[] = [];
    for (let before = ""; ; ) {
      const page = await history("pages", `?limit=2${before}`);
      bodies.unshift(...page.entries.map(({ body }) => body));
      if (!page.more) break;
      before = `&before=${page.entries[0]?.seq}`;
    }
    expect(bodies).toEqual([{ who: 1 }, "1", "2", "3", "4", "5"]);
  });
});

describe("the player himself", () => {
  test("[API21] is known from his first request with a token, by the name it gives or else one of ours", async () => {
    const me = async (player: string, claims = {}) =>
      (
        await api.send({
          method: "GET",
          path: "/v1/me",
          headers: { authorization: `Bearer ${await aToken(player, { claims })}` },
        })
      ).body;
    expect(await me("12345678901", { name: undefined })).toMatchObject({
      player: "12345678901",
      profile: { name: expect.stringMatching(/^Player \d{4}$/) },
      guild: null,
    });
    expect(await me("12345678901", { name: "Lía", level: 9 })).toMatchObject({ profile: { name: "Lía", level: 9 } });
    expect(await me("12345678901", { name: undefined })).toMatchObject({ profile: { name: "Lía", level: 9 } });
    const other = await joinOver(api.service.port, await aToken("98765432109", { claims: { name: undefined } }));
    expect(other).toMatchObject({ status: 404, body: { error: { code: "no-guild" } } });
    await api.players.putProfile("55555555555", { name: "Sol" }, 1_000);
    await joinOver(api.service.port, await aToken("55555555555", { claims: { name: undefined } }));
    expect(await me("55555555555", { name: undefined })).toMatchObject({ profile: { name: "Sol" } });
    await api.backend("POST", "/v1/guilds", { id: "mine", name: "Mía", tag: "MIA", leader: "12345678901" });
    expect(await me("12345678901")).toMatchObject({
      guild: { id: "mine", name: "Mía", tag: "MIA", rank: "leader", points: 0 },
    });
  });

  test("[API24] is known by the name the backend gives him, before he has shown a token", async () => {
    const guild = { id: "norte", name: "Norte", tag: "NOR", leader: "nora" };
    const ask = (method: string, path: string, body: object) =>
      api.send({ method, path, body, headers: { "x-api-key": api.apiKeys[0] } });
    expect(await ask("PATCH", "/v1/players/nora", { level: 3 })).toMatchObject({
      status: 404,
      body: { error: { code: "player-not-found", details: [expect.stringContaining("name")] } },
    });
    expect(await ask("POST", "/v1/guilds", guild)).toMatchObject({ body: { error: { code: "player-not-found" } } });
    for (let time = 0; time < 2; time++)
      expect(await ask("PATCH", "/v1/players/nora", { name: "Nora", level: 3 })).toMatchObject({
        status: 200,
        body: { player: "nora", profile: { name: "Nora", level: 3, version: 1 }, guild: null },
      });
    await api.backend("POST", "/v1/guilds", guild);
    await api.backend("PATCH", "/v1/players/nico", { name: "Nico" });
    await api.backend("PUT", "/v1/guilds/norte/members/nico", {});
    const events = [{ id: "m1", event: "match-won", player: "nico" }];
    expect(await api.backend("POST", "/v1/earning/events", { events })).toMatchObject({
      events: [{ player: "nico", points: { player: 0, guild: 0 } }],
    });
    const headers = { authorization: `Bearer ${await aToken("nora", { claims: { name: undefined, power: 7 } })}` };
    expect(await api.send({ method: "GET", path: "/v1/me", headers })).toMatchObject({
      body: { profile: { name: "Nora", level: 3, power: 7 }, guild: { id: "norte", rank: "leader" } },
    });
  });

  test("[API25] is told what his own book holds, and what he has brought to his guild", async () => {
    for (const player of ["olga", "omar"]) await api.backend("PATCH", `/v1/players/${player}`, { name: player });
    await api.backend("POST", "/v1/guilds", { id: "oeste", name: "Oeste", tag: "OES", leader: "olga" });
    await api.backend("POST", "/v1/players/olga/points", { key: "own", amount: 30, reason: "match" });
    await api.backend("POST", "/v1/guilds/oeste/points", { key: "brought", amount: 5, reason: "m", member: "olga" });
    const me = async (player: string) =>
      api.send({ method: "GET", path: "/v1/me", headers: { authorization: `Bearer ${await aToken(player)}` } });
    expect(await me("olga")).toMatchObject({ body: { balance: 30, guild: { id: "oeste", points: 5 } } });
    expect(await me("omar")).toMatchObject({ body: { balance: 0, guild: null } });
  });

  test("[API22] has devices, whose targets are never shown, and preferences", async () => {
    const headers = { authorization: `Bearer ${await aToken("dora")}` };
    const target = "a-target-nobody-else-needs";
    const put = await api.send({
      method: "PUT",
      path: "/v1/me/devices/phone",
      body: { kind: "fid", target, platform: "ios" },
      headers,
    });
    expect(put.status).toBe(204);
    const devices = await api.send({
      method: "GET",
      path: "/v1/players/dora/devices",
      headers: { "x-api-key": api.apiKeys[0] },
    });
    expect(devices.body).toEqual({ devices: [{ id: "phone", kind: "fid", platform: "ios", at: expect.any(Number) }] });
    expect(await api.players.devices("dora")).toMatchObject([{ id: "phone", target }]);
    expect((await api.send({ method: "DELETE", path: "/v1/me/devices/phone", headers })).status).toBe(204);
    expect(await api.players.devices("dora")).toEqual([]);
    await api.send({ method: "PUT", path: "/v1/me/preferences", body: { push: "none" }, headers });
    expect(await api.backend("GET", "/v1/players/dora/preferences")).toEqual(preferencesSchema.parse({ push: "none" }));
    const change = { previews: false, channels: { "guild:g1": { push: "mentions" } } };
    const path = "/v1/players/me/preferences";
    const { body } = await api.send({ method: "PATCH", path, body: change, headers });
    expect(body).toEqual(preferencesSchema.parse({ ...change, push: "none" }));
    expect(await api.backend("GET", "/v1/players/dora/preferences")).toEqual(body);
  });
});
