import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { freePort } from "../deploy/free-port.ts";
import { makeModes } from "../server/pvp/modes.ts";
import { ownerOfWar, parseWar } from "../server/pvp/war-row.ts";
import { makeAsk } from "../server/redis/ask.ts";
import { startedBattleSchema, warSchema } from "../shared/api/war.ts";
import { aFolder } from "./a-folder.ts";
import { eventsOf } from "./a-reward-world.ts";
import type { Service } from "./a-service.ts";
import { aStudio } from "./a-studio.ts";
import { aMode } from "./a-war-world.ts";
import { waitFor } from "./wait-for.ts";
import { expectPaidOnce } from "./war-season.ts";

const PAIRS = 4;
const MEMBERS = 4;
/** The war is active for a minute. */
const KILLED_FOR_MS = 55_000;
const ALL_DOWN_MS = 10_000;

test("[PV9] [G5] chat processes and Redis are killed (-9) all through wars, and all are down at their end: each ends once and pays each once", async () => {
  const dir = await aFolder();
  const port = await freePort();
  let server = await startEmbeddedRedis({ dir, port, appendfsync: "always" });
  onTestFinished(() => server.stop());
  const studio = await aStudio(server.url, false);
  const { redis, keys, env } = studio;
  const ids = Array.from({ length: PAIRS * 2 }, (_, index) => `g${index}`);
  const membersOf = (guild: string): string[] => Array.from({ length: MEMBERS }, (_, index) => `${guild}-p${index}`);
  for (const id of ids) await studio.guild(id, membersOf(id));
  const quick = { preparationMinutes: 0, lockMinutes: 0, minutes: 1, battleMinutes: 1, graceMinutes: 0, attempts: 5 };
  await makeModes(redis, keys).put("quick", aMode(quick));
  let chats: Service[] = await Promise.all([studio.chat(), studio.chat()]);

  /** What one chat process answered for certain. */
  const askOnce = async (method: string, path: string, body: object) => {
    const chat = chats[Math.floor(Math.random() * chats.length)];
    const headers = { "x-api-key": env.GREMIO_API_KEYS ?? "", "content-type": "application/json" };
    const answer = await fetch(`http://127.0.0.1:${chat?.port}/v1/${path}`, {
      ...{ method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(5_000) },
    }).catch(() => undefined);
    const told: unknown = await answer?.json().catch(() => undefined);
    const certain = answer !== undefined && told !== undefined && answer.status < 500 && answer.status !== 429;
    return certain && { status: answer.status, body: told };
  };
  /** Asks one chat process after the other until one answers for certain. */
  const ask = (method: string, path: string, body: object) =>
    waitFor(() => askOnce(method, path, body), `${method} ${path}`, 60_000);

  let killing = true;
  const kills = { chats: 0, redis: 0 };
  const killer = (async () => {
    while (killing) {
      await delay(500 + Math.random() * 1_500);
      if (Math.random() < 0.15) {
        kills.redis += 1;
        await server.kill();
        server = await startEmbeddedRedis({ dir, port, appendfsync: "always" });
      } else {
        kills.chats += 1;
        const victim = Math.floor(Math.random() * chats.length);
        await chats[victim]?.kill();
        const next = await studio.chat();
        chats = chats.map((chat, index) => (index === victim ? next : chat));
      }
    }
  })();

  const lead = async (pair: number): Promise<string> => {
    const [guild, opponent] = [`g${pair * 2}`, `g${pair * 2 + 1}`];
    const asked = await ask("POST", `guilds/${guild}/challenges`, { nonce: randomUUID(), opponent, mode: "quick" });
    const { war } = warSchema.parse(asked.body);
    await ask("PUT", `wars/${war}/answer`, { accept: true });
    return war;
  };
  /** Undefined: he has no attempt left, or the time is up. */
  const begin = (war: string, player: string, until: number) =>
    waitFor(
      async () => {
        const started = await ask("POST", `wars/${war}/players/${player}/battles`, { nonce: randomUUID() });
        const { data } = startedBattleSchema.safeParse(started.body);
        if (data !== undefined) return { token: data.token };
        const { error } = z.object({ error: z.object({ code: z.string() }) }).parse(started.body);
        return (error.code === "no-attempts" || performance.now() > until) && { token: undefined };
      },
      "a battle",
      KILLED_FOR_MS + 60_000,
    );
  const fight = async (war: string, player: string, until: number): Promise<void> => {
    while (performance.now() < until) {
      const { token } = await begin(war, player, until);
      if (token === undefined) return;
      const report = { battle: randomUUID(), token, player, score: Math.floor(Math.random() * 10) };
      await ask("POST", `wars/${war}/results`, { battles: [report] });
      await delay(Math.random() * 3_000);
    }
  };
  const until = performance.now() + KILLED_FOR_MS;
  const wars = await Promise.all(Array.from({ length: PAIRS }, (_, pair) => lead(pair)));
  await Promise.all(
    wars.flatMap((war, pair) =>
      [...membersOf(`g${pair * 2}`), ...membersOf(`g${pair * 2 + 1}`)].map((player) => fight(war, player, until)),
    ),
  );
  await waitFor(() => performance.now() >= until, "the last kill", KILLED_FOR_MS);
  killing = false;
  await killer;
  await Promise.all(chats.map((chat) => chat.kill()));
  await delay(ALL_DOWN_MS);
  chats = [await studio.chat()];

  const read = makeAsk(redis, keys);
  const rows = async () =>
    Promise.all(wars.map(async (war) => parseWar(war, await read("war_read", ownerOfWar(war), []))));
  await waitFor(async () => (await rows()).every(({ closed }) => closed), "all wars to be settled", 60_000);
  const ended = await rows();
  expect(ended.map(({ phase }) => phase)).toEqual(wars.map(() => "settled"));
  expect(ended.every(({ sides }) => sides[0].battles + sides[1].battles > 10)).toBe(true);
  expect(kills.chats).toBeGreaterThan(5);
  const events = await eventsOf(redis, keys);
  for (const war of wars) expect(events.filter((one) => one.event === "war-settled" && one.war === war).length).toBe(1);
  await expectPaidOnce(redis, keys, ended, ids, ids.flatMap(membersOf));
}, 240_000);
