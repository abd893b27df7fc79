import { expect, test } from "vitest";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { aRoom, nonce, refusal, texts } from "./a-room.ts";
import { aSeat } from "./a-seat.ts";
import { aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

/** Tries what has to be done before a token's end, with tokens of twice the life as long as this machine was too busy for that; what fails in time has failed. */
const inTime = async <T>(work: (lifeS: number) => Promise<T>): Promise<T> => {
  for (let lifeS = 2; ; lifeS *= 2) {
    const startedMs = Date.now();
    try {
      return await work(lifeS);
    } catch (error) {
      // A token's times are whole seconds.
      if (lifeS >= 8 || Date.now() < startedMs + (lifeS - 1) * 1_000) throw error;
    }
  }
};

test("[RM9] a token is renewed in the session; without renewal the connection ends after the grace", async () => {
  const { chat } = await aRoom(["ana", "beto"], { GREMIO_TOKEN_GRACE_MS: "0" });
  const [ana, beto] = await inTime(async (lifeS) => {
    const [ana, beto] = [
      await aSeat(chat.port, await aToken("ana", { lifeS })),
      await aSeat(chat.port, await aToken("beto", { lifeS })),
    ];
    expect(await refusal(ana.ask("renew", { token: await aToken("beto") }))).toMatchObject({ code: "token-invalid" });
    const { tokenExpiresAtMs } = await ana.ask("renew", { token: await aToken("ana") });
    expect(tokenExpiresAtMs).toBeGreaterThan(Date.now() + 3_000_000);
    return [ana, beto];
  });
  expect(await beto.closed).toBe(CLOSE_CODES["token-expired"]);
  expect(await ana.ask("history", { limit: 1 })).toMatchObject({ complete: true });
});

test("[RM9] an expired token is tolerated for the grace, and no longer", async () => {
  const [ana, graceMs] = await inTime(async (lifeS) => {
    const graceMs = lifeS * 500;
    const { chat } = await aRoom(["ana"], { GREMIO_TOKEN_GRACE_MS: String(graceMs) });
    const ana = await aSeat(chat.port, await aToken("ana", { lifeS }));
    await waitFor(() => Date.now() > ana.join.tokenExpiresAtMs, "the token's end", lifeS * 1_000 + 10_000);
    expect(await ana.ask("history", { limit: 1 })).toMatchObject({ complete: true });
    return [ana, graceMs];
  });
  expect(await ana.closed).toBe(CLOSE_CODES["token-expired"]);
  expect(Date.now()).toBeGreaterThan(ana.join.tokenExpiresAtMs + graceMs);
});

test("[RM10] [CH20] what was acknowledged survives the chat process being killed; the same nonce finds it, and is no other message's", async () => {
  const { seat, studio, chat } = await aRoom();
  const beto = await seat("beto");
  await beto.resume();
  const answer = await beto.ask("send", { nonce: nonce(1), text: "antes" });
  await chat.kill();
  await beto.closed;
  const again = await studio.chat();
  const back = await seat("beto", again.port);
  expect(await back.ask("send", { nonce: nonce(1), text: "antes" })).toEqual(answer);
  expect(await refusal(back.ask("send", { nonce: nonce(1), text: "después" }))).toMatchObject({ code: "key-reused" });
  await back.resume({ epoch: answer.epoch, seq: answer.seq - 1 });
  expect(texts(back.entries)).toEqual(["antes"]);
});

test("[RM12] a stopping process tells its clients to come back later", async () => {
  const { seat, chat } = await aRoom();
  const ana = await seat("ana");
  await ana.resume();
  const code = await Promise.all([ana.closed, chat.stop()]);
  expect(code).toEqual([CLOSE_CODES["server-stopping"], 0]);
});

test("[RM13] Colyseus' own ways to create and join rooms are closed", async () => {
  const { chat } = await aRoom(["ana"]);
  for (const method of ["joinOrCreate", "create", "join", "joinById"]) {
    const response = await fetch(`http://127.0.0.1:${chat.port}/matchmake/${method}/guild`, {
      method: "POST",
      body: "{}",
    });
    expect(response.status).toBe(404);
  }
});

test("[RM14] two environments share one Redis without hearing each other", async () => {
  const [one, two] = [await aRoom(["ana", "beto"]), await aRoom(["ana", "zoe"])];
  const [here, there] = [await one.seat("ana"), await two.seat("ana")];
  await Promise.all([here.resume(), there.resume()]);
  await here.ask("send", { nonce: nonce(1), text: "aquí" });
  await there.ask("send", { nonce: nonce(1), text: "allá" });
  await waitFor(() => texts(here.entries).length === 1 && texts(there.entries).length === 1, "one message each");
  expect([texts(here.entries), texts(there.entries)]).toEqual([["aquí"], ["allá"]]);
  const members = () => [...(there.room.state.roster?.keys() ?? [])].toSorted();
  await waitFor(() => members().length > 0, "the first state");
  expect(members()).toEqual(["ana", "zoe"]);
});

test("[RM18] a command that breaks on the server's side ends neither the process nor the room", async () => {
  const { seat, studio, chat } = await aRoom();
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
