import * as z from "zod";
import type { CardBody } from "../card.ts";
import { challenge } from "./challenge.ts";
import { help } from "./help.ts";
import { poll } from "./poll.ts";
import { type Made, type Preset, toCard } from "./preset.ts";
import { rollCall } from "./roll-call.ts";
import { teamCall } from "./team-call.ts";

const asked = <const N extends string, S extends z.ZodRawShape>(card: N, { params }: Preset<S>) =>
  z.object({ card: z.literal(card), ...params });

/** A card a member posts: one of those built in, with its parameters. */
export const memberCardSchema = z.discriminatedUnion("card", [
  asked("help", help),
  asked("challenge", challenge),
  asked("team-call", teamCall),
  asked("poll", poll),
  asked("roll-call", rollCall),
]);
export type MemberCard = z.infer<typeof memberCardSchema>;

/** What is posted for a member. Throws `text-empty`, `text-not-allowed`, `bad-request`. */
export const fromMember = (asked: MemberCard, nowMs: number): CardBody => toCard(asked.card, made(asked), nowMs);

const made = (asked: MemberCard): Made => {
  switch (asked.card) {
    case "help":
      return help.make(asked);
    case "challenge":
      return challenge.make(asked);
    case "team-call":
      return teamCall.make(asked);
    case "poll":
      return poll.make(asked);
    case "roll-call":
      return rollCall.make(asked);
  }
};
