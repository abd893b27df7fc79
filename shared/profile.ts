import * as z from "zod";
import { LIMITS } from "./limits.ts";
import { localeSchema } from "./locale.ts";
import { looksLikeEmail, looksLikePhone } from "./personal.ts";

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** Half a surrogate pair (a text cut inside an emoji) is nothing that Redis' functions and other languages can read. */
const wellFormed = (text: string): boolean => text.isWellFormed();

/** Control characters would break lines, direction marks would turn them around; half an emoji becomes a replacement character. */
const cleanName = (name: string): string =>
  name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .trim();

/**
 * A name that is an avatar's: an e-mail address or a phone number in its place is refused, so that none is ever stored. A name that is too long is not looked at
 * any further.
 */
const nameSchema = z
  .string()
  .overwrite(cleanName)
  .min(1)
  .max(32, { abort: true })
  .refine((name) => /[^\s\p{Cf}]/u.test(name), "at least one visible character")
  .refine((name) => !looksLikeEmail(name), "an avatar's name, not an e-mail address")
  .refine((name) => !looksLikePhone(name), "an avatar's name, not a phone number");

/** Digits are fine here and in the studio's fields: ids and scores are long numbers, so a phone number cannot be told from them. */
const avatarSchema = z
  .string()
  .max(128)
  .refine(wellFormed, "well-formed text")
  .refine((avatar) => !looksLikeEmail(avatar), "no e-mail address");

const zoneSchema = z
  .string()
  .max(64, { abort: true })
  .refine((zone) => isZone(zone), "an IANA time zone such as America/Bogota");

/** Zones found to be real; there are some 600, and finding out about one takes as long as parsing a hundred profiles. */
const knownZones = new Set<string>();

/** Whether this runtime knows it as an IANA time zone. */
export const isZone = (zone: string): boolean => {
  if (knownZones.has(zone)) return true;
  try {
    // Names are not told apart by case; only the proper one is remembered, so that the set stays as small as the world.
    if (new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone === zone) knownZones.add(zone);
    return true;
  } catch {
    return false;
  }
};

const fieldSchema = z
  .string()
  .refine(wellFormed, "well-formed text")
  .refine((field) => !looksLikeEmail(field), "no e-mail address");

/** What others see of a player. `fields` are the studio's own: at most 6, together at most 256 bytes of names and values. */
export const profileSchema = z.object({
  name: nameSchema,
  avatar: avatarSchema.default(""),
  level: z.int().min(0).max(1_000_000).default(0),
  power: z.int().min(0).max(4_294_967_295).default(0),
  locale: localeSchema.default("es-419"),
  zone: zoneSchema.default("America/Mexico_City"),
  fields: z
    .record(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,31}$/), fieldSchema)
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
    avatar: avatarSchema,
    level: z.int().min(0).max(1_000_000),
    power: z.int().min(0).max(4_294_967_295),
    locale: localeSchema,
    zone: zoneSchema,
    fields: profileSchema.shape.fields.unwrap(),
  })
  .partial();
export type ProfilePatch = z.infer<typeof profilePatchSchema>;

/**
 * A profile as it is read back. What was accepted once stays readable: rules change from release to release, and a zone that the server knows may be news to an
 * older runtime or a player's phone. One profile that cannot be read would cost a whole guild its roster.
 */
export const readProfileSchema = z.object({
  name: z.string(),
  avatar: z.string().catch(""),
  level: z.int().catch(0),
  power: z.int().catch(0),
  locale: localeSchema.catch("es-419"),
  zone: z.string().catch("America/Mexico_City"),
  fields: z.record(z.string(), z.string()).catch({}),
});

/** A profile with the number of its version; a higher version is newer. */
export type VersionedProfile = Profile & { version: number };
export const versionedProfileSchema = profileSchema.extend({ version: z.int().min(0) });
export const readVersionedProfileSchema = readProfileSchema.extend({ version: z.int().min(0) });
