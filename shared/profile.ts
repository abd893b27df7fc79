import * as z from "zod";
import { LIMITS } from "./limits.ts";
import { localeSchema } from "./locale.ts";

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** A name that is an avatar's: an e-mail address or a phone number in its place is refused, so that none is ever stored. */
const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(32)
  .refine((name) => !/\S+@\S+\.\S+/.test(name), "an avatar's name, not an e-mail address")
  .refine((name) => !/^\+?[\d\s().-]{7,}$/.test(name), "an avatar's name, not a phone number");

const zoneSchema = z
  .string()
  .max(64)
  .refine((zone) => isZone(zone), "an IANA time zone such as America/Bogota");

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/** What others see of a player. `fields` are the studio's own: at most 6, together at most 256 bytes of names and values. */
export const profileSchema = z.object({
  name: nameSchema,
  avatar: z.string().max(128).default(""),
  level: z.int().min(0).max(1_000_000).default(0),
  power: z.int().min(0).max(4_294_967_295).default(0),
  locale: localeSchema.default("es-419"),
  zone: zoneSchema.default("America/Mexico_City"),
  fields: z
    .record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,31}$/), z.string())
    .refine((fields) => Object.keys(fields).length <= LIMITS.profileFields, `at most ${LIMITS.profileFields} fields`)
    .refine(
      (fields) => bytes(Object.entries(fields).flat().join("")) <= LIMITS.profileFieldBytes,
      `at most ${LIMITS.profileFieldBytes} bytes`,
    )
    .default({}),
});
export type Profile = z.infer<typeof profileSchema>;

/** A change of some parts of a profile; parts left out stay as they are. */
export const profilePatchSchema = z
  .object({
    name: profileSchema.shape.name,
    avatar: z.string().max(128),
    level: z.int().min(0).max(1_000_000),
    power: z.int().min(0).max(4_294_967_295),
    locale: localeSchema,
    zone: zoneSchema,
    fields: profileSchema.shape.fields.unwrap(),
  })
  .partial();
export type ProfilePatch = z.infer<typeof profilePatchSchema>;

/** A profile with the number of its version; a higher version is newer. */
export type VersionedProfile = Profile & { version: number };
export const versionedProfileSchema = profileSchema.extend({ version: z.int().min(0) });
