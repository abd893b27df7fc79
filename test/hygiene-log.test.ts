import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { nonce } from "./a-room.ts";
import { aSeat } from "./a-seat.ts";
import { aStudio, aToken } from "./a-studio.ts";
import { encodeText } from "./fuzz/msgpack.ts";
import { JOIN_ROOM, REQUEST } from "./fuzz/room-frames.ts";
import { aSeatedLine } from "./fuzz/seated-line.ts";
import { troublesIn } from "./fuzz/server-log.ts";
import { binary } from "./fuzz/wire.ts";
import { waitFor } from "./wait-for.ts";

test("[HY8] frames nobody can read put a few lines into the log, of its own form, and say how many more there were", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  await studio.guild("g1", ["ana", "beto"]);
  const ana = await aSeat(chat.port, await aToken("ana"));
  const line = await aSeatedLine(chat.port, { token: await aToken("beto") });
  let answers = 0;
  line.onFrame((frame) => {
    if (frame[0] === 22) answers += 1;
  });
  await line.write(binary(Buffer.of(JOIN_ROOM)).bytes);
  // A map that is cut off, and a type that is no UTF-8.
  for (let n = 0; n < 70; n++) {
    await line.write(binary(Buffer.concat([Buffer.of(REQUEST, n), encodeText("send"), Buffer.of(0x82)])).bytes);
    await line.write(binary(Buffer.of(REQUEST, n, 0xa2, 0xff, 0xfe)).bytes);
  }
  await waitFor(() => answers >= 140, "their answers");
  await ana.ask("send", { nonce: nonce(1), text: "hola" }).catch(() => undefined);
  expect(troublesIn(chat.log)).toEqual([]);
  const told = chat.log.filter((one) => one.includes('"colyseus"'));
  expect(told.length).toBeGreaterThan(0);
  expect(told.length).toBeLessThan(40);
  for (const one of told) expect(one.length).toBeLessThan(400);
  line.cut();
});

// The symptom: "aborted" in the log as a mistake of ours, with a stack, whenever a phone lost its line in the middle of a request.
test("[HY2] who hangs up in the middle of a body is no mistake of ours", async () => {
  const studio = await aStudio();
  const chat = await studio.chat();
  const head = `PATCH /v1/players/ana HTTP/1.1\r\nhost: x\r\nx-api-key: ${studio.env.GREMIO_API_KEYS}\r\ncontent-type: application/json\r\n`;
  for (const rest of ["content-length: 100\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n5\r\n{"]) {
    const socket = connect(chat.port, "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    await new Promise((resolve) => socket.write(head + rest, resolve));
    socket.end();
    socket.resume();
    await once(socket, "close");
  }
  // By then it has been dealt with.
  for (let n = 0; n < 5; n++) expect((await fetch(`http://127.0.0.1:${chat.port}/health`)).status).toBe(200);
  expect(troublesIn(chat.log)).toEqual([]);
});
