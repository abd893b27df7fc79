import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { OPERATION_BURST } from "../server/operations/operations.ts";
import { JOIN_BURST } from "../server/rooms/join-budget.ts";
import { OPERATION_NAMES, OPERATIONS } from "../shared/operations.ts";
import { aToken } from "./a-studio.ts";
import { type Api, anApi, codeOf } from "./an-api.ts";
import { bearer, type Case } from "./api-case.ts";
import { allCases } from "./api-cases.ts";
import { type Document, readDocument } from "./api-document.ts";
import { prepare } from "./api-world.ts";
import { waitFor } from "./wait-for.ts";

const VOICE = {
  GREMIO_LIVEKIT_URL: "ws://127.0.0.1:9",
  GREMIO_LIVEKIT_KEY: "APIkey",
  GREMIO_LIVEKIT_SECRET: "a-secret-of-a-livekit-server-0123456789",
};
let api: Api;
let document: Document;
const happened = new Set<string>();

beforeAll(async () => {
  api = await anApi(VOICE);
  document = readDocument((await api.send({ method: "GET", path: "/v1/openapi.json" })).body);
});
afterAll(() => api.close());

/** Operations that players may ask, too. */
const ofPlayers = (): readonly string[] =>
  OPERATION_NAMES.filter((name) => {
    const callers: readonly string[] = OPERATIONS[name].callers;
    return callers.includes("player");
  });

/** Operations by which one says something. */
const isSaying = (name: string): boolean =>
  OPERATION_NAMES.some((known) => known === name && "says" in OPERATIONS[known]);
const waitSchema = z.object({ error: z.object({ retryAtMs: z.number() }) });
const asObject = (body: unknown): object => (typeof body === "object" && body !== null ? body : {});

/** Does what the case says; returns what is wrong with the answer. */
const tryOut = async (world: Api, { operation, outcome, before, ...call }: Case): Promise<string | undefined> => {
  await before?.();
  let answer = await world.send(call);
  // Whoever does most of this has asked much by now; he waits as he is told.
  for (let tries = 0; tries < 5 && outcome !== "rate-limited" && codeOf(answer) === "rate-limited"; tries++) {
    const { retryAtMs } = waitSchema.parse(answer.body).error;
    await waitFor(() => Date.now() >= retryAtMs, "the time told", 60_000);
    answer = await world.send(call);
  }
  const came = answer.status < 300 ? "success" : codeOf(answer);
  if (came !== outcome)
    return `${operation} ${call.method} ${call.path}: ${outcome} expected, ${answer.status} ${answer.text} came`;
  happened.add(`${operation} ${outcome}`);
  return document.judge(operation, answer);
};

