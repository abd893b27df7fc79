import { z } from "zod";
import { duration, setting, webUrl } from "./setting.ts";

/** The parts of a profile, the packs of stickers, and whether its player is a minor, which a token may carry; each is read from the claim that GREMIO_TOKEN_CLAIMS names. */
const claimFields = ["id", "name", "avatar", "level", "power", "locale", "zone", "fields", "packs", "minor"] as const;
type ClaimField = (typeof claimFields)[number];
export type ClaimNames = Readonly<Record<ClaimField, string>>;

const defaultClaims: ClaimNames = {
  id: "sub",
  name: "name",
  avatar: "avatar",
  level: "level",
  power: "power",
  locale: "locale",
  zone: "zone",
  fields: "fields",
  packs: "packs",
  minor: "minor",
};

const isClaimField = (value: string): value is ClaimField => claimFields.some((field) => field === value);

const claims = z.string().transform((value, context): ClaimNames => {
  const names: Record<ClaimField, string> = { ...defaultClaims };
  for (const pair of value.split(",").filter((part) => part.trim() !== "")) {
    const [field, claim] = [pair.slice(0, pair.indexOf("=")).trim(), pair.slice(pair.indexOf("=") + 1).trim()];
    if (!pair.includes("=") || !isClaimField(field) || claim === "") {
      context.addIssue({ code: "custom", message: `"${pair.trim()}" is not field=claim` });
      return z.NEVER;
    }
    names[field] = claim;
  }
  return names;
});

/** Players' tokens: how they are signed, and where in them the profile is. */
export const tokenSettings = {
  GREMIO_TOKEN_SECRET: setting(z.string().min(32).optional(), {
    what: "Secret with which the game's backend signs players' tokens (HS256). Either this or GREMIO_TOKEN_JWKS_URL.",
    expected: "at least 32 characters",
    secret: true,
  }),
  GREMIO_TOKEN_JWKS_URL: setting(webUrl.optional(), {
    what: "Where the public keys for players' tokens are (RS256 or EdDSA).",
    expected: "an https:// URL",
  }),
  GREMIO_TOKEN_ISSUER: setting(z.string().min(1).optional(), {
    what: "`iss` that a player's token must carry.",
    expected: "the issuer's name",
  }),
  GREMIO_TOKEN_AUDIENCE: setting(z.string().min(1).optional(), {
    what: "`aud` that a player's token must carry.",
    expected: "the audience's name",
  }),
  GREMIO_TOKEN_CLAIMS: setting(claims, {
    what: `Which claim of the token holds which part of the profile, the packs of stickers the player owns, or whether he is a minor (${claimFields.join(", ")}), like \`id=user_id,level=lvl\`. Unnamed ones keep their default.`,
    expected: `field=claim pairs separated by commas; fields: ${claimFields.join(", ")}`,
    default: claimFields.map((field) => `${field}=${defaultClaims[field]}`).join(","),
  }),
  GREMIO_TOKEN_GRACE_MS: duration("How long an expired token is tolerated in an open session.", 60_000, 0, 600_000),
};
