import * as z from "zod";
import { guildIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { reasonSchema } from "./moderation.ts";
import { itemsSchema } from "./ranking.ts";
import { MOST_FIGHTERS, warModeIdSchema } from "./war-mode.ts";

export const warIdSchema = z.string().regex(/^w[a-z0-9]{23}$/, "a war's id, as it was given");
export type WarId = z.infer<typeof warIdSchema>;

/**
 * `asking`: the other guild is about to be told; `challenged` until it answers; `preparing` until it starts; `active`; `settling`: no battle counts any more, rewards are
 * being given; `settled`. Without a result end `declined`, `withdrawn`, `expired`, `cancelled`. `held`: battles and sums differ, nothing is paid until the studio has
 * decided; `voided`: the studio has taken the whole war back.
 */
export const WAR_PHASES = [
  ...(["asking", "challenged", "preparing", "active", "settling", "settled"] as const),
  ...(["declined", "withdrawn", "expired", "cancelled", "held", "voided"] as const),
] as const;
export const warPhaseSchema = z.enum(WAR_PHASES);
export type WarPhase = z.infer<typeof warPhaseSchema>;

/** 0: the guild that challenged; 1: the other. */
export const sideSchema = z.union([z.literal(0), z.literal(1)]);
export type Side = z.infer<typeof sideSchema>;

/** Of one battle. */
export const MOST_SCORE = 1_000_000_000;
export const MOST_REPORTS = 100;

export const battleIdSchema = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 characters of A-Z a-z 0-9 _ . -");
export const battleTokenSchema = z.string().regex(/^[A-Za-z0-9_-]{22}$/, "a token, as startBattle gave it");
/** What was attacked, by the game's own id: a base, a member, a tower. */
const targetSchema = z.string().regex(/^[A-Za-z0-9_.|-]{1,64}$/, "1 to 64 characters of A-Z a-z 0-9 _ . | -");

export const warParamsSchema = z.object({ war: warIdSchema });

const warSideSchema = z.object({
  guild: guildIdSchema,
  name: z.string(),
  tag: z.string(),
  score: z.int(),
  /** That count. */
  battles: z.int(),
  /** Once it is settled who fights. */
  fighters: z.int().optional(),
  /** Wants the war called off, before it starts. */
  callsOff: z.boolean(),
});

const paymentSchema = z.object({
  side: sideSchema,
  /** Left out: the guild itself. */
  player: playerIdSchema.optional(),
  points: z.int(),
  items: itemsSchema.optional(),
  /** In which round of settling it was given; it is given once. */
  round: z.int().min(1),
});
export type Payment = z.infer<typeof paymentSchema>;

const ratingChangeSchema = z.object({ mu: z.number(), sigma: z.number(), muBy: z.number(), sigmaBy: z.number() });

/** What came of a war; written once in each round of settling. A further round corrects the one before: the studio took a battle or the war back. */
export const warResultSchema = z.object({
  round: z.int().min(1),
  outcome: z.enum(["settled", "voided"]),
  /** Null: nobody won. */
  winner: sideSchema.nullable(),
  /** What decided: the score, or a tie-break of the mode. */
  by: z.enum(["score", "fewer-attempts", "earlier", "more-fighters", "draw"]),
  scores: z.tuple([z.int(), z.int()]),
  battles: z.tuple([z.int(), z.int()]),
  /** The best ten of both sides. */
  best: z.array(
    z.object({ side: sideSchema, player: playerIdSchema, name: z.string(), score: z.int(), battles: z.int() }),
  ),
  /** Of each side: its rating before, and what the war adds. Left out: not rated. */
  ratings: z.tuple([ratingChangeSchema, ratingChangeSchema]).optional(),
  payments: z.array(paymentSchema),
  /** Fighters who had left their guild by the end, where they get nothing then. */
  forfeited: z.array(playerIdSchema).optional(),
});
export type WarResult = z.infer<typeof warResultSchema>;

export const warSchema = z.object({
  war: warIdSchema,
  phase: warPhaseSchema,
  mode: warModeIdSchema,
  /** By the clock of Redis, in ms. */
  now: z.int(),
  at: z.int(),
  sides: z.tuple([warSideSchema, warSideSchema]),
  answerUntil: z.int().optional(),
  /** When it is settled who fights. */
  lockAt: z.int().optional(),
  startsAt: z.int().optional(),
  endsAt: z.int().optional(),
  endedAt: z.int().optional(),
  /** Who leads; left out: nobody. */
  lead: sideSchema.optional(),
  reason: z.string().optional(),
  /** Without its payments; those are the studio's to see. */
  result: warResultSchema
    .omit({ payments: true })
    .extend({ payments: z.array(paymentSchema).optional() })
    .optional(),
});
export type War = z.infer<typeof warSchema>;

export const challengeSchema = z.strictObject({
  nonce: nonceSchema,
  opponent: guildIdSchema,
  mode: warModeIdSchema,
});
export const answerWarSchema = z.strictObject({ accept: z.boolean(), reason: reasonSchema.optional() });
export const callOffSchema = z.strictObject({ guild: guildIdSchema, on: z.boolean().default(true) });

export const guildWarSchema = z.object({
  now: z.int(),
  /** The one it is bound to. */
  war: warSchema.optional(),
  challenges: z.array(
    z.object({
      war: warIdSchema,
      opponent: guildIdSchema,
      name: z.string(),
      tag: z.string(),
      mode: warModeIdSchema,
      /** The other guild has asked. */
      incoming: z.boolean(),
      /** Until when it can be answered, in epoch ms. */
      until: z.int(),
    }),
  ),
  /** Nobody can challenge it before, in epoch ms; 0: anybody can. */
  protectedUntil: z.int(),
  record: z.object({ won: z.int(), drawn: z.int(), lost: z.int() }),
  /** How strong it is held to be after its rated wars, and how sure that is (OpenSkill). */
  rating: z.object({ mu: z.number(), sigma: z.number() }),
});

export const pastWarsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(50).default(20),
  before: warIdSchema.optional(),
});
export const pastWarsSchema = z.object({
  wars: z.array(
    z.object({
      war: warIdSchema,
      opponent: guildIdSchema,
      outcome: z.enum(["win", "draw", "loss", "voided"]),
      /** When it was over, in epoch ms. */
      at: z.int(),
    }),
  ),
});