describe("the API's document", () => {
  test("[API1] every operation succeeds and fails as the document says", async () => {
    await prepare(api);
    const wrong: string[] = [];
    for (const one of await allCases(api)) {
      const found = await tryOut(api, one);
      if (found !== undefined) wrong.push(found);
    }
    expect(wrong).toEqual([]);
  });

  test("[API1] a player who asks too often is refused for a while, whatever he asks", async () => {
    const flo = { authorization: `Bearer ${await aToken("flo")}` };
    const names = ofPlayers();
    const good = (await allCases(api)).filter(
      ({ operation, outcome }) => outcome === "success" && names.includes(operation),
    );
    const askTooOften = async (): Promise<void> => {
      let status = 0;
      for (let tries = 0; status !== 429 && tries < 4 * OPERATION_BURST; tries++)
        status = (await api.send({ method: "GET", path: "/v1/guilds/g1", headers: flo })).status;
    };
    const wrong: string[] = [];
    for (const { before: _, ...one } of good) {
      let found: string | undefined = "not tried";
      // On a slow machine he may ask again by the time he does.
      for (let tries = 0; found !== undefined && tries < 5; tries++) {
        await askTooOften();
        found = await tryOut(api, { ...one, outcome: "rate-limited", headers: flo });
      }
      if (found !== undefined) wrong.push(found);
    }
    expect(wrong).toEqual([]);
  });

  test("[API1] a player who is banned from the game is refused, whatever he asks", async () => {
    const names = ofPlayers();
    const good = (await allCases(api)).filter(
      ({ operation, outcome }) => outcome === "success" && names.includes(operation),
    );
    const byName = [...new Map(good.map((one) => [one.operation, one])).values()];
    // So many that one player would be asked to wait.
    const [most, wrong]: [number, unknown[]] = [40, []];
    for (let from = 0; from < byName.length; from += most) {
      const player = `expelled-${from}`;
      await api.backend("PATCH", `/v1/players/${player}`, { name: player });
      await api.backend("PUT", `/v1/players/${player}/ban`, { reason: "cheats" });
      const headers = await bearer(player);
      const some = byName.slice(from, from + most);
      wrong.push(
        ...(await Promise.all(
          some.map(({ before: _, ...one }) => tryOut(api, { ...one, outcome: "banned", headers })),
        )),
      );
    }
    expect(wrong.filter((found) => found !== undefined)).toEqual([]);
  });

  test("[API1] [LI5] a guest who goes on as an account is refused, whatever he asks", async () => {
    const names = [...ofPlayers(), "join", "getMe", "putMyDevice", "putMyPreferences", "getMyChannels"];
    const good = (await allCases(api)).filter(
      ({ operation, outcome }) => outcome === "success" && names.includes(operation),
    );
    const wrong: unknown[] = [];
    for (const [index, { before: _, ...one }] of [
      ...new Map(good.map((one) => [one.operation, one])).values(),
    ].entries()) {
      const guest = `guest-${Math.floor(index / 40)}`;
      await api.backend("PATCH", `/v1/players/${guest}`, { name: guest });
      await api.backend("POST", `/v1/players/${guest}/link`, { account: `${guest}-goes-on` });
      wrong.push(await tryOut(api, { ...one, outcome: "player-linked", headers: await bearer(guest) }));
    }
    expect(wrong.filter((found) => found !== undefined)).toEqual([]);
  });

  test("[API1] [MO24] a player who is muted in the game says nothing to others, whatever way he takes", async () => {
    const good = (await allCases(api)).filter(({ operation, outcome }) => outcome === "success" && isSaying(operation));
    await api.backend("PATCH", "/v1/players/mudo", { name: "mudo" });
    await api.backend("PUT", "/v1/players/mudo/mute", { reason: "insults" });
    const headers = await bearer("mudo");
    const wrong: unknown[] = [];
    for (const { before: _, ...one } of good)
      wrong.push(
        await tryOut(api, {
          ...one,
          body: { text: "", reason: "no", ...asObject(one.body) },
          outcome: "muted",
          headers,
        }),
      );
    expect(wrong.filter((found) => found !== undefined)).toEqual([]);
  });

  test("[API2] without Redis a query is unavailable, and of a command the outcome is unknown", async () => {
    const redis = await startEmbeddedRedis();
    const world = await anApi({ REDIS_URL: redis.url });
    try {
      await world.guild("g1", ["ana"]);
      const good = (await allCases(world)).filter(({ outcome }) => outcome === "success");
      // This one has no server for voice.
      for (const one of good.filter(({ operation }) => operation === "getVoiceToken"))
        expect(await tryOut(world, { ...one, outcome: "voice-off" })).toBeUndefined();
      await redis.kill();
      const wrong = await Promise.all(
        good.map(async (one) => {
          const { outcomes } = document.operations.find(({ id }) => id === one.operation) ?? { outcomes: [] };
          const [outcome = "success"] = outcomes.filter((name) => name === "unavailable" || name === "outcome-unknown");
          return tryOut(world, { ...one, outcome });
        }),
      );
      expect(wrong.filter((found) => found !== undefined)).toEqual([]);
    } finally {
      await world.service.kill();
    }
  });

  test("[FL12] a player who joins again and again is refused for a while, and others join", async () => {
    const join = async (player: string) =>
      api.send({
        ...{ method: "POST", path: "/v1/join", body: { protocol: 1 } },
        headers: { authorization: `Bearer ${await aToken(player)}` },
      });
    let answer = await join("beto");
    for (let tries = 0; answer.status === 200 && tries < 4 * JOIN_BURST; tries++) answer = await join("beto");
    expect(answer).toMatchObject({
      status: 429,
      body: { error: { code: "rate-limited", retryAtMs: expect.any(Number) } },
    });
    expect(document.judge("join", answer)).toBeUndefined();
    happened.add("join rate-limited");
    expect(await join("ana")).toMatchObject({ status: 200 });
  });

  test("[API1] nothing stands in the document that these tests have not seen happen", () => {
    const listed = document.operations.flatMap(({ id, outcomes }) => outcomes.map((outcome) => `${id} ${outcome}`));
    expect(listed.filter((outcome) => !happened.has(outcome))).toEqual([]);
  });
});
