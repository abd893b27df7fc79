import { SignJWT } from "jose";
import type { TokenConfig } from "../config.ts";

/** Short enough to see it renewed on a page that stays open. */
const LIFETIME = "30m";

/** Signs players' tokens as the game's backend would; undefined when only keys of elsewhere (JWKS) are accepted. */
export const makePlayerToken = ({ keys, issuer, audience, claims }: TokenConfig) => {
  if (keys.kind !== "secret") return undefined;
  const secret = new TextEncoder().encode(keys.secret);
  return (player: string, name: string): Promise<string> =>
    new SignJWT({ [claims.id]: player, [claims.name]: name })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(secret);
};
