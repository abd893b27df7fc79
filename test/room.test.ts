import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { makeLog } from "../server/channel/log.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import type { Entry } from "../shared/entry.ts";
import { PROTOCOL } from "../shared/protocol.ts";
import { aRawSocket, closing } from "./a-raw-socket.ts";
import { aSeat, joinOver, type SeatHeld } from "./a-seat.ts";
import { aStudio, aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

const texts = (entries: readonly Entry[]) => entries.filter(({ kind }) => kind === "text").map(({ body }) => body);
const nonce = (n: number | string) => `nonce-number-${n}`;
const refusal = async (asked: Promise<unknown>): Promise<unknown> => {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return typeof error === "object" && error !== null && "reason" in error ? error.reason : error;
};

/** State is read at most 250 ms after a change and patched 250 ms later; the rest is room for a busy machine. */
const WITHIN_A_PATCH_MS = 2_000;

const scene = async (
  players: readonly string[] = ["ana", "beto", "caro"],
  env: Readonly<Record<string, string>> = {},
) => {
  const studio = await aStudio();
  await studio.guild("g1", players);
  const chat = await studio.chat(env);
  const seat = async (player: string, port = chat.port): Promise<SeatHeld> => aSeat(port, await studio.token(player));
  return { studio, chat, seat };
};

test("[RM1] only a member with a good token and a protocol we speak gets a seat", async () => {
  const { studio, chat } = await scene(["ana"]);
  await studio.players.putProfile("dani", { name: "dani" });
  const codeOf = async (token: string, body?: unknown) => {
    const answer = await joinOver(chat.port, token, body);
    return [answer.status, answer.body];
  };
  const refused = (status: number, code: string) => [status, { error: expect.objectContaining({ code }) }];
  expect(await codeOf("nonsense")).toEqual(refused(401, "token-invalid"));
  expect(await codeOf(await aToken("ana", { lifeS: -60 }))).toEqual(refused(401, "token-expired"));
  expect(await codeOf(await aToken("dani"))).toEqual(refused(404, "no-guild"));
  expect(await codeOf(await aToken("ana"), { protocol: PROTOCOL, channel: "guild:other" })).toEqual(
    refused(403, "not-member"),
  );
  expect(await codeOf(await aToken("ana"), { protocol: 0 })).toEqual(refused(426, "upgrade-required"));
  expect(await codeOf(await aToken("ana"), { protocol: "new" })).toEqual(refused(400, "bad-request"));
  expect(await codeOf(await aToken("ana"), { protocol: PROTOCOL + 1 })).toMatchObject([200, { protocol: PROTOCOL }]);
});

test("[RM2] a message is acknowledged with its seq and reaches every member once, as it lies in the history", async () => {
  const { seat } = await scene();
  const seats = await Promise.all(["ana", "beto", "caro"].map((player) => seat(player)));
  await Promise.all(seats.map((each) => each.resume()));
  const answers = await Promise.all(
    seats.flatMap((each, who) =>
      [0, 1, 2, 3, 4].map((n) => each.ask("send", { nonce: nonce(`${who}-${n}`), text: `  hola ${who} ${n} ` })),
    ),
  );
  const highest = Math.max(...answers.map(({ seq }) => seq));
  await waitFor(() => seats.every(({ entries }) => entries.at(-1)?.seq === highest), "the last message everywhere");
  const [first, ...others] = seats.map(({ entries }) => entries);
  for (const other of others) expect(other).toEqual(first);
  expect(texts(first ?? [])).toHaveLength(15);
  expect((first ?? []).map(({ seq }) => seq)).toEqual(Array.from({ length: first?.length ?? 0 }, (_, n) => n + 1));
  const page = await seats[0]?.ask("history", { limit: 100 });
  expect(page?.frames.flat().length).toBeGreaterThan(0);
  expect(await seats[1]?.ask("send", { nonce: nonce("1-3"), text: "otra" })).toEqual(answers[8]);
});

test("[RM3] who comes back resumes where he was: nothing lost, nothing twice", async () => {
  const { seat, studio } = await scene();
  const log = makeLog(studio.redis, studio.keys, { historyLength: 1_000, budget: { burst: 0, perSecond: 1 } });
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  await Promise.all([ana.resume(), beto.resume()]);
  const known = beto.entries.at(-1);
  beto.cut();
  for (let n = 0; n < 450; n++)
    await log.append({ channel: "guild:g1", author: "ana", nonce: nonce(n), kind: "text", body: `m${n}` });
  const back = await seat("beto");
  const writing = ana.ask("send", { nonce: nonce("last"), text: "last" });
  await back.resume({ epoch: known?.epoch ?? 0, seq: known?.seq ?? 0 });
  await writing;
  await waitFor(() => texts(back.entries).at(-1) === "last", "the last message");
  expect(texts(back.entries)).toEqual([...Array.from({ length: 450 }, (_, n) => `m${n}`), "last"]);
}, 60_000);

test("[RM4] commands are refused with the catalogue's codes, and change nothing", async () => {
  const { seat } = await scene();
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  const page = await ana.resume();
  expect(await refusal(beto.ask("send", { nonce: nonce(1), text: " ​ " }))).toMatchObject({
    code: "text-empty",
    retry: "never",
  });
  expect(await refusal(beto.ask("send", { nonce: nonce(2), text: "x".repeat(501) }))).toMatchObject({
    code: "text-too-long",
  });
  expect(await refusal(beto.ask("announce", { nonce: nonce(3), text: "¡guerra!" }))).toMatchObject({
    code: "not-permitted",
  });
  for (const payload of [
    undefined,
    null,
    7,
    [],
    "x",
    { text: "x" },
    { nonce: 5, text: "x" },
    { nonce: nonce(4), text: { toString: "x" } },
  ])
    expect(await refusal(beto.room.request("send", payload))).toMatchObject({
      code: "bad-request",
      details: expect.any(Array),
    });
  await expect(beto.room.request("steal", { all: true })).rejects.toThrow();
  expect((await ana.ask("history", { limit: 1 })).lineage.head).toBe(page.lineage.head);
  expect(await ana.ask("announce", { nonce: nonce(5), text: "¡guerra!" })).toMatchObject({
    seq: page.lineage.head + 1,
  });
});

test("[RM5] rubbish harms nobody but its sender", async () => {
  const { chat, seat, studio } = await scene();
  const ana = await seat("ana");
  await ana.resume();
  const raw = async () => aRawSocket(chat.port, await studio.token("beto"));
  const huge = await raw();
  const closed = closing(huge);
  huge.send(Buffer.alloc(1024 * 1024, 1));
  expect(await closed).toBe(1009);

  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
  for (let round = 0; round < 5; round++) {
    const socket = await raw();
    for (let n = 0; n < 50; n++) {
      const bytes = Buffer.from(
        Array.from({ length: 1 + Math.floor(random() * 40) }, () => Math.floor(random() * 256)),
      );
      if (n % 2) bytes[0] = [13, 17, 18, 19, 20, 21, 22][Math.floor(random() * 7)] ?? 13;
      if (socket.readyState === WebSocket.OPEN) socket.send(n % 7 === 0 ? bytes.toString("latin1") : bytes);
    }
    socket.terminate();
  }
  const flooding = await raw();
  const cutOff = closing(flooding);
  for (let n = 0; n < 500; n++) flooding.send(Buffer.of(13, 0xa1, 0x78));
  expect(await cutOff).toBe(4002);
  expect(await ana.ask("send", { nonce: nonce("after"), text: "todavía" })).toMatchObject({ epoch: 1 });
  await waitFor(() => texts(ana.entries).includes("todavía"), "the message");
  expect(chat.child.exitCode).toBeNull();
});

test("[RM5] more commands than any honest client needs are refused with the time to try again", async () => {
  const { seat } = await scene(["ana"]);
  const ana = await seat("ana");
  const answers = await Promise.all(Array.from({ length: 150 }, () => refusal(ana.ask("history", { limit: 1 }))));
  const refused = answers.filter((answer) => answer !== undefined);
  expect(refused.length).toBeGreaterThan(40);
  for (const answer of refused) expect(answer).toMatchObject({ code: "rate-limited", retryAtMs: expect.any(Number) });
});

test("[RM6] a kicked member gets the entry that says so, then the code that keeps him away", async () => {
  const { seat, studio, chat } = await scene();
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  await Promise.all([ana.resume(), beto.resume()]);
  await studio.guilds.remove("g1", "beto", "kicked");
  expect(await beto.closed).toBe(CLOSE_CODES["not-member"]);
  expect(beto.entries.at(-1)).toMatchObject({ kind: "kicked" });
  await ana.ask("send", { nonce: nonce(1), text: "sin beto" });
  expect(texts(beto.entries)).toEqual([]);
  expect((await joinOver(chat.port, await studio.token("beto"))).status).toBe(404);
});

test("[RM7] the state shows roster, points, profiles and who is online, within a patch", async () => {
  const { seat, studio } = await scene();
  const ana = await seat("ana");
  await ana.resume();
  const member = (player: string) => ana.room.state.roster?.get(player);
  await waitFor(() => ana.room.state.memberCount === 3 && member("ana")?.online === true, "the first state");
  expect(member("ana")).toMatchObject({ number: 1, rank: "leader", name: "ana" });
  expect(member("beto")).toMatchObject({ online: false });
  const beto = await seat("beto");
  await waitFor(() => member("beto")?.online === true && ana.room.state.onlineCount === 2, "beto online");
  await studio.players.putProfile("beto", { name: "Beto el Bravo", level: 9, fields: { clase: "mago" } });
  await waitFor(() => member("beto")?.name === "Beto el Bravo", "the rename", WITHIN_A_PATCH_MS);
  expect(member("beto")).toMatchObject({ level: 9, fields: '{"clase":"mago"}', locale: "es-419", version: 2 });
  await studio.guilds.setRank("g1", "beto", "officer");
  await waitFor(() => member("beto")?.rank === "officer", "the rank");
  await studio.guilds.remove("g1", "caro", "left");
  await waitFor(() => ana.room.state.memberCount === 2 && member("caro") === undefined, "caro gone");
  beto.cut();
  await waitFor(() => member("beto")?.online === false, "beto offline");
});

test("[RM8] what is for one player alone comes as `me`, when it changes", async () => {
  const { seat, studio } = await scene();
  const beto = await seat("beto");
  await waitFor(() => beto.mes.length > 0, "the first me");
  expect(beto.mes.at(-1)).toMatchObject({ number: 2, rank: "member", points: 0 });
  await studio.guilds.setRank("g1", "beto", "officer");
  await waitFor(() => beto.mes.at(-1)?.rank === "officer", "the promotion");
});

test("[RM9] a token is renewed in the session; without renewal the connection ends after the grace", async () => {
  const { chat } = await scene(["ana", "beto"], { GREMIO_TOKEN_GRACE_MS: "0" });
  const [ana, beto] = [
    await aSeat(chat.port, await aToken("ana", { lifeS: 2 })),
    await aSeat(chat.port, await aToken("beto", { lifeS: 2 })),
  ];
  expect(await refusal(ana.ask("renew", { token: await aToken("beto") }))).toMatchObject({ code: "token-invalid" });
  const { tokenExpiresAtMs } = await ana.ask("renew", { token: await aToken("ana") });
  expect(tokenExpiresAtMs).toBeGreaterThan(Date.now() + 3_000_000);
  expect(await beto.closed).toBe(CLOSE_CODES["token-expired"]);
  expect(await ana.ask("history", { limit: 1 })).toMatchObject({ complete: true });
});

test("[RM9] an expired token is tolerated for the grace, and no longer", async () => {
  const graceMs = 2_000;
  const { chat } = await scene(["ana"], { GREMIO_TOKEN_GRACE_MS: String(graceMs) });
  const ana = await aSeat(chat.port, await aToken("ana", { lifeS: 2 }));
  await waitFor(() => Date.now() > ana.join.tokenExpiresAtMs + 300, "the token's end");
  expect(await ana.ask("history", { limit: 1 })).toMatchObject({ complete: true });
  expect(await ana.closed).toBe(CLOSE_CODES["token-expired"]);
  expect(Date.now()).toBeGreaterThanOrEqual(ana.join.tokenExpiresAtMs + graceMs);
});

test("[RM10] what was acknowledged survives the chat process being killed; the same nonce finds it", async () => {
  const { seat, studio, chat } = await scene();
  const beto = await seat("beto");
  await beto.resume();
  const answer = await beto.ask("send", { nonce: nonce(1), text: "antes" });
  await chat.kill();
  await beto.closed;
  const again = await studio.chat();
  const back = await seat("beto", again.port);
  expect(await back.ask("send", { nonce: nonce(1), text: "antes" })).toEqual(answer);
  await back.resume({ epoch: answer.epoch, seq: answer.seq - 1 });
  expect(texts(back.entries)).toEqual(["antes"]);
});

test("[RM11] two processes show one guild: the same order, everyone's presence, and the dead one's players go offline", async () => {
  const { seat, studio } = await scene(["ana", "beto", "caro"], { GREMIO_LEASE_MS: "600" });
  const other = await studio.chat({ GREMIO_LEASE_MS: "600" });
  const [ana, beto] = [await seat("ana"), await seat("beto", other.port)];
  await Promise.all([ana.resume(), beto.resume()]);
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 ? ana : beto).ask("send", { nonce: nonce(n), text: `m${n}` })),
  );
  await waitFor(() => texts(ana.entries).length === 20 && texts(beto.entries).length === 20, "all messages on both");
  expect(ana.entries).toEqual(beto.entries.map((entry) => entry));
  await waitFor(() => ana.room.state.onlineCount === 2, "both online");
  await other.kill();
  await waitFor(() => ana.room.state.onlineCount === 1, "the dead process's player offline", 15_000);
  const online = studio.keys.of("guild:g1", "online");
  await waitFor(async () => (await studio.redis.run(online, ["HLEN", online])) === 1, "his session taken off", 15_000);
  await studio.redis.run(online, ["DEL", online]);
  await studio.guilds.change("g1", { name: "Otro" });
  await waitFor(
    async () => (await studio.redis.run(online, ["HLEN", online])) === 1,
    "what is open put on again",
    15_000,
  );
});

