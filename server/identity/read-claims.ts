import { z } from "zod";
import { type ItemId, itemIdSchema } from "../../shared/entry.ts";
import { GremioError } from "../../shared/errors.ts";
import { playerIdSchema } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import { nearestLocale } from "../../shared/locale.ts";
import { type ProfilePatch, profilePatchSchema } from "../../shared/profile.ts";
import type { ClaimNames, Identity } from "./identity.ts";

/** Backends often keep players under numbers; as an id such a number is its decimal text. */
const idSchema = z.union([playerIdSchema, z.int().min(0).transform(String)]);

/** `exp` and `iat` are seconds, possibly with a fraction (RFC 7519, NumericDate); 8.64e12 s is the last instant a Date can name. */
const instantSchema = z
  .number()
  .min(0)
  .max(8.64e12)
  .transform((seconds) => Math.floor(seconds * 1000));

type Claims = Readonly<Record<string, unknown>>;

const claim = (claims: Claims, name: string): unknown => (Object.hasOwn(claims, name) ? claims[name] : undefined);

/**
 * What the claims of a verified token say. A part of the profile that is not what we accept is left out and the token stands: identity providers put
 * things of their own into well-known claims (an e-mail address as `name`). Throws `token-invalid` for a bad id or a bad `exp`.
 */
export const readClaims = (claims: Claims, names: ClaimNames, nowMs: number): Identity => {
  const id = idSchema.safeParse(claim(claims, names.id));
  if (!id.success)
    throw new GremioError("token-invalid", { details: [`claim ${names.id}: ${z.prettifyError(id.error)}`] });
  const expires = instantSchema.safeParse(claims.exp);
  if (!expires.success) throw new GremioError("token-invalid", { details: ["claim exp: not an instant"] });
  const issued = instantSchema.safeParse(claims.iat);
  return {
    player: id.data,
    profile: readProfile(claims, names),
    packs: readPacks(claim(claims, names.packs)),
    ...readMinor(claim(claims, names.minor)),
    // A clock ahead of ours must not make later changes look older than this token; a token without `iat` overrides nothing.
    issuedAtMs: issued.success ? Math.min(issued.data, nowMs) : 0,
    expiresAtMs: expires.data,
  };
};

const readMinor = (value: unknown): { minor?: boolean } => (typeof value === "boolean" ? { minor: value } : {});

const readPacks = (value: unknown): ItemId[] => {
  const packs: unknown[] = Array.isArray(value) ? value : [];
  return packs.flatMap((pack) => itemIdSchema.safeParse(pack).data ?? []).slice(0, LIMITS.packs);
};

const readProfile = (claims: Claims, names: ClaimNames): ProfilePatch => {
  const parts = profilePatchSchema.shape;
  const patch: ProfilePatch = {};
  const name = parts.name.safeParse(claim(claims, names.name));
  if (name.success && name.data !== undefined) patch.name = name.data;
  const avatar = parts.avatar.safeParse(claim(claims, names.avatar));
  if (avatar.success && avatar.data !== undefined) patch.avatar = avatar.data;
  const level = parts.level.safeParse(claim(claims, names.level));
  if (level.success && level.data !== undefined) patch.level = level.data;
  const power = parts.power.safeParse(claim(claims, names.power));
  if (power.success && power.data !== undefined) patch.power = power.data;
  const locale = claim(claims, names.locale);
  if (typeof locale === "string" && locale !== "") patch.locale = nearestLocale(locale);
  const zone = parts.zone.safeParse(claim(claims, names.zone));
  if (zone.success && zone.data !== undefined) patch.zone = zone.data;
  const fields = parts.fields.safeParse(claim(claims, names.fields));
  if (fields.success && fields.data !== undefined) patch.fields = fields.data;
  return patch;
};
