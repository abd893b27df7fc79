import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { makeLog } from "../server/channel/log.ts";
import { CLOSE_CODES } from "../shared/close-code.ts";
import { PROTOCOL } from "../shared/protocol.ts";
import { aRawSocket, closing } from "./a-raw-socket.ts";
import { aRoom, nonce, refusal, texts } from "./a-room.ts";
import { joinOver } from "./a-seat.ts";
import { aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

test("[RM1] only a member with a good token and a protocol we speak gets a seat", async () => {
  const { studio, chat } = await aRoom(["ana"]);
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
  const { seat } = await aRoom();
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
  expect(await seats[1]?.ask("send", { nonce: nonce("1-3"), text: "hola 1 3" })).toEqual(answers[8]);
});

test("[RM3] who comes back resumes where he was: nothing lost, nothing twice", async () => {
  const { seat, studio } = await aRoom();
  const log = makeLog(studio.redis, studio.keys, { historyLength: 1_000 });
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
});

test("[RM4] commands are refused with the catalogue's codes, and change nothing", async () => {
  const { seat } = await aRoom();
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
  const { chat, seat, studio } = await aRoom();
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
  const { seat } = await aRoom(["ana"]);
  const ana = await seat("ana");
  const answers = await Promise.all(Array.from({ length: 150 }, () => refusal(ana.ask("history", { limit: 1 }))));
  const refused = answers.filter((answer) => answer !== undefined);
  expect(refused.length).toBeGreaterThan(40);
  for (const answer of refused) expect(answer).toMatchObject({ code: "rate-limited", retryAtMs: expect.any(Number) });
});

test("[RM6] a kicked member gets the entry that says so, then the code that keeps him away", async () => {
  const { seat, studio, chat } = await aRoom();
  const [ana, beto] = [await seat("ana"), await seat("beto")];
  await Promise.all([ana.resume(), beto.resume()]);
  await studio.guilds.remove("g1", "beto", "kicked");
  expect(await beto.closed).toBe(CLOSE_CODES["not-member"]);
  expect(beto.entries.at(-1)).toMatchObject({ kind: "kicked" });
  await ana.ask("send", { nonce: nonce(1), text: "sin beto" });
  expect(texts(beto.entries)).toEqual([]);
  expect((await joinOver(chat.port, await studio.token("beto"))).status).toBe(404);
});
