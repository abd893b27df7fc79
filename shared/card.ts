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

/** How many numbers of members a card's state names for each action. */
export const CARD_NAMED = 40;
/** Most actions of a card. */
const CARD_ACTIONS = 12;
/** Longest life of a card that ends by itself. */
export const CARD_LIFE_MS = 30 * 24 * 60 * 60 * 1000;
/** Longest `data` of a card, and `result` of its state, in bytes of JSON. */
const CARD_DATA_BYTES = 1024;

/**
 * Something a reader can do with a card. Gremio counts who has done it: each player once, and never more than `cap`. Of the actions of one `group` a player has at
 * most one; choosing another moves him. `undo` lets him take it back. `webhook`: the studio decides, by its answer to a signed request; what it has accepted is
 * neither moved nor taken back.
 */
export const cardActionSchema = z.strictObject({
  id: nameSchema,
  /** A plain text is the same in every language. */
  label: z.union([z.string().min(1).max(200), localisedSchema]).optional(),
  cap: z.int().min(1).max(10_000).optional(),
  group: nameSchema.optional(),
  undo: z.boolean().default(false),
  /** `others`: everybody but the author. */
  by: z.enum(["all", "others", "author"]).default("all"),
  webhook: z.boolean().default(false),
  /** When the cap is reached, nothing can be done with the card any more. */
  closes: z.boolean().default(false),
});
export type CardAction = z.infer<typeof cardActionSchema>;

const isSmall = (value: unknown): boolean => new TextEncoder().encode(JSON.stringify(value)).length <= CARD_DATA_BYTES;
export const cardDataSchema = z
  .record(z.string().max(64), z.unknown())
  .refine(isSmall, `at most ${CARD_DATA_BYTES} bytes of JSON`);

/** A card as it lies in the log: what it is about and what can be done with it. A client that does not know `card` shows `fallback`. */
export const cardBodySchema = z.object({
  card: nameSchema,
  data: cardDataSchema,
  fallback: localisedSchema,
  /** Epoch ms after which nothing can be done with it. */
  expiresAt: z.int().optional(),
  actions: z.array(cardActionSchema).max(CARD_ACTIONS),
  /** An action the author has done by posting it. */
  authorDoes: nameSchema.optional(),
});
export type CardBody = z.infer<typeof cardBodySchema>;

/** A card nobody has posted yet, with what must hold among its actions. */
export const newCardSchema = cardBodySchema.strict().superRefine(({ actions }, context) => {
  const refuse = (index: number, message: string): void =>
    context.addIssue({ code: "custom", path: ["actions", index], message });
  for (const [index, { id, cap, closes, undo, webhook }] of actions.entries()) {
    if (actions.findIndex((action) => action.id === id) !== index) refuse(index, "another action has that id");
    if (closes && cap === undefined) refuse(index, "closes needs a cap");
    if (webhook && undo) refuse(index, "what the studio has accepted cannot be taken back");
  }
});

/** What has become of a card. A higher version is newer; there is one current state. */
export const cardStateSchema = z.object({
  version: z.int(),
  /** How many have done each action; absent means none. */
  counts: z.record(z.string(), z.int()),
  /** Numbers of members who did it, in this order, at most 40 of them. */
  who: z.record(z.string(), z.array(z.int())),
  /** Nothing can be done with it any more. A card whose `expiresAt` has passed is not, and behaves the same. */
  closed: z.boolean(),
  /** A replay's link, an outcome. */
  result: cardDataSchema.optional(),
});
export type CardState = z.infer<typeof cardStateSchema>;

/** The state of a card nobody has acted on yet; `from`: its author's number. */
export const firstState = (from: number, { authorDoes }: CardBody): CardState => ({
  version: 1,
  counts: authorDoes === undefined ? {} : { [authorDoes]: 1 },
  who: authorDoes === undefined ? {} : { [authorDoes]: [from] },
  closed: false,
});

/** The numbers of members a state speaks of. */
export const numbersOfState = ({ who }: CardState): number[] => Object.values(who).flat();
