import { setTimeout as delay } from "node:timers/promises";
import { fightersSchema, guildWarSchema } from "../../shared/api/war.ts";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import { between, shuffled } from "./chatter.ts";

const BATTLE_MS = [5_000, 11_000] as const;

/** Bots who fight for either side of the guild's war do so now and then, while it is on. Ends when `signal` aborts. */
export const battles = async (
  { url, apiKey, guild, bots }: { url: string; apiKey: string; guild: GuildId; bots: readonly PlayerId[] },
  signal: AbortSignal,
): Promise<void> => {
  const read = async (path: string): Promise<unknown> =>
    (await fetch(`${url}/v1/${path}`, { headers: { "x-api-key": apiKey }, signal })).json();
  const fight = async (): Promise<void> => {
    const { war } = guildWarSchema.parse(await read(`guilds/${guild}/war`));
    if (war?.phase !== "active") return;
    const { fighters } = fightersSchema.parse(await read(`wars/${war.war}/fighters`));
    const able = fighters.filter(({ player, attemptsLeft }) => attemptsLeft > 0 && bots.includes(player));
    const [next] = shuffled(able);
    if (next !== undefined) await fetch(`${url}/dev/players/${next.player}/battles`, { method: "POST", signal });
  };
  for (;;) {
    await delay(between(BATTLE_MS), undefined, { signal });
    // What fails, since the service was killed, is not worth repeating: the next one comes.
    await fight().catch(() => {});
  }
};
