import { createServer, type Server } from "node:http";
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeVerifyToken } from "../server/identity/verify-token.ts";
import { portOf } from "../server/port-of.ts";
import { codeOf, good, now, tokenConfig, unsigned, withSecret } from "./a-signed-token.ts";

const PROJECT = "reino-de-prueba";

describe("a token signed with a key of a JWKS", () => {
  let server: Server;
  let url: string;
  let keys: JWK[] = [];
  let fetches = 0;
  let status = 200;
  let rsa: { publicKey: CryptoKey; privateKey: CryptoKey };
  let ed: { publicKey: CryptoKey; privateKey: CryptoKey };

  beforeAll(async () => {
    rsa = await generateKeyPair("RS256", { extractable: true });
    ed = await generateKeyPair("EdDSA", { extractable: true });
    keys = [
      { ...(await exportJWK(rsa.publicKey)), kid: "rsa-1", alg: "RS256", use: "sig" },
      { ...(await exportJWK(ed.publicKey)), kid: "ed-1", alg: "EdDSA", use: "sig" },
    ];
    server = createServer((_request, response) => {
      fetches += 1;
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${portOf(server)}/jwks`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const firebase = (env: Record<string, string> = {}) =>
    makeVerifyToken(
      tokenConfig({
        GREMIO_TOKEN_JWKS_URL: url,
        GREMIO_TOKEN_ISSUER: `https://securetoken.google.com/${PROJECT}`,
        GREMIO_TOKEN_AUDIENCE: PROJECT,
        ...env,
      }),
    );

  /** The claims of an ID token as Firebase Auth issues it after a sign-in with Google. */
  const firebaseClaims = (): JWTPayload => ({
    name: "maria@example.com",
    picture: "https://lh3.googleusercontent.com/a/default-user=s96-c",
    level: 7,
    iss: `https://securetoken.google.com/${PROJECT}`,
    aud: PROJECT,
    auth_time: now() - 100,
    user_id: "hX3bQ0n2YFTlPn8kZQ2wQnJ9a5u1",
    sub: "hX3bQ0n2YFTlPn8kZQ2wQnJ9a5u1",
    iat: now() - 10,
    exp: now() + 3590,
    email: "maria@example.com",
    email_verified: true,
    firebase: {
      identities: { "google.com": ["113243546576879808"], email: ["maria@example.com"] },
      sign_in_provider: "google.com",
    },
  });

  const byRsa = (claims: JWTPayload, kid = "rsa-1", key = rsa.privateKey): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid, typ: "JWT" }).sign(key);

  test("[ID5] by RS256 and shaped as Firebase Auth issues it is accepted, without the e-mail address", async () => {
    const identity = await firebase({ GREMIO_TOKEN_CLAIMS: "id=user_id,avatar=picture" })(
      await byRsa(firebaseClaims()),
    );
    expect(identity.player).toBe("hX3bQ0n2YFTlPn8kZQ2wQnJ9a5u1");
    expect(identity.profile).toEqual({ level: 7, avatar: "https://lh3.googleusercontent.com/a/default-user=s96-c" });
    expect(JSON.stringify(identity)).not.toContain("@");
  });

  test.each(["EdDSA", "Ed25519"])("[ID5] by %s is accepted", async (alg) => {
    keys[1] = { ...keys[1], alg };
    const token = await new SignJWT(firebaseClaims()).setProtectedHeader({ alg, kid: "ed-1" }).sign(ed.privateKey);
    expect((await firebase()(token)).player).toBe("hX3bQ0n2YFTlPn8kZQ2wQnJ9a5u1");
  });

  test("[ID1] of another project, by an unknown key, or expired is refused", async () => {
    const verify = firebase();
    const stranger = await generateKeyPair("RS256");
    expect(await codeOf(verify(await byRsa({ ...firebaseClaims(), aud: "other" })))).toBe("token-invalid");
    expect(
      await codeOf(verify(await byRsa({ ...firebaseClaims(), iss: "https://securetoken.google.com/other" }))),
    ).toBe("token-invalid");
    expect(await codeOf(verify(await byRsa(firebaseClaims(), "rsa-1", stranger.privateKey)))).toBe("token-invalid");
    expect(await codeOf(verify(await byRsa(firebaseClaims(), "rsa-9")))).toBe("token-invalid");
    expect(await codeOf(verify(await byRsa({ ...firebaseClaims(), exp: now() - 60 })))).toBe("token-expired");
    expect(await codeOf(verify(unsigned(firebaseClaims())))).toBe("token-invalid");
  });

  test("[ID6] that takes the public key for a shared secret is refused", async () => {
    const pem = await exportSPKI(rsa.publicKey);
    const forged = await new SignJWT(firebaseClaims())
      .setProtectedHeader({ alg: "HS256", kid: "rsa-1" })
      .sign(new TextEncoder().encode(pem));
    expect(await codeOf(firebase()(forged))).toBe("token-invalid");
    expect(await codeOf(withSecret()(await byRsa({ ...good() })))).toBe("token-invalid");
  });

  test("[ID7] costs one fetch of the keys, however many tokens and unknown key ids come", async () => {
    const verify = firebase();
    const token = await byRsa(firebaseClaims());
    fetches = 0;
    await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    for (let index = 0; index < 20; index++) await codeOf(verify(await byRsa(firebaseClaims(), `unknown-${index}`)));
    expect(fetches).toBe(1);
  });

  test("[ID7] cannot be judged while the keys cannot be fetched, which is not the token's fault", async () => {
    status = 500;
    expect(await codeOf(firebase()(await byRsa(firebaseClaims())))).toBe("unavailable");
    status = 200;
    const nowhere = firebase({ GREMIO_TOKEN_JWKS_URL: "http://127.0.0.1:1/jwks" });
    expect(await codeOf(nowhere(await byRsa(firebaseClaims())))).toBe("unavailable");
  });
});