test("[RM12] a stopping process tells its clients to come back later", async () => {
  const { seat, chat } = await scene();
  const ana = await seat("ana");
  await ana.resume();
  const code = await Promise.all([ana.closed, chat.stop()]);
  expect(code).toEqual([CLOSE_CODES["server-stopping"], 0]);
});

test("[RM13] Colyseus' own ways to create and join rooms are closed", async () => {
  const { chat } = await scene(["ana"]);
  for (const method of ["joinOrCreate", "create", "join", "joinById"]) {
    const response = await fetch(`http://127.0.0.1:${chat.port}/matchmake/${method}/guild`, {
      method: "POST",
      body: "{}",
    });
    expect(response.status).toBe(404);
  }
});

test("[RM14] two environments share one Redis without hearing each other", async () => {
  const [one, two] = [await scene(["ana", "beto"]), await scene(["ana", "zoe"])];
  const [here, there] = [await one.seat("ana"), await two.seat("ana")];
  await Promise.all([here.resume(), there.resume()]);
  await here.ask("send", { nonce: nonce(1), text: "aquí" });
  await there.ask("send", { nonce: nonce(1), text: "allá" });
  await waitFor(() => texts(here.entries).length === 1 && texts(there.entries).length === 1, "one message each");
  expect([texts(here.entries), texts(there.entries)]).toEqual([["aquí"], ["allá"]]);
  expect([...(there.room.state.roster?.keys() ?? [])].sort()).toEqual(["ana", "zoe"]);
});

