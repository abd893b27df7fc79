import type { Draw } from "./draw.ts";

/** Bytes of the WebSocket protocol (RFC 6455), with whatever is wrong with them. `fatal`: the server must end the connection for it, with one of these codes. */
export type Piece = { readonly bytes: Buffer; readonly frames: number; readonly fatal?: readonly number[] };

export const [CONTINUATION, TEXT, BINARY, CLOSE, PING_FRAME, PONG_FRAME] = [0, 1, 2, 8, 9, 10];

type Bits = { fin?: boolean; rsv?: number; masked?: boolean };

/** A client's frame; its key is of zeros, so what it carries can be read in a dump. */
export const frameOf = (
  opcode: number,
  payload: Uint8Array,
  { fin = true, rsv = 0, masked = true }: Bits = {},
): Buffer => {
  const { length } = payload;
  const mask = masked ? 0x80 : 0;
  const size = length < 126 ? [mask | length] : [mask | 126, length >> 8, length & 0xff];
  return Buffer.concat([
    Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode, ...size, ...(masked ? [0, 0, 0, 0] : [])]),
    payload,
  ]);
};

export const binary = (payload: Uint8Array): Piece => ({ bytes: frameOf(BINARY, payload), frames: 1 });

/** One frame of the room's protocol on its way over a WebSocket, mostly as it should be. */
export const onTheWire = (payload: Buffer, draw: Draw): Piece => {
  const kind = draw.below(1_000);
  if (kind < 890) return binary(payload);
  if (kind < 930) return { bytes: frameOf(TEXT, Buffer.from(payload.toString("latin1"))), frames: 1 };
  if (kind < 960) return fragmented(payload, draw);
  if (kind < 980)
    return { bytes: frameOf(draw.pick([PING_FRAME, PONG_FRAME]), draw.bytes(draw.below(126))), frames: 1 };
  if (kind < 992) return { bytes: Buffer.concat([frameOf(BINARY, payload), frameOf(BINARY, payload)]), frames: 2 };
  return { ...draw.pick(fatal)(payload, draw), frames: 1 };
};

/** In several parts, some of them empty, with pings between them. */
const fragmented = (payload: Buffer, draw: Draw): Piece => {
  const parts = 2 + draw.below(4);
  const size = Math.ceil(payload.length / parts);
  const bytes = Array.from({ length: parts }, (_, index) => {
    const part = frameOf(index === 0 ? BINARY : CONTINUATION, payload.subarray(index * size, (index + 1) * size), {
      fin: index === parts - 1,
    });
    return draw.chance(0.3) ? Buffer.concat([frameOf(PING_FRAME, draw.bytes(5)), part]) : part;
  });
  return { bytes: Buffer.concat(bytes), frames: parts };
};

type Fatal = (payload: Buffer, draw: Draw) => Omit<Piece, "frames">;
const small = (payload: Buffer): Buffer => payload.subarray(0, 100);
const MALFORMED = [1002];

/** What RFC 6455 asks to fail the connection for. */
export const fatal: readonly [Fatal, ...Fatal[]] = [
  (payload, draw) => ({ bytes: frameOf(BINARY, payload, { rsv: 1 + draw.below(7) }), fatal: MALFORMED }),
  (payload) => ({ bytes: frameOf(BINARY, payload, { masked: false }), fatal: MALFORMED }),
  (payload, draw) => ({
    bytes: frameOf(draw.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), small(payload)),
    fatal: MALFORMED,
  }),
  (payload) => ({ bytes: frameOf(CONTINUATION, payload), fatal: MALFORMED }),
  (payload) => ({
    bytes: Buffer.concat([frameOf(BINARY, payload, { fin: false }), frameOf(BINARY, payload)]),
    fatal: MALFORMED,
  }),
  (_, draw) => ({
    bytes: frameOf(draw.pick([PING_FRAME, CLOSE]), draw.bytes(126 + draw.below(300))),
    fatal: MALFORMED,
  }),
  (payload) => ({ bytes: frameOf(PING_FRAME, small(payload), { fin: false }), fatal: MALFORMED }),
  (_, draw) => ({ bytes: frameOf(CLOSE, draw.bytes(1)), fatal: MALFORMED }),
  // Close codes nobody may send.
  (_, draw) => {
    const code = draw.pick([0, 999, 1004, 1005, 1006, 1015, 2_999, 5_000, 65_535]);
    return { bytes: frameOf(CLOSE, Buffer.of(code >> 8, code & 0xff)), fatal: MALFORMED };
  },
  () => ({ bytes: frameOf(CLOSE, Buffer.of(0x03, 0xe8, 0xff, 0xfe)), fatal: [1007] }),
  // Close codes anybody may.
  (_, draw) => {
    const code = draw.pick([1000, 1001, 1003, 1011, 3_000, 4_001, 4_999]);
    return { bytes: frameOf(CLOSE, Buffer.of(code >> 8, code & 0xff)), fatal: [code] };
  },
  () => ({ bytes: frameOf(CLOSE, Buffer.alloc(0)), fatal: [1005] }),
  (_, draw) => ({
    bytes: frameOf(TEXT, Buffer.from(draw.pick([[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80]]))),
    fatal: [1007],
  }),
  // Larger than is taken, and larger than can be.
  (_, draw) => ({ bytes: frameOf(BINARY, Buffer.alloc(16_385 + draw.below(40_000), draw.below(256))), fatal: [1009] }),
  (_, draw) => ({
    bytes: Buffer.concat([
      Buffer.of(0x82, 0xff),
      draw.pick([Buffer.of(0, 0, 0, 1), Buffer.of(0x7f, 255, 255, 255)]),
      Buffer.alloc(8, 255),
    ]),
    fatal: [1009],
  }),
  (_, draw) => {
    const part = draw.bytes(64);
    const parts = Array.from({ length: 300 }, (__, index) =>
      frameOf(index === 0 ? BINARY : CONTINUATION, part, { fin: false }),
    );
    return { bytes: Buffer.concat(parts), fatal: [1009] };
  },
];
