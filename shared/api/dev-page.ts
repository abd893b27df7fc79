import * as z from "zod";
import { guildIdSchema, playerIdSchema } from "../id.ts";
import { localeSchema } from "../locale.ts";
import { myDecisionSchema, reportedSchema } from "./push.ts";

/** The guild the page of `npm start` opens on. */
export const PAGE_GUILD = "condores";
/** A mode of wars that are over within minutes; only `npm start` puts it. */
export const DEMO_MODE = "demo";

/** What the page of `npm start` and its service say to each other; production has neither. */

const personSchema = z.object({ player: playerIdSchema, name: z.string(), locale: localeSchema });

/** `GET /dev/cast`: the guild the page opens on. */
export const castSchema = z.object({
  guild: guildIdSchema,
  /** The three of the page: the leader first, the one who can be sent away last. */
  players: z.array(personSchema),
  /** Who keeps the guild alive. */
  bots: z.array(personSchema),
  /** The guild to go to war with, its leader on the page too. */
  rivals: z.object({ guild: guildIdSchema, players: z.array(personSchema), bots: z.array(personSchema) }),
  /** Whether there are phones to look at; without the sandbox pushes go to real ones. */
  phones: z.boolean(),
});
export type Cast = z.infer<typeof castSchema>;

/** `POST /dev/players/:player/token` */
export const mintedTokenSchema = z.object({ token: z.string() });

/** One phone as the sandbox shows it; `GET /dev/phones` sends each as an event, at once and whenever it changes. */
export const phoneSchema = z.object({
  player: playerIdSchema,
  platform: z.enum(["android", "ios", "web"]),
  /** How many pushes it has ever received. */
  received: z.int(),
  /** What is on its screen, oldest first. */
  screen: z.array(
    z.object({
      id: z.int(),
      title: z.string().nullable(),
      body: z.string().nullable(),
      /** In epoch ms. */
      shownAtMs: z.int(),
      /** How many pushes this one replaced. */
      replaced: z.int(),
      /** Its id, by which the game reports what became of it. */
      push: z.string().optional(),
    }),
  ),
});
export type Phone = z.infer<typeof phoneSchema>;

/** `PUT /dev/players/:player/locale` */
export const putLocaleSchema = z.strictObject({ locale: localeSchema });

/** `POST /dev/players/:player/battles`: he has fought one of his guild's war, and the game has told the result. Refused with 409 and a code of the catalogue. */
export const foughtSchema = z.object({ score: z.int() });
export const notFoughtSchema = z.object({ code: z.string() });

/** `GET /dev/players/:player/decisions`: why a player was told by push or not, newest first. `again`: what it was made from gives the same decision once more. */
export const whySchema = z.object({
  decisions: z.array(
    myDecisionSchema.extend({
      id: z.string(),
      push: z.object({ id: z.string(), kind: z.string(), tag: z.string() }).optional(),
      answers: z.record(z.string(), z.string()).optional(),
      reports: reportedSchema.optional(),
      again: z.boolean(),
    }),
  ),
});
export type Why = z.infer<typeof whySchema>;
