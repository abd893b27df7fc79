import { describe, expect, test, vi } from "vitest";
import { makeKeptTokens } from "../server/identity/kept-tokens.ts";
import { AUDIENCE, codeOf, good, ISSUER, now, SECRET, signed, unsigned, withSecret } from "./a-signed-token.ts";

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
