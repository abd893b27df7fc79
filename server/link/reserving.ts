import { GremioError } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { Ask } from "../redis/ask.ts";
import { asNumber, asText } from "../redis/reply.ts";

/** By then whoever reserved two players has linked them, or is gone: it takes milliseconds, and each step is given up after 10 s. */
const LEFT_MS = 30_000;

/**
 * Reserves both players of a link before anything of it is done. Of links that exclude each other (the account of one is the guest of another) at least one gets both, since
 * all take the lesser id first; the others throw `link-under-way` and hold nothing. What a process that died has left is ended: its link, if it had begun.
 */
export const makeReserving = (
  ask: Ask,
  finish: (guest: PlayerId, account: PlayerId) => Promise<unknown>,
  leftMs = LEFT_MS,
): ((guest: PlayerId, account: PlayerId) => Promise<void>) => {
  const owner = (player: PlayerId): string => `player:${player}`;

  /** Whether they are nobody's any more. */
  const giveUp = async (guest: PlayerId, account: PlayerId, row = ""): Promise<boolean> => {
    const [begun] = await ask("link_cancel", owner(guest), [account]);
    if (begun !== 1) await ask("link_forget", owner(account), [guest, row]);
    return begun !== 1;
  };

  /** Another link stands in the way: it goes first, unless it was left. */
  const clear = async (guest: PlayerId, account: PlayerId, row: string, ageMs: number): Promise<void> => {
    const underWay = new GremioError("link-under-way");
    if (ageMs < leftMs) throw underWay;
    if (await giveUp(guest, account, row)) return;
    await finish(guest, account).catch((error: unknown) => {
      throw error instanceof GremioError ? underWay : error;
    });
  };

  const take = async (guest: PlayerId, account: PlayerId, who: "guest" | "account"): Promise<void> => {
    for (let round = 0; round < 3; round++) {
      const [held, one, other, row, age] = await ask("link_reserve", owner(who === "guest" ? guest : account), [
        ...[guest, account, who],
      ]);
      if (held !== "held") return;
      await clear(asText(one), asText(other), asText(row), asNumber(age));
    }
    throw new GremioError("link-under-way");
  };

  return async (guest, account) => {
    const order = guest < account ? (["guest", "account"] as const) : (["account", "guest"] as const);
    try {
      for (const who of order) await take(guest, account, who);
    } catch (error) {
      if (error instanceof GremioError) await giveUp(guest, account);
      throw error;
    }
  };
};
