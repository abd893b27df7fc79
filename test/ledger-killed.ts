import type { Transfer } from "../server/points/transfers.ts";

/** The books of the processes that are killed, see ledger-process.ts. */
export const BOOKS = ["guild:g1", "guild:g2", "player:ana", "player:beto", "player:caro"];

const PAIRS = [
  ["ana", "beto"],
  ["beto", "caro"],
  ["caro", "ana"],
  ["ana", "nobody"],
] as const;

/** The same transfer for the same number, whoever makes it; a quarter of them is refused. */
export const transferOf = (number: number): Transfer => {
  const [from, to] = PAIRS[number % PAIRS.length] ?? PAIRS[0];
  return { from: { player: from }, to: { player: to }, amount: 1 + (number % 7), id: `t${number}`, reason: "gift" };
};
