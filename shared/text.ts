import * as z from "zod";
import { GremioError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

export const textSchema = z.string().max(8 * LIMITS.textLength);

/** The text as it is stored: normalised to NFC, control characters and outer blanks gone. Throws `text-empty` or `text-too-long`. */
export const cleanText = (text: string): string => {
  const clean = text
    .toWellFormed()
    .normalize("NFC")
    .replaceAll(/(?!\n)[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .trim();
  if (!/[^\s\p{Cf}]/u.test(clean)) throw new GremioError("text-empty");
  if ([...clean].length > LIMITS.textLength) throw new GremioError("text-too-long");
  return clean;
};
