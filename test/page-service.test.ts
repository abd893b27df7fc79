import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { expect, test } from "vitest";
import { DEV_API_KEY } from "../server/config/development-secrets.ts";
import { guildSchema } from "../shared/api/guild.ts";
import { warModesSchema } from "../shared/api/war-mode.ts";
import { isSuiteCluster } from "./a-redis.ts";
import { aService } from "./a-service.ts";
import { waitFor } from "./wait-for.ts";

const redis = () => ({
  REDIS_URL: process.env.GREMIO_TEST_REDIS_URL ?? "",
  GREMIO_REDIS_CLUSTER: isSuiteCluster(undefined) ? "1" : "0",
  GREMIO_NAMESPACE: `t-${randomUUID()}`.slice(0, 14),
});
/** As `npm start` sets it; nobody asks there. */
const withPage = { GREMIO_DEV_CONTROL: "1" };

test("[PG14] [PW7] the guild of the page is found again, with what has changed since", async () => {
  const env = { ...redis(), ...withPage };
  const headers = { "x-api-key": DEV_API_KEY, "content-type": "application/json" };
  const guildAt = async (port: number) => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/guilds/condores`, { headers });
    return guildSchema.parse(await answer.json());
  };
  const first = await aService("chat", env);
  const made = await guildAt(first.port);
  expect(made.members.map(({ player }) => player).slice(0, 3)).toEqual(["ana", "beto", "caro"]);
  expect(made.members.map(({ rank }) => rank).filter((rank) => rank === "leader")).toHaveLength(1);
  expect(made.members).toHaveLength(9);
  const change = async (method: string, path: string, body: object) => {
    const answer = await fetch(`http://127.0.0.1:${first.port}/v1/${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
  };
  await change("PATCH", "players/beto", { name: "Betinho", locale: "en" });
  await change("PUT", "guilds/condores/members/caro", { rank: "officer" });
  await change("PATCH", "guilds/condores", { name: "Las Águilas" });
  const demoAt = async (port: number) => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/war-modes`, { headers });
    return warModesSchema.parse(await answer.json()).modes.find(({ mode }) => mode === "demo");
  };
  const { mode: _, builtIn: __, ...demo } = await waitFor(() => demoAt(first.port), "the mode to try wars with");
  expect(demo.preparationMinutes + demo.minutes).toBeLessThan(5);
  await change("PUT", "war-modes/demo", { ...demo, minutes: 2 });
  const changed = await guildAt(first.port);
  await first.stop();

  const second = await aService("chat", env);
  expect(await guildAt(second.port)).toEqual(changed);
  expect((await demoAt(second.port))?.minutes).toBe(2);
  const cast: unknown = await (await fetch(`http://127.0.0.1:${second.port}/dev/cast`)).json();
  expect(cast).toMatchObject({ players: [{ name: "Ana" }, { name: "Betinho", locale: "en" }, { name: "Caro" }] });
});

test("[PG15] [PW7] production has no page: neither it nor what it asks for is answered, nor its mode of wars", async () => {
  const apiKey = randomUUID();
  const production = await aService("chat", {
    ...redis(),
    GREMIO_DEVELOPMENT: "0",
    GREMIO_API_KEYS: apiKey,
    GREMIO_TOKEN_SECRET: `${randomUUID()}${randomUUID()}`,
    GREMIO_TOKEN_ISSUER: "test",
    GREMIO_TOKEN_AUDIENCE: "test",
  });
  for (const path of ["/", "/dev/page.js", "/dev/cast", "/dev/phones"])
    expect((await fetch(`http://127.0.0.1:${production.port}${path}`)).status).toBe(404);
  const modes = await fetch(`http://127.0.0.1:${production.port}/v1/war-modes`, { headers: { "x-api-key": apiKey } });
  expect(warModesSchema.parse(await modes.json()).modes.every(({ builtIn }) => builtIn)).toBe(true);
  for (const path of ["/dev/players/ana/token", "/dev/players/ana/battles", "/dev/kill-chat", "/dev/news"])
    expect((await fetch(`http://127.0.0.1:${production.port}${path}`, { method: "POST" })).status).toBe(404);
});

test("[PG12] a name made to lead to this machine gets no page and no token", async () => {
  const { port } = await aService("chat", { ...redis(), ...withPage });
  // `fetch` sets Host by itself; this one lets it be set.
  const statusFor = (host: string, path: string, method: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port, path, method, headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on("error", reject).end();
    });
  expect(await statusFor(`rebound.example:${port}`, "/", "GET")).toBe(403);
  expect(await statusFor(`rebound.example:${port}`, "/dev/players/ana/token", "POST")).toBe(403);
  expect(await statusFor(`192.0.2.2:${port}`, "/dev/players/ana/token", "POST")).toBe(200);
  expect(await statusFor(`localhost:${port}`, "/dev/players/ana/token", "POST")).toBe(200);
});
