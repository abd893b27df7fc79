import type { Draw } from "./draw.ts";
import { encodePairs, Raw } from "./msgpack.ts";

/** Names that mean something to JavaScript. */
export const LOADED_NAMES = [
  ...(["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "then", "length"] as const),
] as const;

const repeated = (times: number, ...bytes: number[]): number[] => Array.from({ length: times }, () => bytes).flat();

const odd: readonly [(draw: Draw) => unknown, ...((draw: Draw) => unknown)[]] = [
  () => null,
  () => undefined,
  (draw) => draw.chance(0.5),
  () => Number.NaN,
  (draw) => draw.pick([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e308, 5e-324, 0.1]),
  (draw) => draw.pick([-1, 0, 1, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 65_536, 4_294_967_295]),
  (draw) => draw.below(2 ** 31),
  // The largest and the smallest 64-bit numbers.
  (draw) => new Raw(draw.pick([[0xcf], [0xd3]]), repeated(8, 0xff)),
  () => new Raw([0xd3, 0x80], repeated(7, 0)),
  () => "",
  (draw) =>
    draw.pick(["\0", "a\0b", " ", "\u200b", "\u202e", "\ufeff", "\r\n", "' OR 1=1 --", "$(id)", "{{7*7}}", "*"]),
  (draw) => draw.pick([501, 4_000, 12_000].map((length) => "x".repeat(length)) as [string, ...string[]]),
  (draw) => draw.pick(["👩‍👩‍👧‍👦", "e\u0301", "\u0601", "ﷺ"] as const).repeat(1 + draw.below(300)),
  (draw) => draw.pick(LOADED_NAMES),
  (draw) => draw.pick(["guild:", "team:../x", "direct:a:b", "guild:h1", "team:f1", "guild:__proto__", "home", "*"]),
  // No UTF-8: alone, cut in two, half a surrogate pair, longer than needed.
  (draw) =>
    new Raw(
      draw.pick([
        [0xa1, 0xff],
        [0xa2, 0xc3, 0x28],
        [0xa3, 0xed, 0xa0, 0x80],
        [0xa2, 0xc0, 0x80],
      ]),
    ),
  // Longer than what follows: strings, bytes, lists, maps.
  (draw) => new Raw([draw.pick([0xdb, 0xc6, 0xdd, 0xdf])], repeated(4, 0x7f)),
  (draw) => new Raw([draw.pick([0xda, 0xc5, 0xdc, 0xde]), 0xff, 0xff]),
  // Instants: 32, 64 and 96 bits, the last far beyond what a Date can be.
  () => new Raw([0xd6, 0xff], repeated(4, 0xff)),
  () => new Raw([0xd7, 0xff], repeated(8, 0xff)),
  () => new Raw([0xc7, 12, 0xff], repeated(12, 0xff)),
  // Extensions: each type, of every length, also those msgpackr gives a meaning (records, sets, errors, regular expressions, typed arrays).
  (draw) => new Raw([0xd4, draw.below(256), draw.below(256)]),
  (draw) => new Raw([draw.pick([0xd5, 0xd6, 0xd7, 0xd8]), draw.below(256)], draw.bytes(16)),
  (draw) => new Raw([0xc7, 8, draw.pick([0x72, 0x73, 0x65, 0x78, 0x74, 0x42, 0x62, 0x70, 0x69, 0x53])], draw.bytes(8)),
  (draw) => new Raw([0xc9, 0xff, 0xff, 0xff, 0xff, draw.below(256)]),
  () => new Raw([0xd4, 0x72, 0x40, 0x93], [0xa1, 0x61, 0xa9], Buffer.from("__proto__"), [0xa1, 0x62, 1, 2, 3]),
  (draw) => new Raw([0xc4, 200], draw.bytes(200)),
  () => new Raw([0xc1]),
  (draw) => new Raw(draw.bytes(1 + draw.below(24))),
  // Deep: lists, maps, and lists that never end.
  (draw) => new Raw(repeated(draw.pick([100, 1_000, 15_000]), 0x91), [0xc0]),
  (draw) => new Raw(repeated(draw.pick([100, 4_000]), 0x81, 0xa1, 0x61), [0xc0]),
  () => new Raw(repeated(16_000, 0xdc)),
  () => Array.from({ length: 5_000 }, () => 0),
  () => new Raw(encodePairs(LOADED_NAMES.map((name) => [name, { admin: true }] as const))),
  () => ({}),
  () => [],
  (draw) => [draw.pick(["all", "officers", "online", "nobody"]), 1, null],
];

/** Anything but what is expected. */
export const oddValue = (draw: Draw): unknown => draw.pick(odd)(draw);
