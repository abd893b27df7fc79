import { z } from "zod";
import { lineSchema } from "./conversation.ts";

const jsonSchema = z.record(z.string(), z.unknown());

/**
 * What happens next. `who` is a player's name, perhaps with a device of his (`ana/tablet`): he asks for a seat and takes it (`joins`), gives a command (`asks`), reports
 * his cursor in the seat's channel or that of a `ref`, waits until he has heard so much of one message type (of frames: so many entries), or lets go of the line. `studio`: the game's backend asks over HTTP;
 * `together`: several of these at once. `redis`: it is restarted, and nothing of it lost. `gives` is what came back.
 */
const stepSchema = z.union([
  z.strictObject({ studio: z.string(), with: jsonSchema.optional(), gives: z.unknown().optional() }),
  z.strictObject({
    together: z.array(z.strictObject({ studio: z.string(), with: jsonSchema.optional() })),
    gives: z.unknown().optional(),
  }),
  z.strictObject({ redis: z.literal("restarts"), gives: z.unknown().optional() }),
  z.strictObject({ who: z.string(), joins: jsonSchema, gives: z.unknown().optional() }),
  z.strictObject({ who: z.string(), asks: z.string(), with: jsonSchema, gives: z.unknown().optional() }),
  z.strictObject({ who: z.string(), reports: z.array(z.int()).min(2).max(3), gives: z.unknown().optional() }),
  z.strictObject({ who: z.string(), until: z.string(), count: z.int(), gives: z.unknown().optional() }),
  z.strictObject({ who: z.string(), leaves: z.literal(true), gives: z.unknown().optional() }),
]);
export type Step = z.infer<typeof stepSchema>;

/** By message type; a frame is told as its entries, and what is about a followed channel has its `ref` first. */
const heardSchema = z.tuple([z.string()]).rest(z.unknown());
export type Heard = z.infer<typeof heardSchema>;

/**
 * A dialogue with a chat service, each message of it, as it went. `lines` holds the bytes that came to those who were watched, in the order they joined; `heard` what
 * they mean. A `token` of `$token` in a request stands for a fresh one.
 */
export const dialogueSchema = z.strictObject({
  about: z.string(),
  recorded: z.string(),
  steps: z.array(stepSchema),
  heard: z.record(z.string(), z.array(heardSchema)),
  lines: z.record(z.string(), z.array(lineSchema)),
});
export type Dialogue = z.infer<typeof dialogueSchema>;
