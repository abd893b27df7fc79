import type { ItemId } from "../../shared/entry.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { ProfilePatch } from "../../shared/profile.ts";

/** What a verified token says. */
export type Identity = {
  player: PlayerId;
  profile: ProfilePatch;
  /** Packs of stickers he owns. */
  packs: readonly ItemId[];
  /** Whether he is a minor; undefined: the token does not say. */
  minor?: boolean | undefined;
  issuedAtMs: number;
  expiresAtMs: number;
};

/** Verifies a player's token: signature, `iss`, `aud`, `exp`, and the form of the claims. Throws `token-invalid` or `token-expired`. */
export type VerifyToken = (token: string) => Promise<Identity>;

/** The claim that holds each part of an identity. */
export type ClaimNames = Readonly<
  Record<"id" | "name" | "avatar" | "level" | "power" | "locale" | "zone" | "fields" | "packs" | "minor", string>
>;

/** What a token must satisfy. */
export type TokenRules = Readonly<{
  /** HS256 with a shared secret, or RS256/EdDSA with the keys found at the URL. */
  keys: Readonly<{ kind: "secret"; secret: string }> | Readonly<{ kind: "jwks"; url: string }>;
  issuer: string;
  audience: string;
  claims: ClaimNames;
}>;
