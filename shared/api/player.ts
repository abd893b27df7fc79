import * as z from "zod";
import { deviceSchema } from "../device.ts";
import { deviceIdSchema, guildIdSchema, playerIdSchema } from "../id.ts";
import { preferencesSchema } from "../preferences.ts";
import { profilePatchSchema, versionedProfileSchema } from "../profile.ts";
import { rankSchema } from "../rank.ts";

export const playerParamsSchema = z.object({ player: playerIdSchema });
export const playerDeviceParamsSchema = z.object({ player: playerIdSchema, device: deviceIdSchema });
export const deviceParamsSchema = z.object({ device: deviceIdSchema });

/** `minor`: whether the player is one; no other player is told, and rules of channels may let him write phrases alone. */
export const changePlayerSchema = profilePatchSchema.extend({ minor: z.boolean().optional() }).strict();

export const playerSchema = z.object({
  player: playerIdSchema,
  profile: versionedProfileSchema,
  guild: guildIdSchema.nullable(),
  minor: z.boolean(),
});

export const putDeviceSchema = deviceSchema.strict();
/** The target is a secret between the device and FCM, and is not shown again. */
export const devicesSchema = z.object({
  devices: z.array(
    z.object({
      id: deviceIdSchema,
      kind: deviceSchema.shape.kind,
      platform: deviceSchema.shape.platform,
      /** When it was last registered, in epoch ms. */
      at: z.int(),
    }),
  ),
});

export const putPreferencesSchema = preferencesSchema.strict();

/** What a player's token says of him, what his own book of points holds, and his guild. */
export const meAnswerSchema = z.object({
  player: playerIdSchema,
  profile: versionedProfileSchema,
  /** Points in his own book. */
  balance: z.int(),
  guild: z
    .object({
      id: guildIdSchema,
      name: z.string(),
      tag: z.string(),
      rank: rankSchema,
      /** What he has brought to this guild, which is none of his own points. */
      points: z.int(),
    })
    .nullable(),
});
