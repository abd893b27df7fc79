import * as z from "zod";
import { GremioError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

export const textSchema = z.string().max(8 * LIMITS.textLength);

/** Control characters besides the line's end and the tab, and marks that turn the direction of reading: with them a text can be made to look like another. */
const FORBIDDEN = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/**
 * The text as it is stored: normalised to NFC, line ends as `\n`, outer blanks gone. The marks a keyboard sets by itself in texts from right to left (U+200E,
 * U+200F) go too. Throws `text-not-allowed`, `text-empty` or `text-too-long`.
 */
export const cleanText = (text: string): string => {
  const clean = text
    .toWellFormed()
    .normalize("NFC")
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[\u200e\u200f]/g, "")
    .trim();
  if (FORBIDDEN.test(clean)) throw new GremioError("text-not-allowed");
  if (!/[^\s\p{Cf}]/u.test(clean)) throw new GremioError("text-empty");
  if ([...clean].length > LIMITS.textLength) throw new GremioError("text-too-long");
  return clean;
};

/** Whether a text is one line that shows as it reads: neither control characters, line ends, nor marks that turn the direction of reading. */
export const isPlainLine = (text: string): boolean =>
  text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text);
