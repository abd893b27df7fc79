import { expect } from "vitest";
import type { Entry } from "../shared/entry.ts";
import { aClient, type Seen, textsOf } from "./a-client.ts";
import { waitFor } from "./wait-for.ts";

export type Acknowledged = { text: string; epoch: number; seq: number; atMs: number };

/** Members of one guild who talk without a pause, each through a client of his own, and what became of it. */
export type Talk = {
  readonly clients: readonly Seen[];
  readonly acknowledged: readonly Acknowledged[];
  /** Settles when so many more are acknowledged. */
  more(count: number, deadlineMs?: number): Promise<void>;
  /** Says nothing more; settles when all that was said is acknowledged. */
  stop(): Promise<void>;
  /**
   * Judges it after `stop`. Throws when a number meant two entries, when two clients differ, when anything is shown that is not in the log or the other way round, or
   * when anything went without being told. Gives what was acknowledged and is not in the log.
   */
  judge(): Promise<Acknowledged[]>;
};

export const aTalk = async (url: string, players: readonly string[]): Promise<Talk> => {
  const clients = players.map((player) => aClient(url, player));
  await Promise.all(clients.map((client) => client.live()));
  const acknowledged: Acknowledged[] = [];
  const meanings = new Map<string, Set<string>>();
  for (const client of clients)
    client.channel.on("entry", (entry) => {
      const key = `${entry.epoch}:${entry.seq}`;
      meanings.set(key, (meanings.get(key) ?? new Set()).add(JSON.stringify([entry.kind, entry.from, entry.body])));
    });
  let stopped = false;
  const talking = clients.map(async (client) => {
    for (let n = 0; !stopped; n++) {
      const outgoing = client.channel.send(`${client.player} ${n}`);
      const settled = await outgoing.settled;
      if (!settled.ok) throw new Error(`${outgoing.text}: ${settled.refusal.code}`);
      acknowledged.push({ text: outgoing.text, epoch: settled.epoch, seq: settled.seq, atMs: performance.now() });
    }
  });
  return {
    clients,
    acknowledged,
    more: async (count, deadlineMs = 60_000) => {
      const enough = acknowledged.length + count;
      await waitFor(() => acknowledged.length >= enough, `${count} more acknowledgements`, deadlineMs);
    },
    stop: async () => {
      stopped = true;
      await Promise.all(talking);
    },
    judge: async () => {
      const log = await theLog(url, players[0] ?? "");
      const kept = log.map(placeOf);
      expect(new Set(kept.map(({ place }) => place)).size).toBe(kept.length);
      const texts = textsOf(log);
      expect(new Set(texts).size).toBe(texts.length);
      for (const meaning of meanings.values()) expect([...meaning]).toHaveLength(1);
      for (const { player } of clients) {
        const own = texts.map(String).filter((text) => text.startsWith(`${player} `));
        const order = own.map((text) => Number(text.split(" ")[1]));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
      const first = (client: Seen): string => client.shown.map(placeOf)[0]?.place ?? "";
      for (const client of clients) {
        const due = kept.slice(kept.findIndex(({ place }) => place === first(client)));
        await waitFor(() => client.shown.at(-1)?.seq === log.at(-1)?.seq, `everything at ${client.player}`);
        expect(client.shown.map(placeOf)).toEqual(due);
      }
      const places = new Set(log.map(({ epoch, seq, body }) => `${epoch}:${seq} ${String(body)}`));
      return acknowledged.filter(({ epoch, seq, text }) => !places.has(`${epoch}:${seq} ${text}`));
    },
  };
};

const placeOf = ({ epoch, seq, body }: Entry): { place: string; body: unknown } => ({ place: `${epoch}:${seq}`, body });

/** What the log holds, as somebody sees it who comes afterwards. */
const theLog = async (url: string, player: string): Promise<Entry[]> => {
  const reader = aClient(url, player);
  await reader.live();
  while ((await reader.channel.history()).length > 0);
  const entries = [...reader.channel.entries];
  reader.close();
  return entries;
};
