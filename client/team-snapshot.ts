import * as z from "zod";
import { type PlayerId, playerIdSchema } from "../shared/id.ts";
import { localeSchema } from "../shared/locale.ts";
import { rankSchema } from "../shared/rank.ts";

const teamMemberSchema = z.object({
  number: z.number(),
  name: z.string(),
  avatar: z.string(),
  level: z.number(),
  rank: rankSchema.catch("member"),
  /** What he is in the team, as the game names it. */
  role: z.string(),
  /** He was asked by the last readiness check. */
  asked: z.boolean(),
  /** What he answered; empty: nothing yet. */
  ready: z.enum(["", "yes", "no"]).catch(""),
  /** He has a connection to the team's room. */
  online: z.boolean(),
  locale: localeSchema.catch("es-419"),
  version: z.number(),
  /** In a party what he is; empty in other teams. */
  speaks: z.enum(["", "host", "speaker", "listener"]).catch(""),
  /** When he raised his hand to speak, in epoch ms; 0: he has not. */
  hand: z.number().catch(0),
});

/** The team as it was at one moment, a plain object; fields of later versions are left out. */
export const teamSnapshotSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Number of the member who leads it; 0: nobody. */
  leader: z.number(),
  memberCount: z.number(),
  onlineCount: z.number(),
  capacity: z.number(),
  members: z
    .record(playerIdSchema, teamMemberSchema)
    .transform(
      (members): ReadonlyMap<PlayerId, TeamMember> =>
        new Map(Object.entries(members).map(([player, member]) => [player, { player, ...member }])),
    ),
  topic: z.string(),
  /** Undefined when it was not told. */
  language: localeSchema.optional().catch(undefined),
  /** Whose members may drop in: `guild:<id>` or `circle:<id>`; empty: nobody's. */
  open: z.string(),
  selfRoles: z.boolean(),
  match: z.string(),
  war: z.string(),
  /** When the match is expected to be over, in epoch ms; 0: not known. */
  endsAt: z.number(),
  /** The last readiness check: answer it by `ask("answerCheck", …)`; empty: there was none. */
  check: z.string(),
  checkUntil: z.number(),
  checkBy: z.number(),
  /** Empty while it runs. */
  checkResult: z.enum(["", "ready", "not-ready"]).catch(""),
  /** It is a party: whoever is of `open` drops in, and its host says who speaks. */
  party: z.boolean().catch(false),
  everyoneSpeaks: z.boolean().catch(false),
});
export type TeamMember = z.infer<typeof teamMemberSchema> & { player: PlayerId };
export type TeamSnapshot = z.infer<typeof teamSnapshotSchema>;

/** The snapshot of what the room has decoded; undefined before the first full state, and for the state of another kind of room. */
export const toTeamSnapshot = (state: unknown): TeamSnapshot | undefined =>
  typeof state === "object" && state !== null
    ? teamSnapshotSchema.safeParse(JSON.parse(JSON.stringify(state))).data
    : undefined;
