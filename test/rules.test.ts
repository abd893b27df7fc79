import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { CHANNEL_KINDS } from "../shared/id.ts";
import type { Rank } from "../shared/rank.ts";
import { RANKS } from "../shared/rank.ts";
import { aModeration, codeOf } from "./a-moderation.ts";
import { nonce, refusal } from "./a-room.ts";
import { waitFor } from "./wait-for.ts";
import { within } from "./within.ts";

const G1 = "guild:g1";
const say = (text: string) => ({ nonce: randomUUID(), text });
const reasonIn = (found: unknown): unknown =>
  typeof found === "object" && found !== null && "code" in found ? found.code : "ok";

/** Guild g1 with a member of each rank, seated. */
const aHall = async (env: Readonly<Record<string, string>> = {}) => {
  const world = await aModeration({ GREMIO_GUILD_PACE: "off", ...env });
  const { studio, seat } = world;
  await studio.guilds.setRank("g1", "dino", "recruit");
  const seats = {
    leader: await seat("ana"),
    officer: await seat("beto"),
    member: await seat("caro"),
    recruit: await seat("dino"),
  };
  const ask = async (rank: Rank, name: string, request: object): Promise<unknown> =>
    reasonIn(await refusal(seats[rank].room.request(name, request)));
  const byKey = async (method: string, path: string, body: object) =>
    fetch(`http://127.0.0.1:${world.chat.port}${path}`, {
      ...{ method, body: JSON.stringify(body) },
      headers: { "content-type": "application/json", "x-api-key": studio.env.GREMIO_API_KEYS ?? "" },
    });
  const byRank = async (name: string, request: () => object): Promise<Record<string, unknown>> => {
    const found: Record<string, unknown> = {};
    for (const rank of RANKS) found[rank] = await ask(rank, name, request());
    return found;
  };
  const rules = (change: object) => codeOf(world.as("ana", "setRules", { channel: G1, ...change }));
  return { ...world, seats, ask, byRank, rules, byKey };
};

const LINK = "miren https://ejemplo.com/x";
const phrase = (params?: Record<string, string>) => ({
  nonce: randomUUID(),
  phrase: params ? "help-at" : "hello",
  ...(params && { params }),
});

test("[MO10] [MO11] each rule binds the ranks it names, and the very next message on open connections of any process", async () => {
  const { byRank, rules, ask, studio, seat } = await aHall();
  const far = await seat("caro", (await studio.chat({ GREMIO_GUILD_PACE: "off" })).port);
  const farSays = async (text: string) => reasonIn(await refusal(far.ask("send", say(text))));
  expect(await farSays(LINK)).toBe("ok");
  const ok = { leader: "ok", officer: "ok", member: "ok", recruit: "ok" };
  const links = (text: string) => byRank("send", () => say(text));
  const no = "link-not-allowed";

  expect(await links(LINK)).toEqual(ok);
  expect(await rules({ links: "members" })).toBe("ok");
  expect(await links(LINK)).toEqual({ ...ok, recruit: no });
  expect(await rules({ links: "officers" })).toBe("ok");
  expect(await farSays(LINK)).toBe(no);
  expect(await links(LINK)).toEqual({ ...ok, member: no, recruit: no });
  expect(await links("hola")).toEqual(ok);
  expect(await rules({ links: "nobody" })).toBe("ok");
  expect(await links(LINK)).toEqual({ leader: no, officer: no, member: no, recruit: no });
  expect(await rules({ links: null, invitations: "officers" })).toBe("ok");
  expect(await farSays(LINK)).toBe("ok");
  for (const text of ["únete: 3CD4F-6HJ7K", "discord . gg / lobos", "t.me/lobos"])
    expect(await links(text), text).toEqual({ ...ok, member: no, recruit: no });

  expect(await rules({ invitations: null, phrasesOnly: true })).toBe("ok");
  const words = { ...ok, member: "phrases-only", recruit: "phrases-only" };
  expect(await farSays("hola")).toBe("phrases-only");
  expect(await links("hola")).toEqual(words);
  expect(await byRank("phrase", () => phrase())).toEqual(ok);
  expect(await byRank("phrase", () => phrase({ place: "12" }))).toEqual(ok);
  expect(await byRank("phrase", () => phrase({ place: "mi instagram" }))).toEqual(words);
  expect(await byRank("card", () => ({ nonce: randomUUID(), card: "help", item: "madera", wanted: 2 }))).toEqual(words);

  expect(await rules({ phrasesOnly: false, readOnly: true })).toBe("ok");
  const write = { ...ok, member: "read-only", recruit: "read-only" };
  expect(await farSays("hola")).toBe("read-only");
  expect(await byRank("phrase", () => phrase())).toEqual(write);

  expect(await rules({ readOnly: null, minLevel: 5 })).toBe("ok");
  expect(await links("hola")).toEqual({ ...ok, member: "level-too-low", recruit: "level-too-low" });
  await studio.players.putProfile("caro", { level: 5 });
  expect(await ask("member", "send", say("subí"))).toBe("ok");
  expect(await rules({ minLevel: null })).toBe("ok");
  expect(await farSays("hola")).toBe("ok");
});

