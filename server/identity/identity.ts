import type { PlayerId } from "../../shared/id.ts";
import type { ProfilePatch } from "../../shared/profile.ts";

/** What a verified token says. */
export type Identity = { player: PlayerId; profile: ProfilePatch; issuedAtMs: number; expiresAtMs: number };

/** Verifies a player's token: signature, `iss`, `aud`, `exp`, and the form of the claims. Throws `token-invalid` or `token-expired`. */
export type VerifyToken = (token: string) => Promise<Identity>;
