import { randomInt, randomUUID } from "node:crypto";
import { playerSchema } from "../../shared/api/player.ts";
import { guildWarSchema, reportedSchema, startedBattleSchema } from "../../shared/api/war.ts";
import { type ErrorCode, isErrorCode } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { Backend } from "./backend.ts";

/** How it went, or why there was no battle. */
export type Fought = { score: number } | { code: ErrorCode };

const SCORES = [20, 101] as const;
const TARGETS = [1, 6] as const;

/** The game itself, as far as wars need one: a player fights a battle in his guild's war, and the game's server tells how it went. */
export const makeFight =
  (backend: Backend) =>
  async (player: PlayerId): Promise<Fought> => {
    const who = await backend("GET", `players/${player}`);
    if (!who.ok) return { code: who.code };
    const { guild } = playerSchema.parse(who.body);
    if (guild === null) return { code: "no-war" };
    const standing = await backend("GET", `guilds/${guild}/war`);
    if (!standing.ok) return { code: standing.code };
    const { war } = guildWarSchema.parse(standing.body);
    if (war === undefined) return { code: "no-war" };
    const begun = await backend("POST", `wars/${war.war}/players/${player}/battles`, { nonce: randomUUID() });
    if (!begun.ok) return { code: begun.code };
    const { token } = startedBattleSchema.parse(begun.body);
    const score = randomInt(...SCORES);
    const battle = { battle: randomUUID(), token, player, score, target: `tower-${randomInt(...TARGETS)}` };
    const told = await backend("POST", `wars/${war.war}/results`, { battles: [battle] });
    if (!told.ok) return { code: told.code };
    const code = reportedSchema.parse(told.body).battles[0]?.code ?? "ok";
    if (code === "ok") return { score };
    return { code: isErrorCode(code) ? code : "internal" };
  };
