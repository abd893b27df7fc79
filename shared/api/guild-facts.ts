import * as z from "zod";
import { itemIdSchema } from "../entry.ts";
import { localeSchema } from "../locale.ts";
import { looksLikeEmail, looksLikePhone } from "../personal.ts";
import { isPlainLine } from "../text.ts";

const MOTTO_LENGTH = 140;
const NONE = z.literal("");

/** One visible line, as it is stored: normalised to NFC, without outer blanks. The length is in code points. */
export const plainLineSchema = (least: number, most: number) =>
  z
    .string()
    .max(8 * most, { abort: true })
    .overwrite((line) => line.normalize("NFC").trim())
    .refine((line) => [...line].length >= least && [...line].length <= most, `${least} to ${most} characters`)
    .refine(isPlainLine, "one line of visible characters");

/** What a guild tells of itself besides name and tag. An empty text takes a fact away. */
export const guildFactsSchema = z.strictObject({
  motto: plainLineSchema(0, MOTTO_LENGTH)
    .refine((motto) => !looksLikeEmail(motto) && !looksLikePhone(motto), "no e-mail address or phone number")
    .optional(),
  language: localeSchema.or(NONE).optional(),
  /** Where its members are, in a code of the studio's choice: a country (`MX`), or a wider one (`latam`). */
  region: z
    .string()
    .regex(/^[A-Za-z0-9-]{2,12}$/, "2 to 12 characters of A-Z a-z 0-9 -")
    .or(NONE)
    .optional(),
  /** An id the studio's game has a picture for. */
  emblem: itemIdSchema.or(NONE).optional(),
  /** What the guild is about, by which it is found. */
  topics: z.array(itemIdSchema).max(3).optional(),
});
export type GuildFacts = z.infer<typeof guildFactsSchema>;

/** The facts as everybody sees them; one that was never told is empty. */
export const shownFactsSchema = z.object({
  motto: z.string(),
  language: localeSchema.or(NONE),
  region: z.string(),
  emblem: z.string(),
  topics: z.array(z.string()),
});
