import { expect } from "vitest";
import type { Outgoing } from "../client/outbox.ts";
import { aClient, type Seen, textsOf } from "./a-client.ts";
import { aStudio } from "./a-studio.ts";
import { aCuttingProxy } from "./cutting-proxy.ts";
import { waitFor } from "./wait-for.ts";

export type Storm = {
  players: number;
  /** In each round every player says something. */
  rounds: number;
  /** In every such round a player's line is cut, at a moment of the seed's choice, also while he is joining. */
  cutEvery: number;
  /** Rounds in which the chat process is ended in order, and killed (-9); it is started again at once. */
  stopAt: readonly number[];
  killAt: readonly number[];
  seed: number;
};

const NO_PACE = { GREMIO_GUILD_PACE: "off" };

/** A guild that talks while lines and processes fail. Throws unless every message is in everybody's timeline, once and in one order. */
export const aStorm = async ({
  players: count,
  rounds,
  cutEvery,
  stopAt,
  killAt,
  seed,
}: Storm): Promise<{ cuts: number }> => {
  const random = mulberry32(seed);
  const players = Array.from({ length: count }, (_, index) => `p${index}`);
  const studio = await aStudio();
  await studio.guild("g1", players);
  let chat = await studio.chat(NO_PACE);
  const { port } = chat;
  const proxies = await Promise.all(players.map(() => aCuttingProxy(port)));
  const clients = players.map((player, index) => aClient(proxies[index]?.url ?? "", player));
  await Promise.all(clients.map((client) => client.live()));
  const sent: Outgoing[] = [];
  let cuts = 0;
  for (let round = 0; round < rounds; round++) {
    const victim = round % cutEvery === 0 ? Math.floor(random() * count) : -1;
    const moment = Math.floor(random() * count);
    for (const [index, client] of clients.entries()) {
      sent.push(client.channel.send(`${client.player} ${round}`));
      if (index !== moment) continue;
      // Let some of it get on its way first.
      for (let turns = Math.floor(random() * 8); turns > 0; turns--) await nextTurn();
      cuts += proxies[victim]?.cut() ?? 0;
    }
    if (stopAt.includes(round) || killAt.includes(round)) {
      await (killAt.includes(round) ? chat.kill() : chat.stop());
      chat = await studio.chat({ ...NO_PACE, PORT: String(port) });
    }
    const enough = sent.length - 3 * count;
    await waitFor(() => acknowledged(sent) >= enough, `the messages of round ${round}`);
  }
  await waitFor(() => acknowledged(sent) === sent.length, "all acknowledgements", 60_000);
  const settled = await Promise.all(sent.map((outgoing) => outgoing.settled));
  expect(new Set(settled.flatMap((one) => (one.ok ? [one.seq] : []))).size).toBe(sent.length);
  await expectOneOrder(clients, sent, await theLog(port, "p0"));
  return { cuts };
};

const acknowledged = (sent: readonly Outgoing[]): number => sent.filter(({ state }) => state === "acknowledged").length;

const expectOneOrder = async (clients: readonly Seen[], sent: readonly Outgoing[], log: unknown[]): Promise<void> => {
  expect(log.toSorted()).toEqual(sent.map(({ text }) => text).toSorted());
  for (const { player } of clients) {
    const his = (text: unknown): boolean => String(text).startsWith(`${player} `);
    expect(log.filter(his)).toEqual(sent.map(({ text }) => text).filter(his));
  }
  for (const client of clients) {
    await waitFor(() => textsOf(client.shown).length >= log.length, `everything at ${client.player}`);
    expect(textsOf(client.shown)).toEqual(log);
    expect(client.resets).toEqual(["no-cursor"]);
    expect(client.lost).toEqual([]);
  }
};

/** What the log holds, as somebody sees it who comes afterwards. */
const theLog = async (port: number, player: string): Promise<unknown[]> => {
  const reader = aClient(`http://127.0.0.1:${port}`, player);
  await reader.live();
  while ((await reader.channel.history()).length > 0);
  const texts = textsOf(reader.channel.entries);
  reader.close();
  return texts;
};

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Small and good enough: the same seed is the same storm, as far as the machine allows. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
