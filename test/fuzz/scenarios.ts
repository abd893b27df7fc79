import { aRawLine, upgradeHead } from "./raw-line.ts";
import { JOIN_ROOM } from "./room-frames.ts";
import { acknowledged, expectEnd, finish, frames, put, type Scenario, type Scene, say } from "./scene.ts";
import { aReservedSeat, aSeatedLine, greeting } from "./seated-line.ts";
import { binary, fatal } from "./wire.ts";
import { within } from "./within.ts";

/** Below the fence at which a connection is cut off for frames alone. */
const FRAMES = 150;

export const talk: Scenario = async (scene) => {
  const line = await aSeatedLine(scene.port, scene.attacker);
  await say(scene, line, acknowledged(frames(scene, FRAMES)));
  await finish(scene, line);
};

/** What attackers do, by name. */
export const scenarios: readonly [readonly [string, Scenario], ...(readonly [string, Scenario])[]] = [
  [
    "frames before the greeting is answered",
    async (scene) => {
      const line = await aSeatedLine(scene.port, scene.attacker);
      await say(scene, line, frames(scene, 30), false);
      await say(scene, line, acknowledged(frames(scene, FRAMES - 60)));
      await finish(scene, line);
    },
  ],
  [
    "a greeting that is never answered",
    async (scene) => {
      const line = await aSeatedLine(scene.port, scene.attacker);
      await say(scene, line, frames(scene, FRAMES - 20), false);
      await finish(scene, line);
    },
  ],
  [
    "frames with the handshake, before the room has greeted",
    async (scene) => {
      const { path } = await aReservedSeat(scene.port, scene.attacker);
      const early = frames(scene, 10).filter((piece) => piece.fatal === undefined);
      scene.attack.frames += early.length;
      const head = Buffer.from(upgradeHead(path, scene.port));
      const line = aRawLine(scene.port, Buffer.concat([head, ...early.map(({ bytes }) => bytes)]));
      await greeting(line);
      await say(scene, line, acknowledged(frames(scene, FRAMES - 60)));
      await finish(scene, line);
    },
  ],
  [
    "a flood",
    async (scene) => {
      const line = await aSeatedLine(scene.port, scene.attacker);
      const flood = frames(scene, 700).filter((piece) => piece.fatal === undefined);
      scene.attack.frames += flood.length;
      await line.write(Buffer.concat(acknowledged(flood).map(({ bytes }) => bytes)));
      await expectEnd(scene, line, [4002]);
    },
  ],
  [
    "a seat taken twice",
    async (scene) => {
      const { path } = await aReservedSeat(scene.port, scene.attacker);
      const head = upgradeHead(path, scene.port);
      const line = aRawLine(scene.port, head);
      await greeting(line);
      const second = aRawLine(scene.port, head);
      await within(second.ended, second, "the end of the second");
      const { code } = await second.ended;
      if (code !== 4002) scene.attack.wrong = `the second was ended with ${code}`;
      await say(scene, line, acknowledged(frames(scene, FRAMES)));
      await finish(scene, line);
    },
  ],
  ["no seat", async (scene) => withoutSeat(scene)],
  ["a broken handshake", async (scene) => brokenHandshake(scene)],
  [
    "one malformed frame, and the line is not closed from here",
    async (scene) => {
      const { path } = await aReservedSeat(scene.port, scene.attacker);
      const line = aRawLine(scene.port, upgradeHead(path, scene.port), true);
      await greeting(line);
      const bad = { ...scene.draw.pick(fatal)(Buffer.of(JOIN_ROOM), scene.draw), frames: 1 };
      await put(scene, line, binary(Buffer.of(JOIN_ROOM)));
      await put(scene, line, bad);
      await expectEnd(scene, line, bad.fatal);
    },
  ],
];

/** Sessions, rooms and tokens that are guessed. */
const withoutSeat = async (scene: Scene): Promise<void> => {
  const { draw, attack, port } = scene;
  const { seat } = await aReservedSeat(scene.port, scene.attacker);
  const guess = (): string =>
    draw.pick(["__proto__", "constructor", "toString", "", "x", "%00", "%ff", "..", "A".repeat(9), "a".repeat(4_000)]);
  const room = draw.chance(0.6) ? seat.roomId : guess();
  const session = draw.chance(0.2) ? `${seat.sessionId}x` : guess();
  const token = draw.chance(0.4) ? `&reconnectionToken=${draw.pick([guess(), `${seat.roomId}:${guess()}`])}` : "";
  const path = draw.pick([
    `/${seat.processId}/${room}?sessionId=${session}${token}`,
    `/${room}?sessionId=${session}`,
    `//${seat.processId}//${room}?sessionId=${session}&sessionId=${session}`,
    `/${seat.processId}/${room}${token.replace("&", "?")}`,
    `/?sessionId[]=${session}`,
    "/",
    `/${"a/".repeat(500)}`,
  ]);
  attack.sent.push(Buffer.from(path));
  const line = aRawLine(port, upgradeHead(path, port));
  for (const piece of frames(scene, 20)) if (piece.fatal === undefined) await put(scene, line, piece);
  await expectEnd(scene, line, [4002]);
};

const brokenHandshake = async (scene: Scene): Promise<void> => {
  const { draw, attack, port } = scene;
  const { path } = await aReservedSeat(scene.port, scene.attacker);
  const good = upgradeHead(path, port);
  const head = draw.pick([
    good.replace("Sec-WebSocket-Version: 13", `Sec-WebSocket-Version: ${draw.pick(["8", "0", "-1", "99999", ""])}`),
    good.replace(/Sec-WebSocket-Key: .*/, draw.pick(["X: y", "Sec-WebSocket-Key: short", "Sec-WebSocket-Key: "])),
    good.replace("GET", draw.pick(["POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "TRACE", "QUERY", "FOO"])),
    good.replace("HTTP/1.1", draw.pick(["HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "ICY"])),
    good.replace("Connection: Upgrade", draw.pick(["Connection: close", "Connection: keep-alive", "Connection: ,,,"])),
    good.replace("Upgrade: websocket", draw.pick(["Upgrade: h2c", "Upgrade: websocket, x", "Upgrade: \u0001"])),
    good.replace(
      "\r\n\r\n",
      '\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99; x="\u0001"\r\n\r\n',
    ),
    good.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: ,a,,b,a\r\n\r\n"),
    good.replace("\r\n\r\n", "\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    good.replace("\r\n\r\n", `\r\nCookie: ${"a".repeat(40_000)}\r\n\r\n`),
    good.slice(0, draw.below(good.length)),
    draw.bytes(200).toString("latin1"),
  ]);
  attack.sent.push(Buffer.from(head, "latin1"));
  attack.frames += 1;
  const line = aRawLine(port, Buffer.from(head, "latin1"));
  // Half a handshake waits for its other half, and a good one for its frames; neither is the server's to end at once.
  const waiting = setTimeout(() => line.cut(), 300);
  await line.ended;
  clearTimeout(waiting);
  attack.end = { by: "us", code: 1006 };
};
