import { createServer, type Server } from "node:http";
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadConfig, type TokenConfig } from "../server/config.ts";
import { makeKeptTokens } from "../server/identity/kept-tokens.ts";
import { makeVerifyToken } from "../server/identity/verify-token.ts";
import { GremioError } from "../shared/errors.ts";

const SECRET = "a-secret-of-the-game-backend-of-fair-length";
const ISSUER = "game.example";
const AUDIENCE = "gremio.example";
const PROJECT = "reino-de-prueba";

const now = (): number => Math.floor(Date.now() / 1000);

/** The settings as a service reads them, so that the mapping of claims is tried as it is written. */
const tokenConfig = (env: Record<string, string>): TokenConfig =>
  loadConfig({ GREMIO_DEVELOPMENT: "1", REDIS_URL: "redis://localhost", ...env }, "chat").token;

const withSecret = (env: Record<string, string> = {}) =>
  makeVerifyToken(
    tokenConfig({
      GREMIO_TOKEN_SECRET: SECRET,
      GREMIO_TOKEN_ISSUER: ISSUER,
      GREMIO_TOKEN_AUDIENCE: AUDIENCE,
      ...env,
    }),
  );

const signed = (claims: JWTPayload, secret = SECRET, alg = "HS256"): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

const good = (): JWTPayload => ({ sub: "u1", iss: ISSUER, aud: AUDIENCE, iat: now(), exp: now() + 600 });

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const outcome = await work.then(
    () => "accepted",
    (error: unknown) => error,
  );
  return outcome instanceof GremioError ? outcome.code : String(outcome);
};

