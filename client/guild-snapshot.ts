import * as z from "zod";
import { type PlayerId, playerIdSchema } from "../shared/id.ts";
import { localeSchema } from "../shared/locale.ts";
import { rankSchema } from "../shared/rank.ts";
import { fieldsOf } from "./fields-of.ts";
import { challengeSchema, type WarChallenge, warSchema } from "./war-snapshot.ts";

const rosterMemberSchema = z.object({
  number: z.number(),
  name: z.string(),
  avatar: z.string(),
  level: z.number(),
  power: z.number(),
  rank: rankSchema.catch("member"),
  points: z.number(),
  online: z.boolean(),
  fields: z.string().transform(fieldsOf),
  locale: localeSchema.catch("es-419"),
  zone: z.string().catch(""),
  version: z.number().catch(0),
  /** Whether he is in for wars. */
  warReady: z.boolean().catch(true),
  /** Expected end, in epoch ms, of the match he is in; 0: he is in none. */
  matchUntil: z.number().catch(0),
});

/** The guild as it was at one moment, a plain object; fields of later versions are left out, and those an older server does not send have nothing in them. */
export const guildSnapshotSchema = z.object({
  id: z.string(),
  name: z.string(),
  tag: z.string(),
  points: z.number(),
  memberCount: z.number(),
  onlineCount: z.number(),
  roster: z
    .record(playerIdSchema, rosterMemberSchema)
    .transform(
      (roster): ReadonlyMap<PlayerId, RosterMember> =>
        new Map(Object.entries(roster).map(([player, member]) => [player, { player, ...member }])),
    ),
  motto: z.string().catch(""),
  /** Undefined when the guild has not told. */
  language: localeSchema.optional().catch(undefined),
  region: z.string().catch(""),
  emblem: z.string().catch(""),
  level: z.number().catch(1),
  /** Points that ever came in: what the level is counted by. */
  earned: z.number().catch(0),
  seasonPoints: z.number().catch(0),
  /** 0: the server does not say. */
  capacity: z.number().catch(0),
  /** When the guild is disbanded, in epoch ms; 0: it goes on. */
  disbandsAt: z.number().catch(0),
  /** When the newest mail was written, in epoch ms; 0: there is none. */
  mailAt: z.number().catch(0),
  /** Requests to be let in that wait for an answer, of whoever may give it. */
  requests: z.number().catch(0),
  /** The war it is in, or was in until a day ago. */
  war: warSchema.optional().catch(undefined),
  /** Those that wait for an answer, by the war's id. */
  challenges: z
    .record(z.string(), challengeSchema)
    .transform((challenges): ReadonlyMap<string, WarChallenge> => new Map(Object.entries(challenges)))
    .catch(() => new Map<string, WarChallenge>()),
});
export type RosterMember = z.infer<typeof rosterMemberSchema> & { player: PlayerId };
export type GuildSnapshot = z.infer<typeof guildSnapshotSchema>;

/** The snapshot of what the room has decoded; undefined before the first full state. */
export const toGuildSnapshot = (state: unknown): GuildSnapshot | undefined =>
  typeof state === "object" && state !== null
    ? guildSnapshotSchema.safeParse(JSON.parse(JSON.stringify(state))).data
    : undefined;
