import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import { between, shuffled } from "./chatter.ts";

const POINTS_MS = [6_000, 12_000] as const;
/** News comes once in so many movements of points. */
const NEWS_EVERY = 8;
const GAINS = [5, 10, 15, 25, 40];

/** What the game's backend does meanwhile, by the HTTP API: members bring points, now and then something happens. Ends when `signal` aborts. */
export const gameEvents = async (
  { url, apiKey, guild, members }: { url: string; apiKey: string; guild: GuildId; members: readonly PlayerId[] },
  signal: AbortSignal,
): Promise<void> => {
  // A request that fails, since the service was killed, is not worth repeating: the next one comes.
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { "x-api-key": apiKey, "content-type": "application/json" };
    await fetch(`${url}/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body), signal }).catch(() => {});
  };
  for (let movements = 1; ; movements += 1) {
    await delay(between(POINTS_MS), undefined, { signal });
    const [member] = shuffled(members);
    const [amount] = shuffled(GAINS);
    await post(`guilds/${guild}/points`, { key: `bots:${randomUUID()}`, amount, reason: "a mission", member });
    if (movements % NEWS_EVERY !== 0) continue;
    const params = { boss: shuffled(["Quetzalcóatl", "El Curupira", "La Llorona"])[0] };
    await post(`channels/guild:${guild}/messages`, {
      nonce: `bots.${randomUUID()}`,
      template: "boss-appeared",
      params,
    });
  }
};
