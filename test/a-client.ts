import { onTestFinished } from "vitest";
import { connect, type GremioClient, type GremioOptions } from "../client/gremio.ts";
import type { Entry } from "../shared/entry.ts";
import { aCountedClock } from "./a-counted-clock.ts";
import { aToken } from "./a-studio.ts";
import { waitFor } from "./wait-for.ts";

/** A client and what its player has seen: exactly what the events told, in their order. */
export type Seen = GremioClient & {
  readonly player: string;
  readonly shown: Entry[];
  readonly lost: Entry[];
  readonly resets: string[];
  readonly phases: string[];
};

export const aClient = (
  url: string,
  player: string,
  options: Partial<GremioOptions> & { lifeS?: number } = {},
): Seen => {
  const { clock, waiting } = aCountedClock(options.clock);
  const { lifeS } = options;
  const client = connect({
    url,
    getToken: () => aToken(player, lifeS === undefined ? {} : { lifeS }),
    ...options,
    clock,
  });
  const shown: Entry[] = [];
  const lost: Entry[] = [];
  const resets: string[] = [];
  const phases: string[] = [];
  client.channel.on("lost", (entries) => {
    lost.push(...entries);
    for (const entry of entries) shown.splice(shown.indexOf(entry), 1);
  });
  client.channel.on("reset", (reason) => {
    resets.push(reason);
    shown.length = 0;
  });
  client.channel.on("entry", (entry) => shown.push(entry));
  client.channel.on("status", ({ phase }) => {
    if (phases.at(-1) !== phase) phases.push(phase);
  });
  onTestFinished(async () => {
    client.close();
    await waitFor(() => waiting() === 0, "the timers of a closed client to go");
  });
  return Object.assign(client, { player, shown, lost, resets, phases });
};

export const textsOf = (entries: readonly Entry[]): unknown[] =>
  entries.filter(({ kind }) => kind === "text").map(({ body }) => body);
