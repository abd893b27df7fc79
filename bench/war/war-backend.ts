import { randomUUID } from "node:crypto";
import { DEV_API_KEY } from "../../server/config/development-secrets.ts";
import { fightersSchema, startedBattleSchema, warSchema } from "../../shared/api/war.ts";
import { until } from "../studio/until.ts";
import type { Call } from "./orders.ts";

/** What the game's own server does with a war. */
export type WarBackend = {
  /** Has two guilds fight, so many of each; settles when battles can begin. */
  launch(guilds: readonly [string, string], fighters: number): Promise<string>;
  /** Who fights, of both sides. */
  fighters(war: string): Promise<string[]>;
  /** A battle of his begins; gives the result that is to be told. */
  begin(war: string, player: string): Promise<Call["body"]>;
};

const MODE = "bench";
const NAME = { "es-419": "Banco", "pt-BR": "Banco", en: "Bench" };
/** The most a mode can give. */
export const ATTEMPTS = 100;
const STARTS_WITHIN_MS = 30_000;

export const makeWarBackend = (port: number): WarBackend => {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/${path}`, {
      method,
      headers: { "x-api-key": DEV_API_KEY, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /v1/${path} was answered ${response.status}: ${text}`);
    return JSON.parse(text);
  };
  return {
    launch: async ([guild, opponent], fighters) => {
      await ask("PUT", `war-modes/${MODE}`, {
        ...{ name: NAME, attempts: ATTEMPTS, roster: { least: 1, most: fighters }, scoring: "sum", start: "soon" },
        ...{ preparationMinutes: 0, lockMinutes: 0, minutes: 600, battleMinutes: 600 },
      });
      const challenge = { opponent, mode: MODE, nonce: randomUUID() };
      const { war } = warSchema.parse(await ask("POST", `guilds/${guild}/challenges`, challenge));
      await ask("PUT", `wars/${war}/answer`, { accept: true });
      const phase = async () => warSchema.parse(await ask("GET", `wars/${war}`)).phase;
      if (!(await until(async () => (await phase()) === "active", STARTS_WITHIN_MS)))
        throw new Error("the war does not begin");
      return war;
    },
    fighters: async (war) => {
      const { fighters } = fightersSchema.parse(await ask("GET", `wars/${war}/fighters`));
      return fighters.map(({ player }) => player);
    },
    begin: async (war, player) => {
      const started = await ask("POST", `wars/${war}/players/${player}/battles`, { nonce: randomUUID() });
      const { token } = startedBattleSchema.parse(started);
      return { battle: randomUUID(), token, player, score: 1 + (token.charCodeAt(0) % 100) };
    },
  };
};
