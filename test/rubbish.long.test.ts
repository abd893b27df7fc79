import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { pack } from "msgpackr";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { aRawSocket } from "./a-raw-socket.ts";
import { aSeat } from "./a-seat.ts";
import { aStudio, aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

const FRAMES = 20_000;
/** Below the fence at which a connection is cut off. */
const PER_CONNECTION = 150;

const commands = [
  "send",
  "announce",
  "resume",
  "history",
  "read",
  "presence",
  "renew",
  "constructor",
  "__proto__",
  "toString",
  "",
];
const name = (text: string): Buffer =>
  Buffer.concat([Buffer.of(0xa0 | Math.min(31, Buffer.byteLength(text))), Buffer.from(text)]);

/** Bytes at random; well-formed requests with payloads at random; such requests cut off or with one byte changed. */
const frame: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(
      fc.constantFrom(13, 17, 21, 22, 10, 12 + 128),
      fc.constantFrom(...commands),
      fc.nat(127),
      fc.anything({ withBigInt: false }),
    )
    .map(([code, command, id, payload]) => {
      let body: Buffer;
      try {
        body = pack(payload);
      } catch {
        body = Buffer.of(0xc1);
      }
      return Buffer.concat([Buffer.of(code), ...(code === 21 ? [Buffer.of(id)] : []), name(command), body]);
    }),
  fc
    .tuple(fc.constantFrom(...commands), fc.nat(127), fc.nat(40), fc.nat(40), fc.nat(255))
    .map(([command, id, cut, at, value]) => {
      const whole = Buffer.concat([
        Buffer.of(21, id),
        name(command),
        pack({ nonce: "nonce-fuzz-1", text: "hola", cursor: { epoch: 1, seq: 1 } }),
      ]);
      whole[at % whole.length] = value;
      return whole.subarray(0, whole.length - (cut % whole.length));
    }),
);

test("[RM5] twenty thousand frames of rubbish, and everyone else goes on talking", async () => {
  const studio = await aStudio();
  await studio.guild("g1", ["ana", "beto", "caro"]);
  const chat = await studio.chat({ LOG_LEVEL: "fatal" });
  const [ana, caro] = [await aSeat(chat.port, await aToken("ana")), await aSeat(chat.port, await aToken("caro"))];
  await Promise.all([ana.resume(), caro.resume()]);
  const frames = fc.sample(frame, { numRuns: FRAMES, seed: 20_261_121 });
  let said = 0;
  for (let sent = 0; sent < frames.length; ) {
    const socket = await aRawSocket(chat.port, await aToken("beto"));
    for (const rubbish of frames.slice(sent, sent + PER_CONNECTION)) {
      if (socket.readyState !== WebSocket.OPEN) break;
      socket.send(rubbish);
      sent += 1;
      if (sent % 10 === 0) await turn();
    }
    if (socket.readyState === WebSocket.OPEN) {
      socket.close();
      await once(socket, "close");
    } else sent += 1;
    if (sent % 15 === 0 || said === 0) {
      said += 1;
      await ana.ask("send", { nonce: `nonce-calm-${said}`, text: `calm ${said}` }).catch(() => undefined);
    }
    expect(chat.child.exitCode).toBeNull();
  }
  await waitFor(
    () => ana.ask("send", { nonce: "nonce-the-end", text: "the end" }).catch(() => undefined),
    "a last message",
    30_000,
  );
  await waitFor(() => caro.entries.some(({ body }) => body === "the end"), "it at the other member");
  expect(caro.entries.map(({ seq }) => seq)).toEqual(caro.entries.map((_, n) => n + 1));
}, 300_000);
