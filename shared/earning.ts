import * as z from "zod";
import { playerIdSchema } from "./id.ts";
import { profileSchema } from "./profile.ts";
import { rankSchema } from "./rank.ts";

/** Events Gremio tells by itself; the studio's game cannot send them. */
export const OWN_EVENTS = ["help-given", "friend-stayed", "first-war"] as const;
export const isOwnEvent = (event: string): boolean => OWN_EVENTS.some((own) => own === event);

const nameSchema = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "a-z, then at most 39 of a-z 0-9 -");

/** Something that happened to a player in the game. */
export const earningEventSchema = z
  .strictObject({
    /** The game's own id of this event of this player: the same id again is the same event. Other players' events may have it too. */
    id: z.string().regex(/^[A-Za-z0-9_.:-]{1,56}$/, "1 to 56 characters of A-Z a-z 0-9 _ . : -"),
    event: nameSchema,
    player: playerIdSchema,
    /** Who played with him. */
    with: z.array(playerIdSchema).max(20).optional(),
    /** The other one of an event between two: whom he helped, who stayed. */
    partner: playerIdSchema.optional(),
    /** A number that rules may pay by, such as a score. */
    value: z.number().min(0).max(1e12).optional(),
  })
  .refine(({ player, partner }) => player !== partner, { path: ["partner"], error: "somebody else than the player" });
export type EarningEvent = z.infer<typeof earningEventSchema>;

const MOST_POINTS = 1_000_000_000;
const pointsSchema = z.int().min(0).max(MOST_POINTS);
const capSchema = z.int().min(1).max(1_000_000_000_000);

/** What one book gets: `points`, and `perValue` for each 1 of the event's value, both together at most `most`. */
const paySchema = z
  .strictObject({
    points: pointsSchema.default(0),
    perValue: z.number().min(0).max(1_000_000).default(0),
    most: pointsSchema.min(1).optional(),
  })
  .refine(({ points, perValue }) => points > 0 || perValue > 0, "points or perValue")
  .refine(({ perValue, most }) => perValue === 0 || most !== undefined, {
    path: ["most"],
    error: "needed with perValue, so that one wrong value cannot pay a fortune",
  });
export type Pay = z.infer<typeof paySchema>;

/** Points to the player's own book; points he brings to his guild; points the guild gets by all its members. */
const pointCaps = {
  day: capSchema,
  week: capSchema,
  broughtDay: capSchema,
  broughtWeek: capSchema,
  guildDay: capSchema,
};
const allCapsSchema = z.strictObject(pointCaps).partial();
const ruleCapsSchema = z
  .strictObject({
    ...pointCaps,
    /** For ever, whatever season it is. */
    ever: capSchema,
    broughtEver: capSchema,
    /** How often the rule pays one player. */
    timesDay: capSchema,
    timesWeek: capSchema,
    timesEver: capSchema,
  })
  .partial();
export type RuleCaps = z.infer<typeof ruleCapsSchema>;

export const earningRuleSchema = z
  .strictObject({
    event: nameSchema,
    /** Needed where several rules are of one event: what has been counted is counted under this name. */
    id: nameSchema.optional(),
    /** What the player's own book gets. */
    player: paySchema.optional(),
    /** What his guild's book gets; it is his contribution. */
    guild: paySchema.optional(),
    when: z
      .strictObject({
        level: z.int().min(0).max(1_000_000),
        ranks: z.array(rankSchema).min(1),
        value: z.number().min(0).max(1e12),
        /** So long he must have been a member of his guild. */
        memberHours: z.int().min(1).max(8_760),
      })
      .partial()
      .optional(),
    /** Each guild mate who played with him adds so many per cent, all together at most `most`. */
    together: z.strictObject({ percent: z.int().min(1).max(1_000), most: z.int().min(1).max(1_000) }).optional(),
    /** The 1st, 2nd … time of a day pays so many per cent; the last share holds for all further times. */
    shares: z.array(z.int().min(0).max(100)).min(1).max(100).optional(),
    caps: ruleCapsSchema.optional(),
    /** For events between two. */
    pair: z
      .strictObject({
        /** How often a week the same two count for each other, both ways together. */
        week: z.int().min(1).max(1_000).default(3),
        /** How many different partners a week count for one player, whichever of the two he is. */
        partners: z.int().min(1).max(1_000).default(10),
        /** Whether both must be of one guild, and no new members. */
        mates: z.boolean().default(true),
      })
      .optional(),
  })
  .refine(({ player, guild }) => player !== undefined || guild !== undefined, "player or guild: what it pays");
export type EarningRule = z.infer<typeof earningRuleSchema>;

export const idOfRule = ({ id, event }: Pick<EarningRule, "id" | "event">): string => id ?? event;

/** The studio's rules: what which event pays. */
export const earningRulesSchema = z
  .strictObject({
    /** Days and weeks (from Monday) are this zone's, for all players and guilds. */
    zone: profileSchema.shape.zone.unwrap(),
    /** Who joined less than this ago counts neither as a mate nor as a partner. */
    newMemberHours: z.int().min(0).max(8_760).default(24),
    /** Over all rules together. */
    caps: allCapsSchema.optional(),
    rules: z.array(earningRuleSchema).max(200),
  })
  .superRefine(({ rules }, context) => {
    const seen = new Set<string>();
    for (const [index, rule] of rules.entries()) {
      const id = idOfRule(rule);
      if (seen.has(id)) {
        const message = `"${id}" is another rule's; each needs an id of its own`;
        context.addIssue({ code: "custom", path: ["rules", index, "id"], message });
      }
      seen.add(id);
    }
  });
export type EarningRules = z.infer<typeof earningRulesSchema>;

/** Why a rule paid what it paid. */
export const EARNING_NOTES = [
  "level",
  "rank",
  "value",
  "member-new",
  "no-guild",
  "no-partner",
  "partner-elsewhere",
  "partner-new",
  "pair-week",
  "partners-week",
  "times-day",
  "times-week",
  "times-ever",
  "share",
  "together",
  "cap-day",
  "cap-week",
  "cap-ever",
  "brought-day",
  "brought-week",
  "brought-ever",
  "guild-day",
  "left",
] as const;
export const earningNoteSchema = z.enum(EARNING_NOTES);
export type EarningNote = z.infer<typeof earningNoteSchema>;

/** What one rule paid for one event. */
export const earningLineSchema = z.object({
  rule: z.string(),
  player: z.int(),
  guild: z.int(),
  notes: z.array(earningNoteSchema),
});
export type EarningLine = z.infer<typeof earningLineSchema>;
