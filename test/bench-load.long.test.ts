import { once } from "node:events";
import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { setUpBytes } from "../bench/bytes/bytes.ts";
import { Audience, emptyTally, type Heard } from "../bench/crowd/audience.ts";
import { Crowd } from "../bench/crowd/crowd.ts";
import { setUpBareContest } from "../bench/fanout/bare-contest.ts";
import type { Contest, Round } from "../bench/frame.ts";
import { setUpSend } from "../bench/send/send.ts";
import { portOf } from "../server/port-of.ts";

const TIMEOUT_MS = 60_000;

/** One round of each side; a round in which anything is missing fails by itself. */
const oneRound = async (contest: Contest): Promise<{ ours: Round; baseline: Round }> => {
  try {
    return { ours: await contest.ours(), baseline: await contest.baseline() };
  } finally {
    await contest.close();
  }
};

test("[BE5] burst: what senders say at once reaches every socket, in frames of several; the bare loop writes a frame for each", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { ours, baseline } = await oneRound(
    await setUpBareContest({ members: 10, sessions: 3, senders: 10, bursts: 5, baselineBursts: 2 }),
  );
  expect(ours.messagesPerFrame).toBeGreaterThan(1);
  expect(baseline.messagesPerFrame).toBe(1);
  expect(ours.payloadBytes).toBeLessThan(baseline.payloadBytes ?? 0);
});

test("[BE6] send: every send is acknowledged and delivered to its whole guild, with fsync every second and always", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { ours, baseline } = await oneRound(await setUpSend({ guilds: 3, members: 4, messages: 30, underWay: 2 }));
  expect(baseline.messagesPerFrame).toBe(1);
  expect(Object.keys(ours)).toEqual(expect.arrayContaining(["sendsPerSecond", "sendsPerSecondAlways", "answerP99Ms"]));
});

test("[BE7] bytes: whole frames are counted as received, alone and in frames of ten; the baseline is a broadcast of the same object", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { ours, baseline } = await oneRound(await setUpBytes());
  const from = "x".repeat(22);
  const body = "x".repeat(40);
  // MessagePack of the object, as Colyseus writes it: code, type, map16, keys and values; `at` is a double; and the frame's header.
  const fields = 4 + 3 + (3 + 9) + (5 + 1 + from.length) + (5 + 5) + (5 + 2 + body.length);
  expect(baseline).toEqual({ bytesAlone: 2 + 1 + 5 + 3 + fields, bytesInTens: 2 + 1 + 5 + 3 + fields });
  expect(ours.bytesAlone).toBeGreaterThan(body.length);
  expect(ours.bytesInTens).toBeLessThan(ours.bytesAlone ?? 0);
});

test("[BE8] a round in which a socket is left out or closed has no figures", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const port = portOf(server);
  let answer = (_clients: WebSocket[]): void => {};
  server.on("connection", (socket) =>
    socket.on("message", () => answer([...server.clients].filter(({ readyState, OPEN }) => readyState === OPEN))),
  );
  const toAll = (clients: WebSocket[]): void => {
    for (const client of clients) client.send("hola");
  };
  const burst = { do: "burst", senders: 2, bursts: 2, textLength: 10, answered: false } as const;
  const crowdOfThree = async (): Promise<Crowd> => {
    for (const client of server.clients) client.terminate();
    const crowd = new Crowd(300);
    await crowd.connect(port, 3);
    return crowd;
  };
  try {
    answer = toAll;
    expect(await (await crowdOfThree()).burst(burst)).toMatchObject({ messages: 12, payloadBytes: 48, frameBytes: 72 });
    answer = (clients) => toAll(clients.slice(1));
    await expect((await crowdOfThree()).burst(burst)).rejects.toThrow("2 deliveries and 0 answers are missing");
    answer = (clients) => clients[0]?.close();
    await expect((await crowdOfThree()).burst(burst)).rejects.toThrow("1 of 3 sockets closed");
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

test("[BE8] a hole, a repetition, a wrong order and an acknowledged message that came as another one are told", () => {
  const read = (payload: Buffer): Heard => {
    const [seq, ...texts] = payload.toString().split(" ");
    return { first: Number(seq), texts };
  };
  const faultsOf = (frames: string[], acknowledged: Record<number, string> = {}): string => {
    const audience = new Audience(read, emptyTally(), () => undefined);
    const ear = audience.ear();
    for (const frame of frames) ear(Buffer.from(frame), 0, frame.length, frame.length + 2);
    for (const [seq, text] of Object.entries(acknowledged)) {
      audience.speakers[0] = (_text, onAnswer) => onAnswer(Number(seq));
      audience.say(0, text, () => undefined);
    }
    return audience.settle().join();
  };
  expect(faultsOf(["7 a b", "9 c"], { 7: "a", 9: "c" })).toBe("");
  expect(faultsOf(["7 a", "9 c"])).toMatch("1 frames left a hole");
  expect(faultsOf(["7 a", "8 b", "8 b"])).toMatch("1 frames left a hole, came again");
  expect(faultsOf(["7 a", "9 c", "8 b"])).toMatch("2 frames left a hole, came again or out of order");
  expect(faultsOf(["7 a b"], { 8: "c" })).toMatch("1 acknowledged messages came as others");
});
