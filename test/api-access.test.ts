import { once } from "node:events";
import { request } from "node:http";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi } from "../server/api/api.ts";
import { makeCards } from "../server/card/cards.ts";
import { makeGroups } from "../server/channel/groups.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeReads } from "../server/channel/reads.ts";
import { makeRosters } from "../server/channel/rosters.ts";
import { makeDecisions } from "../server/decisions/decisions.ts";
import { makePhrases } from "../server/phrase/phrases.ts";
import { makePacks } from "../server/player/packs.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { makeLeases } from "../server/presence/lease.ts";
import { readDurability } from "../server/redis/durability.ts";
import { GremioError } from "../shared/errors.ts";
import { OPERATIONS } from "../shared/operations.ts";
import { aToken } from "./a-studio.ts";
import { type Api, anApi, codeOf } from "./an-api.ts";
import { readDocument } from "./api-document.ts";
import { waitFor } from "./wait-for.ts";

let api: Api;
beforeAll(async () => {
  api = await anApi();
  await api.guild("g1", ["ana", "beto"]);
});
afterAll(() => api.close());

const get = (path: string, headers: Record<string, string> = {}) => api.send({ method: "GET", path, headers });

test("[API3] every route is an operation of the document", async () => {
  const { redis, keys, guilds, players } = api;
  const nobody = () => Promise.reject(new GremioError("token-invalid"));
  const app = makeApi({
    operations: { run: nobody },
    guilds,
    rosters: makeRosters(redis, keys),
    groups: makeGroups(redis, keys, players, { historyLength: 10 }),
    home: { channels: nobody },
    players,
    ledger: makeLedger(redis, keys),
    earning: { takeAll: nobody, rules: { inForce: () => undefined, problems: () => [] }, dryRun: nobody },
    packs: makePacks(redis, keys, []),
    phrases: await makePhrases(redis, keys),
    log: makeLog(redis, keys, { historyLength: 10 }),
    cards: makeCards({ redis, keys, log: makeLog(redis, keys, { historyLength: 10 }) }, { historyLength: 10 }),
    reads: makeReads(redis, keys),
    changes: { delete: nobody },
    setSlowMode: nobody,
    fighters: { ofGuild: nobody },
    leases: makeLeases(redis, keys),
    decisions: makeDecisions(redis, keys),
    joining: { join: nobody },
    verifyToken: nobody,
    ready: () => redis.ready(),
    durability: () => readDurability(redis),
    apiKeys: [],
    allowedOrigins: [],
    logger: pino({ level: "silent" }),
  });
  const routes = app.routes.filter(({ method }) => method !== "ALL");
  const named = new Set(routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`));
  const document = readDocument((await get("/v1/openapi.json")).body);
  expect([...named].sort()).toEqual(
    document.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(),
  );
});

describe("who may call", () => {
  test("[API4] any of the API keys opens, nothing else does, and no key is ever shown", async () => {
    for (const key of api.apiKeys) expect((await get("/v1/guilds/g1", { "x-api-key": key })).status).toBe(200);
    const [key] = api.apiKeys;
    const wrong: Record<string, string>[] = [
      {},
      { "x-api-key": "" },
      { "x-api-key": key.slice(1) },
      { "x-api-key": `${key}x` },
      { "x-api-key": api.apiKeys.join(",") },
      { authorization: `Bearer ${key}` },
      { authorization: `Bearer ${await aToken("ana")}` },
    ];
    for (const headers of wrong) {
      const answer = await get("/v1/players/ana", headers);
      expect([answer.status, codeOf(answer)]).toEqual([401, "api-key-invalid"]);
      expect(answer.text).not.toContain(key.slice(1));
    }
    expect(api.service.log.join()).not.toContain(key);
  });

  test("[API4] a key is asked for before anything else is looked at", async () => {
    const answer = await api.send({ method: "POST", path: "/v1/guilds", body: "{rubbish" });
    expect(codeOf(answer)).toBe("api-key-invalid");
  });

  test("[API5] a player's token opens the player's own routes only, and an API key none of them", async () => {
    const [key] = api.apiKeys;
    expect(codeOf(await get("/v1/me", { "x-api-key": key }))).toBe("token-invalid");
    expect(codeOf(await get("/v1/me", { authorization: `Basic ${key}` }))).toBe("token-invalid");
    expect((await get("/v1/me", { authorization: `bearer ${await aToken("ana")}` })).status).toBe(200);
  });
});

describe("every answer", () => {
  test("[API6] carries headers that keep browsers from guessing, framing and caching", async () => {
    for (const path of ["/v1/guilds/g1", "/health", "/v1/openapi.json", "/v1/nothing"]) {
      const { headers } = await get(path, { "x-api-key": api.apiKeys[0] });
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("x-powered-by")).toBeNull();
    }
  });

  test("[API7] can be read by pages of the allowed origins and of no other", async () => {
    const origin = async (value: string) =>
      (await get("/v1/me", { origin: value })).headers.get("access-control-allow-origin");
    expect(await origin("https://game.example")).toBe("https://game.example");
    expect(await origin("https://evil.example")).toBeNull();
    expect(await origin("null")).toBeNull();
    const asked = {
      origin: "https://game.example",
      "access-control-request-method": "PUT",
      "access-control-request-headers": "authorization,content-type",
    };
    const preflight = await api.send({ method: "OPTIONS", path: "/v1/me/preferences", headers: asked });
    expect(preflight.status).toBe(204);
    for (const { method } of Object.values(OPERATIONS))
      expect(preflight.headers.get("access-control-allow-methods")).toContain(method.toUpperCase());
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).not.toContain("x-api-key");
  });

  test("[API8] to an unknown route or method is route-not-found", async () => {
    for (const [method, path] of [
      ["GET", "/v1"],
      ["GET", "/v1/nothing"],
      ["POST", "/v1/guilds/g1"],
      ["DELETE", "/v1/me"],
      ["GET", "/v1/guilds/g1/"],
      ["PUT", "/health"],
      ["POST", "/matchmake/joinOrCreate/guild"],
    ] as const) {
      const answer = await api.send({ method, path, headers: { "x-api-key": api.apiKeys[0] } });
      expect([path, answer.status, codeOf(answer)]).toEqual([path, 404, "route-not-found"]);
    }
  });

  test("[API9] to a mistake of ours tells the caller nothing of it, and the log everything", async () => {
    const key = api.keys.of("guild:spoilt", "info");
    await api.redis.run(key, ["RPUSH", key, "x"]);
    const answer = await get("/v1/guilds/spoilt", { "x-api-key": api.apiKeys[0] });
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({ error: { code: "internal", message: expect.any(String), retry: "same-nonce" } });
    expect(answer.text).not.toMatch(/WRONGTYPE|\.ts|node_modules/);
    await waitFor(
      () => api.service.log.some((line) => line.includes("/v1/guilds/spoilt") && line.includes("WRONGTYPE")),
      "the log to tell what went wrong",
    );
  });
});

test("[API10] /health says that the process lives, /ready that it can work and what an acknowledgement survives", async () => {
  expect((await get("/health")).body).toEqual({ alive: true });
  expect((await get("/ready")).body).toMatchObject({ ready: true, durability: { fsync: "everysec" } });
});

test("[API23] a request that offers an upgrade to HTTP/2, as Java's clients do, is answered as it is", async () => {
  const offer = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAoAAAAAIAAAAA" };
  const asked = request(`${api.url}/v1/guilds/g1`, { headers: { ...offer, "x-api-key": api.apiKeys[0] } }).end();
  const [answer] = await once(asked, "response");
  expect(answer.statusCode).toBe(200);
  answer.destroy();
});