test("[MO10] rules that change while many write: nothing is written against them once the change is answered", async () => {
  const { rules, seats, as } = await aHall();
  for (let round = 0; round < 4; round++) {
    const writing = Array.from({ length: 6 }, async () =>
      seats.member.ask("send", say(LINK)).then(
        () => "ok",
        () => "no",
      ),
    );
    const changed = await as("ana", "setRules", { channel: G1, links: round % 2 === 0 ? "nobody" : null });
    expect(changed.status).toBe(200);
    const next = reasonIn(await refusal(seats.member.ask("send", say(LINK))));
    expect(next).toBe(round % 2 === 0 ? "link-not-allowed" : "ok");
    await Promise.all(writing);
  }
  expect(await rules({ links: null })).toBe("ok");
});

test("[MO12] a channel's rules are never below the studio's floor, part by part, and whoever may set them is asked when he does", async () => {
  const { as, backend, byRank, rules } = await aHall();
  expect(await codeOf(as("caro", "setRules", { channel: G1, links: "nobody" }))).toBe("not-permitted");
  expect(await codeOf(as("beto", "setStudioRules", { kind: "guild", links: "all" }))).toBe("api-key-invalid");
  expect(await codeOf(backend("setStudioRules", { kind: "guild", filter: "off" }))).toBe("bad-request");
  expect(
    await codeOf(backend("setStudioRules", { kind: "guild", links: "officers", minLevel: 3, slowModeMs: 1 })),
  ).toBe("ok");
  expect(await rules({ links: "all", minLevel: 0, invitations: "nobody", filter: "off" })).toBe("ok");
  const { body } = await as("beto", "getRules", { channel: G1 });
  expect(body).toMatchObject({
    own: { links: "all", minLevel: 0, invitations: "nobody", filter: "off" },
    floor: { links: "officers", minLevel: 3, invitations: "all", filter: "normal" },
    effective: { links: "officers", minLevel: 3, invitations: "nobody", filter: "normal", minors: "phrases-only" },
    gameSwitch: { mode: "off" },
  });
  const low = { leader: "ok", officer: "ok", member: "level-too-low", recruit: "level-too-low" };
  await waitFor(async () => (await byRank("send", () => say("hola"))).member !== "ok", "the floor to be known");
  expect(await byRank("send", () => say("hola"))).toEqual(low);
  expect(await codeOf(backend("setStudioRules", { kind: "guild", minLevel: null }))).toBe("ok");
  await waitFor(async () => (await byRank("send", () => say("hola"))).member === "ok", "the floor to be lowered");
  expect(await byRank("send", () => say(LINK))).toMatchObject({ officer: "ok", member: "link-not-allowed" });
  expect((await as("ana", "getAudit", { channel: G1 })).body).toMatchObject({
    acts: [{ act: "rules", by: "ana" }, {}, {}],
  });
});

