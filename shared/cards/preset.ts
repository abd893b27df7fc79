import * as z from "zod";
import { type CardBody, type Localised, newCardSchema } from "../card.ts";
import { GremioError } from "../errors.ts";
import { cleanText } from "../text.ts";

/** What a preset makes of a member's parameters. */
export type Made = Omit<z.input<typeof newCardSchema>, "card" | "expiresAt"> & {
  forMinutes?: number | undefined;
};

/** A card members can post: what they say, and what Gremio makes of it. */
export type Preset<S extends z.ZodRawShape> = {
  params: S;
  make(params: z.infer<z.ZodObject<S>>): Made;
};

export const definePreset = <S extends z.ZodRawShape>(preset: Preset<S>): Preset<S> => preset;

/** A member's own words on a card, of one line. */
export const lineSchema = (length: number) => z.string().min(1).max(length);

/** The words as they are stored. Throws `text-empty`, `text-not-allowed`, and `bad-request` when they are longer than they may be. */
export const cleanLine = (text: string, length: number): string => {
  const clean = cleanText(text).replaceAll(/\s+/gu, " ");
  if (clean.length > length)
    throw new GremioError("bad-request", { details: [`a text of at most ${length} characters`] });
  return clean;
};

/** A text in every language with its parameters. */
export const filled = (texts: Localised, params: Readonly<Record<string, string | number>>): Localised => {
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
  return { "es-419": fill(texts["es-419"]), "pt-BR": fill(texts["pt-BR"]), en: fill(texts.en) };
};

/** How long a card lives that its author gave no end. */
const DEFAULT_MINUTES = 7 * 24 * 60;
export const minutesSchema = z
  .int()
  .min(1)
  .max(30 * 24 * 60)
  .optional();

/** The card of what a preset has made. */
export const toCard = (card: string, { forMinutes, ...made }: Made, nowMs: number): CardBody =>
  newCardSchema.parse({ ...made, card, expiresAt: nowMs + (forMinutes ?? DEFAULT_MINUTES) * 60_000 });
