import * as z from "zod";
import type { LOCALES } from "./locale.ts";

/** A text in every language; each client shows its player's. */
export const localisedSchema = z.strictObject({
  "es-419": z.string().min(1).max(200),
  "pt-BR": z.string().min(1).max(200),
  en: z.string().min(1).max(200),
}) satisfies z.ZodType<Record<(typeof LOCALES)[number], string>>;
export type Localised = z.infer<typeof localisedSchema>;

const nameSchema = z.string().regex(/^[a-z][A-Za-z0-9-]{0,31}$/, "a name: a-z first, then A-Z a-z 0-9 -, at most 32");

/**
 * Something a reader can do with a card. Gremio counts who has done it: each player once, and never more than `cap`. Of the actions of one `group` a player has at
 * most one; choosing another moves him. `undo` lets him take it back. `webhook`: the studio decides, by its answer to a signed request.
 */
export const cardActionSchema = z.strictObject({
  id: nameSchema,
  label: localisedSchema.optional(),
  cap: z.int().min(1).max(10_000).optional(),
  group: nameSchema.optional(),
  undo: z.boolean().default(false),
  /** `others`: everybody but the author. */
  by: z.enum(["all", "others", "author"]).default("all"),
  webhook: z.boolean().default(false),
});
export type CardAction = z.infer<typeof cardActionSchema>;

/** Longest `data` of a card, and `result` of its state, in bytes of JSON. */
export const CARD_DATA_BYTES = 1024;

const small = (value: unknown): boolean => new TextEncoder().encode(JSON.stringify(value)).length <= CARD_DATA_BYTES;
const dataSchema = z.record(z.string().max(64), z.json()).refine(small, `at most ${CARD_DATA_BYTES} bytes of JSON`);

/** A card as it lies in the log: what it is about and what can be done with it. A client that does not know `card` shows `fallback`. */
export const cardBodySchema = z.object({
  card: nameSchema,
  data: dataSchema,
  fallback: localisedSchema,
  /** Epoch ms after which nothing can be done with it. */
  expiresAt: z.int().optional(),
  actions: z.array(cardActionSchema).max(12),
});
export type CardBody = z.infer<typeof cardBodySchema>;

/** What has become of a card. A higher version is newer; there is one current state. */
export const cardStateSchema = z.object({
  version: z.int(),
  /** How many have done each action; absent means none. */
  counts: z.record(z.string(), z.int()),
  /** Numbers of members who did it, the first 40. */
  who: z.record(z.string(), z.array(z.int())),
  closed: z.boolean(),
  /** Set by the studio: a replay's link, an outcome. */
  result: dataSchema.optional(),
});
export type CardState = z.infer<typeof cardStateSchema>;
