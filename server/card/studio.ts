import { createHash } from "node:crypto";
import { z } from "zod";
import { cardDataSchema, localisedSchema } from "../../shared/card.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";

/** What a player wants to do with a card, for the studio to decide. */
export type StudioQuestion = {
  /** The same for each try of one tap, and for no other: by it the studio knows that it has answered before. */
  id: string;
  channel: ChannelId;
  epoch: number;
  seq: number;
  card: string;
  data: Record<string, unknown>;
  action: string;
  player: PlayerId;
  /** The player's number in the channel. */
  number: number;
  nonce: string;
};

/** Redis' JSON knows no half of a surrogate pair: the card could not be read any more. */
const isText = (value: unknown): boolean =>
  typeof value === "string"
    ? value.isWellFormed()
    : typeof value !== "object" ||
      value === null ||
      Object.entries(value).every(([name, part]) => name.isWellFormed() && isText(part));

/** The studio's answer. `message` is shown to the player; `result` becomes the card's. */
export const studioVerdictSchema = z.object({
  accept: z.boolean(),
  message: localisedSchema.optional(),
  result: cardDataSchema.refine(isText, "half a surrogate pair is not text").optional(),
});
export type StudioVerdict = z.infer<typeof studioVerdictSchema>;

/** How long one answer may take, from the beginning of the request to the end of the answer's body. */
export const STUDIO_DEADLINE_MS = 5_000;

/** Asks once, and answers within the deadline; undefined: nothing was answered that is understood, and nobody knows what the studio did. Never throws. */
export type AskStudio = (question: StudioQuestion) => Promise<StudioVerdict | undefined>;

export const questionId = ({
  channel,
  epoch,
  seq,
  player,
  action,
  nonce,
}: Omit<StudioQuestion, "id" | "card" | "data" | "number">): string =>
  createHash("sha256")
    .update(JSON.stringify([channel, epoch, seq, player, action, nonce]))
    .digest("base64url");
