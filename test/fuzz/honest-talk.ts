import { Checker } from "../../bench/checker/checker.ts";
import type { Report } from "../../bench/checker/report.ts";
import type { Entry } from "../../shared/entry.ts";
import { aClient, type Seen } from "../a-client.ts";
import { waitFor } from "../wait-for.ts";
import { wholeLog } from "../whole-log.ts";

/** Members of one guild who talk through real clients while others attack, and what a checker says of it. */
export type HonestTalk = {
  readonly clients: readonly Seen[];
  /** The next of them says something; settles when that is acknowledged. */
  speak(): Promise<void>;
  /** What went wrong so far on their side: lost lines, refused messages, timelines that began anew. */
  troubles(): string[];
  /** Compares all that they were shown with the history. */
  judge(): Promise<Report>;
};

export const anHonestTalk = async (port: number, players: readonly string[]): Promise<HonestTalk> => {
  const checker = new Checker();
  const clients = players.map((player) => aClient(`http://127.0.0.1:${port}`, player));
  await Promise.all(clients.map((client) => client.live()));
  const numbers = await waitFor(() => {
    const known = clients.map(({ channel }) => channel.me?.number);
    return known.every((number) => number !== undefined) && known.map(Number);
  }, "their numbers");
  const honest = new Set([0, ...numbers]);
  const refused: string[] = [];
  for (const [index, client] of clients.entries()) {
    const view = checker.view(client.player, numbers[index] ?? 0);
    for (const entry of client.shown) view.show(plain(entry, honest));
    client.channel.on("entry", (entry) => view.show(plain(entry, honest)));
    client.channel.on("reset", (reason) => view.reset(reason));
  }
  let said = 0;
  return {
    clients,
    speak: async () => {
      const index = said % clients.length;
      const client = clients[index];
      said += 1;
      if (client === undefined) return;
      const outgoing = client.channel.send(`${client.player} ${said}`);
      checker.sent(numbers[index] ?? 0, outgoing.nonce, outgoing.text);
      const settled = await outgoing.settled;
      if (settled.ok) checker.acknowledged(outgoing.nonce, settled);
      else {
        checker.refused(outgoing.nonce, settled.refusal.code);
        refused.push(`${outgoing.text} was refused: ${settled.refusal.code}`);
      }
    },
    troubles: () => [
      ...refused,
      ...clients.flatMap(({ player, phases, resets, lost }) => [
        ...phases.filter((phase) => phase !== "live" && phase !== "connecting").map((phase) => `${player} is ${phase}`),
        ...resets.slice(1).map((reason) => `${player}'s timeline began anew: ${reason}`),
        ...lost.map(({ seq }) => `${player} lost ${seq}`),
      ]),
    ],
    judge: async () => {
      const { entries, lineage } = await wholeLog(port, players[0] ?? "");
      const end = entries.at(-1)?.seq;
      for (const client of clients)
        await waitFor(() => client.channel.cursor.seq === end, `everything at ${client.player}`);
      return checker.report(
        entries.map((entry) => plain(entry, honest)),
        lineage,
      );
    },
  };
};

/** What attackers say they may edit and delete; of their entries only the place is compared. */
const plain = (entry: Entry, honest: ReadonlySet<number>): Entry => {
  const { epoch, seq, at, from } = entry;
  return honest.has(from) ? entry : { epoch, seq, at, from, kind: "text", body: "" };
};