test("[RM18] a command that breaks on the server's side ends neither the process nor the room", async () => {
  const { seat, studio, chat } = await scene();
  await studio.players.putProfile("zoe", { name: "zoe" });
  await studio.guilds.create({ id: "g2", name: "Otro", tag: "OTRO", leader: "zoe" });
  const [ana, zoe] = [await seat("ana"), await seat("zoe")];
  await Promise.all([ana.resume(), zoe.resume()]);
  const read = studio.keys.of("guild:g1", "read");
  await studio.redis.run(read, ["DEL", read]);
  await studio.redis.run(read, ["SET", read, "not a hash"]);
  for (const asked of [
    () => ana.ask("read", { cursor: { epoch: 1, seq: 1 } }),
    () => ana.ask("resume", { cursor: { epoch: 1, seq: 1 } }),
  ])
    expect(await refusal(asked())).toMatchObject({ code: "internal", retry: "same-nonce" });
  expect(await zoe.ask("send", { nonce: nonce(1), text: "aquí sí" })).toMatchObject({ epoch: 1 });
  const nonces = studio.keys.of("guild:g1", `nonce:${Math.floor(Date.now() / 86_400_000)}`);
  await studio.redis.run(nonces, ["SET", nonces, "not a hash"]);
  expect(await refusal(ana.ask("send", { nonce: nonce(2), text: "palabras privadas" }))).toMatchObject({
    code: "internal",
  });
  await studio.redis.run(nonces, ["DEL", nonces]);
  await studio.redis.run(read, ["DEL", read]);
  expect(await ana.ask("read", { cursor: { epoch: 1, seq: 1 } })).toMatchObject({ seq: 1 });
  expect(chat.child.exitCode).toBeNull();
  expect(chat.log.filter((line) => line.includes("command-failed"))).toHaveLength(3);
  expect(chat.log.join(" ")).not.toContain("palabras privadas");
});

test("[RM19] people who left are named once per page, with their last profile", async () => {
  const { seat, studio, chat } = await scene();
  const beto = await aSeat(chat.port, await aToken("beto", { claims: { name: "Beto", level: 7 } }));
  await beto.resume();
  for (const n of [1, 2, 3]) await beto.ask("send", { nonce: nonce(n), text: `m${n}` });
  await studio.guilds.remove("g1", "beto", "left");
  const ana = await seat("ana");
  const page = await ana.resume();
  expect(page.former).toEqual([
    { number: 2, player: "beto", profile: expect.objectContaining({ name: "Beto", level: 7, version: 2 }) },
  ]);
  expect((await ana.ask("history", { limit: 50 })).former).toHaveLength(1);
});

test("[PT10] a token whose name was cut inside an emoji locks nobody out, and all see the same name", async () => {
  const { seat, chat } = await scene(["ana", "beto"]);
  const ana = await seat("ana");
  for (const name of ["Beto \ud83d", "Beto"]) {
    const { status } = await joinOver(chat.port, await aToken("beto", { claims: { name } }));
    expect(status).toBe(200);
    await waitFor(() => ana.room.state.roster?.get("beto")?.name === name.toWellFormed(), "the name");
  }
});
