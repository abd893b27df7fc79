import * as z from "zod";
import { playerIdSchema } from "../id.ts";
import { profileSchema } from "../profile.ts";
import { rankSchema } from "../rank.ts";
import { MOST_FIGHTERS, warModeIdSchema } from "./war-mode.ts";

export const setWarReadySchema = z.strictObject({ ready: z.boolean() });

export const pickLineUpSchema = z.strictObject({
  players: z
    .array(playerIdSchema)
    .max(MOST_FIGHTERS)
    .refine((players) => new Set(players).size === players.length, "each player once"),
});

const hourSchema = z.int().min(0).max(23);
/** Wars begin from an hour before `hour` to two hours after it, by the clocks of `zone`. */
export const warHoursSchema = z.object({
  hour: hourSchema,
  /** IANA time zone. */
  zone: z.string(),
});
export const setWarHoursSchema = z.strictObject({
  hour: hourSchema.optional(),
  /** Empty: again the commonest among the members. */
  zone: profileSchema.shape.zone.unwrap().or(z.literal("")).optional(),
});

export const lineUpQuerySchema = z.strictObject({
  /** By which it is told who would fight. */
  mode: warModeIdSchema.optional(),
  /** How many members are passed over. */
  offset: z.coerce.number().int().min(0).max(10_000).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});

export const lineUpSchema = z.object({
  /** Members there are, are in, are in and were seen lately (by the mode's `activeDays`, else 7 days), would fight, and are picked. */
  memberCount: z.int(),
  ready: z.int(),
  active: z.int(),
  fighters: z.int(),
  picked: z.int(),
  /** When it is settled who fights in the war the guild is in, in epoch ms; `locked`: it is, and nothing can be changed till the war is over. */
  lockAt: z.int().optional(),
  locked: z.boolean(),
  evening: warHoursSchema,
  /** Those who can fight before those who cannot; of either first who is picked, in that order, then the strongest (power, level, the lower number). */
  members: z.array(
    z.object({
      player: playerIdSchema,
      /** The member's number in the guild's channel. */
      number: z.int(),
      name: z.string(),
      avatar: z.string(),
      level: z.int(),
      power: z.int(),
      rank: rankSchema,
      /** In epoch ms. */
      joinedAt: z.int(),
      /** When a session of his last began or ended, in epoch ms; absent: never while he was a member. */
      seenAt: z.int().optional(),
      ready: z.boolean(),
      /** His place among the picks, from 1. */
      pick: z.int().optional(),
      /** He would fight in a war of that mode: the one the guild is in, or one that is launched now. */
      fights: z.boolean(),
      /** He joined too late for it. */
      isNew: z.boolean(),
    }),
  ),
  /** The next `offset`; null at the end. */
  next: z.int().nullable(),
});