test("[MO13] the switch of the whole game binds everybody but the system on all processes within a second, tells why, and ends by itself", async () => {
  const { studio, seats, seat, backend, byKey } = await aHall();
  const far = await seat("beto", (await studio.chat({ GREMIO_GUILD_PACE: "off" })).port);
  const text = { "es-419": "Mantenimiento", "pt-BR": "Manutenção", en: "Maintenance" };
  const until = Date.now() + 60_000;
  const [near, other] = [seats.leader, far];
  const both = async (code: string, command = "send", request: () => object = () => say("hola")) => {
    await waitFor(
      async () => {
        const found = await Promise.all([near, other].map((one) => refusal(one.room.request(command, request()))));
        return found.every((one) => reasonIn(one) === code);
      },
      `${code} on both processes`,
      within(1_000),
    );
  };
  expect(await codeOf(backend("setSwitch", { mode: "read-only", until, text }))).toBe("ok");
  await both("read-only");
  expect(await refusal(far.ask("send", say("hola")))).toMatchObject({ code: "read-only", retryAtMs: until, text });
  await both("read-only", "phrase", () => phrase());
  const spoken = await byKey("POST", `/v1/channels/${G1}/messages`, { nonce: nonce(1), text: "volvemos pronto" });
  expect(spoken.status).toBe(200);
  expect(await codeOf(backend("setSwitch", { mode: "phrases-only" }))).toBe("ok");
  await both("phrases-only");
  await both("ok", "phrase", () => phrase());
  const soon = Date.now() + 300;
  expect(await codeOf(backend("setSwitch", { mode: "read-only", until: soon }))).toBe("ok");
  await waitFor(() => Date.now() > soon, "the switch to end");
  await both("ok");
  expect((await backend("getStudioRules")).body).toMatchObject({ gameSwitch: { mode: "off" } });
});

test("[MO14] a minor writes phrases alone where the rules say so; token and backend say who is one, and no other player is told", async () => {
  const { studio, backend, seats, byKey } = await aHall();
  expect(await (await byKey("PATCH", "/v1/players/caro", { minor: true })).json()).toMatchObject({ minor: true });
  await waitFor(
    async () => reasonIn(await refusal(seats.member.ask("send", say("hola")))) === "phrases-only",
    "the minor to be known",
  );
  expect(reasonIn(await refusal(seats.member.ask("phrase", phrase())))).toBe("ok");
  expect(reasonIn(await refusal(seats.recruit.ask("send", say("hola"))))).toBe("ok");
  expect(await codeOf(backend("setStudioRules", { kind: "guild", minors: "free" }))).toBe("ok");
  await waitFor(
    async () => reasonIn(await refusal(seats.member.ask("send", say("hola")))) === "ok",
    "minors to be free",
  );
  expect(await codeOf(backend("setRules", { channel: G1, minors: "phrases-only" }))).toBe("ok");
  expect(reasonIn(await refusal(seats.member.ask("send", say("hola"))))).toBe("phrases-only");
  // A token that is older than what the backend said changes nothing; a newer one does.
  await studio.players.meet({ player: "caro", profile: {}, issuedAtMs: Date.now() - 60_000, minor: false });
  expect(await studio.players.isMinor("caro")).toBe(true);
  await studio.players.meet({ player: "caro", profile: {}, issuedAtMs: Date.now() + 1_000, minor: false });
  expect(await studio.players.isMinor("caro")).toBe(false);
  expect(JSON.stringify(await studio.guilds.snapshot("g1"))).not.toContain("minor");
});

test("[MO62] [MO14] the floor covers every kind of channel, and a minor writes in no world channel words of his own unless that is free, too", async () => {
  const { backend, as, seats, byKey } = await aHall({ GREMIO_CIRCLE_PRESETS: "world" });
  const world = "circle:world-es-419";
  const { floors } = Object((await backend("getStudioRules")).body);
  for (const kind of CHANNEL_KINDS) {
    expect(floors[kind], kind).toMatchObject({ minors: "phrases-only", filter: "normal" });
    expect(await codeOf(backend("setStudioRules", { kind, minLevel: 0 })), kind).toBe("ok");
  }
  await byKey("PATCH", "/v1/players/caro", { minor: true });
  expect(await codeOf(as("caro", "joinCircle", { circle: "world-es-419", player: "me" }))).toBe("ok");
  const inWorld = async () => reasonIn(await refusal(seats.member.ask("send", { ...say("hola"), channel: world })));
  await waitFor(async () => (await inWorld()) === "phrases-only", "the minor to be known in the world channel");
  expect(await codeOf(as("caro", "setRules", { channel: world, minors: "free" }))).toBe("not-permitted");
  // Free in circles, but for the world.
  expect(await codeOf(backend("setRules", { channel: world, minors: "phrases-only" }))).toBe("ok");
  expect(await codeOf(backend("setStudioRules", { kind: "circle", minors: "free" }))).toBe("ok");
  await waitFor(
    async () => Object((await backend("getRules", { channel: world })).body).floor.minors === "free",
    "circles to be free",
  );
  expect(await inWorld()).toBe("phrases-only");
  expect(await codeOf(backend("setRules", { channel: world, minors: null }))).toBe("ok");
  await waitFor(async () => (await inWorld()) === "ok", "the world to be free, too");
});
