import { Packr, unpack } from "msgpackr";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { joinAnswerSchema } from "../shared/protocol.ts";
import { aChatStage } from "./a-chat-stage.ts";
import { waitFor } from "./wait-for.ts";

/** Whole numbers, strings and maps as any msgpack library writes them. */
const { pack } = new Packr({ useRecords: false, variableMapSize: true });

const receiptSchema = z.object({ at: z.int() });

/** A short string as in msgpack. */
const name = (text: string): Buffer => Buffer.concat([Buffer.from([0xa0 + text.length]), Buffer.from(text)]);

test("[PT13] with the bytes of docs/protocol.md alone, and no SDK, a client joins, resumes, speaks, hears and leaves", async () => {
  const stage = await aChatStage();
  onTestFinished(() => stage.close());
  await stage.studio("PATCH /v1/players/ana", { name: "Ana" });
  await stage.studio("POST /v1/guilds", { id: "lobos", name: "Los Lobos", tag: "LOB", leader: "ana" });

  const { seat, origin } = joinAnswerSchema.parse((await stage.join("ana", { protocol: 1 })).body);
  const base = stage.url("ana").replace("http", "ws");
  const socket = new WebSocket(`${base}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`);
  onTestFinished(() => socket.terminate());
  const heard: Buffer[] = [];
  let closed = 0;
  socket.on("message", (bytes: Buffer) => heard.push(bytes));
  socket.on("close", (code) => {
    closed = code;
  });
  const next = async (what: string, ...head: number[]): Promise<Buffer> => {
    const isIt = (bytes: Buffer): boolean => head.every((byte, index) => bytes[index] === byte);
    return waitFor(() => heard.find(isIt), what);
  };

  await next("the greeting", 10);
  socket.send(Buffer.from([21, 1, ...name("pins"), ...pack({})]));
  socket.send(Buffer.from([10]));
  expect(unpack((await next("a refusal", 22, 1, 1)).subarray(3))).toMatchObject({
    code: "bad-request",
    retry: "never",
  });
  await next("the state", 14);
  expect(unpack((await next("what is for her alone", 13, ...name("me"))).subarray(4))).toMatchObject({ number: 1 });

  socket.send(Buffer.from([21, 2, ...name("resume"), ...pack({ cursor: { epoch: 0, seq: 0 } })]));
  expect(unpack((await next("a page", 22, 2, 0)).subarray(3))).toMatchObject({
    complete: false,
    reason: "no-cursor",
    frames: [[1, 1, expect.any(Number), [4, 0], { who: 1 }]],
  });

  socket.send(Buffer.from([21, 3, ...name("send"), ...pack({ nonce: "by-hand-1", text: "¡Hola!" })]));
  const receipt = (await next("a receipt", 22, 3, 0)).subarray(3);
  const { at } = receiptSchema.parse(unpack(receipt));
  expect(unpack((await next("the entry", 13, 0)).subarray(2))).toEqual([1, 2, at - origin, 1, "¡Hola!"]);
  const time = Buffer.alloc(9, 0xcb);
  time.writeDoubleBE(at, 1);
  expect(receipt.includes(time)).toBe(true);

  socket.send(Buffer.from([13, ...name("c"), ...pack([1, 2])]));
  socket.send(Buffer.from([18]));
  expect(await next("a sign of life", 18)).toHaveLength(1);
  socket.send(Buffer.from([21, 4, ...name("dance"), ...pack({})]));
  expect(unpack((await next("an error", 22, 4, 2)).subarray(3))).toMatchObject({ name: "no_handler" });
  socket.send(Buffer.from([12]));
  await waitFor(() => closed === 4000, "the close");
});