export const fightersSchema = z.object({
  fighters: z
    .array(
      z.object({
        side: sideSchema,
        player: playerIdSchema,
        name: z.string(),
        level: z.int(),
        power: z.int(),
        attemptsLeft: z.int(),
        battles: z.int(),
        /** What he added to his side's score. */
        score: z.int(),
      }),
    )
    .max(2 * MOST_FIGHTERS),
});

export const startBattleSchema = z.strictObject({ nonce: nonceSchema, player: playerIdSchema });
export const startedBattleSchema = z.object({
  token: battleTokenSchema,
  beganAt: z.int(),
  /** Its result is taken until then, in epoch ms. */
  until: z.int(),
  attemptsLeft: z.int(),
});

const reportSchema = z.strictObject({
  battle: battleIdSchema,
  token: battleTokenSchema,
  player: playerIdSchema,
  score: z.int().min(0).max(MOST_SCORE),
  target: targetSchema.optional(),
});
export type Report = z.infer<typeof reportSchema>;
export const reportsSchema = z.strictObject({ battles: z.array(reportSchema).min(1).max(MOST_REPORTS) });
export const reportedSchema = z.object({
  battles: z.array(
    z.object({
      battle: battleIdSchema,
      /** `ok`: it counts, now or (`repeated`) since before. Else the code it is refused with. */
      code: z.string(),
      repeated: z.boolean(),
      /** Of the fighter's side, and of the other, now. */
      scores: z.tuple([z.int(), z.int()]),
      /** What it added; less than its own score where only the best count. */
      added: z.int(),
    }),
  ),
});
export const dropBattleParamsSchema = z.strictObject({ war: warIdSchema, token: battleTokenSchema });
export const voidBattleSchema = z.strictObject({
  war: warIdSchema,
  battle: battleIdSchema,
  /** The fighter may fight again, while the war is active. */
  giveBack: z.boolean().default(false),
  reason: reasonSchema,
});
export const voidWarSchema = z.strictObject({ war: warIdSchema, reason: reasonSchema });