describe("a token signed with the shared secret", () => {
  test("[ID1] says who the player is, when it was issued and when it ends", async () => {
    const claims = good();
    const identity = await withSecret()(await signed(claims));
    expect(identity).toEqual({
      player: "u1",
      profile: {},
      packs: [],
      issuedAtMs: Number(claims.iat) * 1000,
      expiresAtMs: Number(claims.exp) * 1000,
    });
  });

  test.each([
    ["another secret", signed(good(), "another-secret-of-the-very-same-length-ok")],
    ["another algorithm of the family", signed(good(), SECRET, "HS512")],
    ["another issuer", signed({ ...good(), iss: "evil.example" })],
    ["no issuer", signed({ sub: "u1", aud: AUDIENCE, exp: now() + 60 })],
    ["another audience", signed({ ...good(), aud: ["other.example"] })],
    ["no audience", signed({ sub: "u1", iss: ISSUER, exp: now() + 60 })],
    ["no expiry", signed({ sub: "u1", iss: ISSUER, aud: AUDIENCE })],
    ["an expiry beyond all dates", signed({ ...good(), exp: 1e300 })],
    ["a start in the future", signed({ ...good(), nbf: now() + 60 })],
    ["no algorithm (none)", Promise.resolve(unsigned(good()))],
    ["nothing", Promise.resolve("")],
    ["rubbish", Promise.resolve("a.b.c")],
    ["a megabyte", Promise.resolve("a".repeat(1_000_000))],
  ])("[ID1] with %s is refused", async (_what, token) => {
    expect(await codeOf(withSecret()(await token))).toBe("token-invalid");
  });

  test("[ID2] has 5 s for clocks that differ, then it is expired", async () => {
    expect(await codeOf(withSecret()(await signed({ ...good(), exp: now() - 3 })))).toBe("accepted");
    expect(await codeOf(withSecret()(await signed({ ...good(), exp: now() - 8 })))).toBe("token-expired");
    expect(await codeOf(withSecret()(await signed({ ...good(), iss: "evil.example", exp: now() - 60 })))).toBe(
      "token-invalid",
    );
  });

  test("[ID2] that was accepted, and is still, is refused all the same once it has ended", async () => {
    const verify = withSecret();
    const token = await signed({ ...good(), exp: now() + 60 });
    const first = await verify(token);
    expect(await verify(token)).toEqual(first);
    vi.useFakeTimers({ toFake: ["Date"], now: first.expiresAtMs + 4_000 });
    try {
      expect(await codeOf(verify(token))).toBe("accepted");
      vi.setSystemTime(first.expiresAtMs + 6_000);
      expect(await codeOf(verify(token))).toBe("token-expired");
    } finally {
      vi.useRealTimers();
    }
  });

  test("[ID1] that differs from an accepted one in a character is refused", async () => {
    const verify = withSecret();
    const token = await signed(good());
    await verify(token);
    const at = token.length - 10;
    const forged = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    expect(await codeOf(verify(forged))).toBe("token-invalid");
  });

  test("[ID1] is kept when it was verified, by as many as a process has connections and no more", () => {
    const identity = { player: "u1", profile: {}, packs: [], issuedAtMs: 0, expiresAtMs: 10_000 };
    const kept = makeKeptTokens(0, 2);
    for (const token of ["a", "b", "c", "x".repeat(5_000)]) kept.keep(token, { ...identity, player: token });
    const known = ["a", "b", "c", "x".repeat(5_000)].map((token) => kept.identityOf(token, 9_999)?.player);
    expect(known).toEqual([undefined, "b", "c", undefined]);
    expect(kept.identityOf("b", 10_000)).toBeUndefined();
  });

  test("[ID3] carries a profile in the claims the setting names", async () => {
    const verify = withSecret({ GREMIO_TOKEN_CLAIMS: "id=uid,name=nick,level=lvl,zone=tz,packs=owned" });
    const { player, profile, packs } = await verify(
      await signed({
        ...good(),
        uid: 90125,
        nick: "  Ñandú  ",
        lvl: 12,
        tz: "America/Bogota",
        locale: "pt-PT",
        power: 9001,
        avatar: "fox",
        fields: { clan: "sol" },
        owned: ["wolves", "not a pack", 7, "winter"],
      }),
    );
    expect(packs).toEqual(["wolves", "winter"]);
    expect(player).toBe("90125");
    expect(profile).toEqual({
      name: "Ñandú",
      level: 12,
      zone: "America/Bogota",
      locale: "pt-BR",
      power: 9001,
      avatar: "fox",
      fields: { clan: "sol" },
    });
  });

  test("[ID4] with parts of the profile we do not accept stands, without them", async () => {
    const { profile } = await withSecret()(
      await signed({
        ...good(),
        name: "maria@example.com",
        avatar: "x".repeat(200),
        level: "12",
        power: -1,
        locale: 7,
        zone: "Mars/Olympus",
        fields: { a: 1 },
        email: "maria@example.com",
        phone_number: "+525512345678",
      }),
    );
    expect(profile).toEqual({});
  });

  test.each([
    ["an e-mail address", "maria@example.com"],
    ["a phone number", "+525512345678"],
    ["too long", "x".repeat(65)],
    ["empty", ""],
  ])("[ID4] whose id is %s is refused", async (_what, sub) => {
    expect(await codeOf(withSecret()(await signed({ ...good(), sub })))).toBe("token-invalid");
  });

  test("[ID4] without an id, or with one that is no text, is refused", async () => {
    const verify = withSecret({ GREMIO_TOKEN_CLAIMS: "id=__proto__" });
    expect(await codeOf(verify(await signed(good())))).toBe("token-invalid");
    const other = withSecret({ GREMIO_TOKEN_CLAIMS: "id=uid" });
    for (const uid of [undefined, null, 1.5, -1, 2 ** 60, {}, ["u1"], true])
      expect(await codeOf(other(await signed({ ...good(), uid })))).toBe("token-invalid");
  });

  test("[ID3] from a clock ahead of ours does not count as issued in the future", async () => {
    const { issuedAtMs } = await withSecret()(await signed({ ...good(), iat: now() + 3600 }));
    expect(issuedAtMs).toBeLessThanOrEqual(Date.now());
    expect((await withSecret()(await signed({ ...good(), iat: undefined }))).issuedAtMs).toBe(0);
  });
});

function unsigned(claims: JWTPayload): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
}

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
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/jwks`;
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
