/**
 * The bots of `npm start`: each a client like a player's, on a connection of its own. They come back by themselves when the chat service is killed. Says that it is
 * ready before they are connected, and runs until it is told to end or its parent is gone.
 */
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "../client/gremio.ts";
import { loadConfig } from "../server/config.ts";
import { type Cast, castSchema, mintedTokenSchema } from "../shared/api/dev-page.ts";
import { battles } from "./bots/battles.ts";
import { chatter } from "./bots/chatter.ts";
import { gameEvents } from "./bots/game-events.ts";

const RETRY_MS = 500;

const { host, port, apiKeys } = loadConfig(process.env, "chat");
const url = `http://${["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host}:${port}`;
const ending = new AbortController();
const { signal } = ending;

const end = (): void => ending.abort();
for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(name, end);
process.once("disconnect", end);
if (process.env.GREMIO_PARENT === "1") process.stdin.once("end", end).once("error", end).resume();

const getCast = async (): Promise<Cast> => {
  for (;;) {
    const answer = await fetch(`${url}/dev/cast`, { signal }).catch(() => undefined);
    if (answer?.ok) return castSchema.parse(await answer.json());
    await delay(RETRY_MS, undefined, { signal });
  }
};

const tokenOf = async (player: string): Promise<string> => {
  const answer = await fetch(`${url}/dev/players/${player}/token`, { method: "POST", signal });
  return mintedTokenSchema.parse(await answer.json()).token;
};

const run = async (): Promise<void> => {
  const { guild, players, bots, rivals } = await getCast();
  const clients = bots.map(({ player, locale }) => ({
    locale,
    ...connect({ url, getToken: () => tokenOf(player), keep: 10 }),
  }));
  // Those of the other guild are there, and say nothing.
  const silent = rivals.bots.map(({ player }) => connect({ url, getToken: () => tokenOf(player), keep: 10 }));
  const all = [...clients, ...silent];
  for (const { channel } of all) channel.on("entry", () => channel.markRead());
  const apiKey = apiKeys[0] ?? "";
  try {
    const members = [...players, ...bots].map(({ player }) => player);
    await Promise.all([
      chatter(clients, signal),
      gameEvents({ url, apiKey, guild, members }, signal),
      battles({ url, apiKey, guild, bots: [...bots, ...rivals.bots].map(({ player }) => player) }, signal),
    ]);
  } finally {
    for (const client of all) client.close();
  }
};

console.log(JSON.stringify({ ready: "bots" }));
await run().catch((error: unknown) => {
  if (!signal.aborted) throw error;
});
process.exit(0);
