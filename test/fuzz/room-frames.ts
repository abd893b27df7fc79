import { COMMANDS, type CommandName } from "../../shared/commands.ts";
import { CURSOR_REPORT } from "../../shared/cursor-report.ts";
import type { Draw } from "./draw.ts";
import { type Ground, goodRequests } from "./good-requests.ts";
import { encode, encodeText, Raw } from "./msgpack.ts";
import { LOADED_NAMES, oddValue } from "./odd-values.ts";
import { spoil } from "./spoil.ts";

/** Codes of Colyseus' protocol 0.18: the first byte of every frame. */
export const [JOIN_ROOM, LEAVE_ROOM, ROOM_DATA, ROOM_DATA_BYTES, PING, REQUEST, RESPONSE] = [
  10, 12, 13, 17, 18, 21, 22,
];

const commands = Object.keys(COMMANDS).filter((name): name is CommandName => Object.hasOwn(COMMANDS, name));
const [first = "resume", ...others] = commands;

/** A frame of the room's protocol: a good one, or one with something wrong at one of its layers. */
export const roomFrame = (draw: Draw, ground: Ground): Buffer => {
  const kind = draw.below(100);
  if (kind < 22) return request(draw, id(draw), ...command(draw, ground));
  if (kind < 66) {
    const [name, payload] = command(draw, ground);
    return request(draw, id(draw), name, spoil(payload, draw));
  }
  if (kind < 71) return request(draw, oddId(draw), ...command(draw, ground));
  if (kind < 76) return request(draw, id(draw), oddType(draw), draw.chance(0.5) ? undefined : oddValue(draw));
  // Another command's payload.
  if (kind < 79) return request(draw, id(draw), command(draw, ground)[0], command(draw, ground)[1]);
  if (kind < 84) return Buffer.concat([Buffer.of(ROOM_DATA), encodeText(CURSOR_REPORT), cursorReport(draw)]);
  if (kind < 88) {
    const [name, payload] = command(draw, ground);
    return Buffer.concat([Buffer.of(ROOM_DATA), typeBytes(draw.chance(0.5) ? oddType(draw) : name), encode(payload)]);
  }
  if (kind < 90) return Buffer.concat([Buffer.of(ROOM_DATA_BYTES), typeBytes(oddType(draw)), draw.bytes(9)]);
  if (kind < 92) return Buffer.of(PING, ...draw.bytes(draw.below(4)));
  if (kind < 94) return Buffer.concat([Buffer.of(draw.below(256)), draw.bytes(draw.below(30))]);
  if (kind < 95) return Buffer.of(JOIN_ROOM);
  if (kind < 96) return Buffer.concat([Buffer.of(draw.pick([RESPONSE, 14, 15, 16, 11, 19, 20])), draw.bytes(8)]);
  return damaged(request(draw, id(draw), ...command(draw, ground)), draw);
};

/** A request under a number no other has, by whose answer one sees that all before it have been dealt with. */
export const barrier = (number: number): Buffer =>
  Buffer.concat([Buffer.of(REQUEST, 0xce), uint32(number), encodeText("presence"), encode({ reading: true })]);

/** Whether the frame answers that request. */
export const answers = (frame: Buffer, number: number): boolean =>
  frame[0] === RESPONSE && frame[1] === 0xce && frame.length >= 6 && frame.readUInt32LE(2) === number;

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

const command = (draw: Draw, ground: Ground): [CommandName, unknown] => {
  const name = draw.pick([first, ...others]);
  const payload = goodRequests[name](draw, ground);
  return [name, draw.chance(0.12) ? { ...payload, channel: draw.pick(ground.channels) } : payload];
};

const request = (draw: Draw, number: Buffer, type: string | Raw, payload?: unknown): Buffer => {
  const body = payload === undefined ? Buffer.alloc(0) : encode(payload);
  const frame = Buffer.concat([
    Buffer.of(draw.chance(0.01) ? REQUEST | draw.pick([0x80, 0x40, 0xc0, 0x20]) : REQUEST),
    number,
    typeBytes(type),
    body,
  ]);
  return frame.length <= 16_384 ? frame : frame.subarray(0, 16_384);
};

const typeBytes = (type: string | Raw): Buffer => (type instanceof Raw ? type.bytes : encodeText(type));

const id = (draw: Draw): Buffer => Buffer.of(draw.below(128));
/** No number at all, negative, not whole, too large, or written at greater length than needed. */
const oddId = (draw: Draw): Buffer =>
  Buffer.from(
    draw.pick([
      [0xff],
      [0xe0],
      [0xcc, 0xff],
      [0xcd, 0xff, 0xff],
      [0xcf, ...draw.bytes(8)],
      [0xd3, ...draw.bytes(8)],
      [0xcb, ...draw.bytes(8)],
      [0xca, 0x7f, 0xc0, 0, 0],
      [0xcb, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
      [0xc0],
      [0xa3, 0x61, 0x62, 0x63],
      [],
    ]),
  );

const oddType = (draw: Draw): string | Raw =>
  draw.pick<string | Raw>([
    draw.pick(LOADED_NAMES),
    "",
    "*",
    "_",
    "_$bsend",
    "Send",
    "send\0",
    "x".repeat(draw.pick([40, 400, 9_000])),
    new Raw([draw.below(128)]),
    new Raw([0xcb], draw.bytes(8)),
    new Raw([0xdb, 0xff, 0xff, 0xff, 0x7f]),
    new Raw([0xd9, 0xff], draw.bytes(3)),
    new Raw([0xa2, 0xff, 0xfe]),
    new Raw([0xc0]),
  ]);

const cursorReport = (draw: Draw): Buffer =>
  encode(
    draw.chance(0.4)
      ? Array.from({ length: draw.pick([2, 3, 6, 9]) }, (_, at) => draw.below([3, 10_000, 6][at % 3] ?? 0))
      : draw.chance(0.5)
        ? [oddReportable(draw), oddReportable(draw)]
        : oddReportable(draw),
  );
/** What is no MessagePack at all in a message that is no request ends the connection, so it is rarer there. */
const oddReportable = (draw: Draw): unknown => {
  const value = oddValue(draw);
  return value instanceof Raw && !draw.chance(0.05) ? -1 : value;
};

const damaged = (frame: Buffer, draw: Draw): Buffer => {
  const bytes = Buffer.from(frame);
  switch (draw.below(4)) {
    case 0:
      return bytes.subarray(0, draw.below(bytes.length));
    case 1:
      return Buffer.concat([bytes, draw.bytes(1 + draw.below(20))]);
    case 2:
      return Buffer.concat([bytes, bytes]);
    default:
      bytes[draw.below(bytes.length)] = draw.below(256);
      return bytes;
  }
};
