import { createReadStream } from "node:fs";
import { IMPORT_LINE_BYTES } from "../../shared/import.ts";

/** A line of a file: its number from 1 on, its text (undefined: it is no UTF-8, or too long), and where in the file it ends. */
export type Line = { number: number; text: string | undefined; end: number };

const NEWLINE = 10;
const BLOCK_BYTES = 1 << 20;

/** The lines of a file that are not blank, read as they are taken: a file may be longer than memory, and so may a line. */
export const linesOf = async function* (path: string): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const read = (bytes: Buffer): string | undefined => {
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  };
  let [number, end] = [0, 0];
  let rest: Buffer[] = [];
  let restBytes = 0;
  const taken = (last: Buffer): Line[] => {
    number += 1;
    const bytes = rest.length === 0 ? last : Buffer.concat([...rest, last]);
    const text = restBytes + last.length > IMPORT_LINE_BYTES ? undefined : read(bytes);
    [rest, restBytes] = [[], 0];
    return text?.trim() === "" ? [] : [{ number, text, end }];
  };
  for await (const block of createReadStream(path, { highWaterMark: BLOCK_BYTES })) {
    if (!Buffer.isBuffer(block)) throw new TypeError("a file is read as bytes");
    const lines: Line[] = [];
    let from = 0;
    for (let at = block.indexOf(NEWLINE); at !== -1; at = block.indexOf(NEWLINE, from)) {
      end += at + 1 - from;
      lines.push(...taken(block.subarray(from, at)));
      from = at + 1;
    }
    end += block.length - from;
    // Of a line that is too long the rest is only counted.
    if (from < block.length && restBytes <= IMPORT_LINE_BYTES) rest.push(block.subarray(from));
    restBytes += block.length - from;
    yield lines;
  }
  if (restBytes > 0) yield taken(Buffer.alloc(0));
};
