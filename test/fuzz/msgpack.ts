import { pack } from "msgpackr";

/** Bytes that stand for a value where a value is due, whatever they mean. */
export class Raw {
  readonly bytes: Buffer;
  constructor(...parts: readonly (Uint8Array | readonly number[])[]) {
    this.bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
  }
}

/** A tree of plain values in which `Raw` may stand anywhere. */
export const encode = (value: unknown): Buffer => {
  if (value instanceof Raw) return value.bytes;
  if (Array.isArray(value)) return Buffer.concat([count(0x90, 0xdc, value.length), ...value.map(encode)]);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return encodePairs(Object.entries(value));
  return pack(value);
};

/** A map that may have one name several times. */
export const encodePairs = (pairs: readonly (readonly [string, unknown])[]): Buffer =>
  Buffer.concat([count(0x80, 0xde, pairs.length), ...pairs.flatMap(([name, value]) => [pack(name), encode(value)])]);

const count = (short: number, long: number, length: number): Buffer =>
  length < 16 ? Buffer.of(short | length) : Buffer.of(long, length >> 8, length & 0xff);

/** Text as MessagePack has it, which is also how Colyseus writes a message's type. */
export const encodeText = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const { length } = bytes;
  const header = length < 32 ? [0xa0 | length] : length < 256 ? [0xd9, length] : [0xda, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), bytes]);
};
