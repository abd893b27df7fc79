import type { War, WarId } from "../../shared/api/war.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import type { Advance } from "./advance.ts";
import { ownerOfWar, warOf } from "./war-row.ts";

/** What the studio decides about wars afterwards. What was given wrongly is taken back by entries of its own; nothing is given twice. */
export type Disputes = {
  /**
   * A battle counts no more. While the war is active its score changes at once; a war that is settled gets a corrected result. Again it changes nothing. `giveBack`: the
   * fighter may fight again, while the war is active. Throws `war-not-found`, `battle-not-found`, `war-phase`.
   */
  voidBattle(war: WarId, battle: string, giveBack: boolean, reason: string): Promise<War>;
  /** Nobody has won, and nobody gets anything. Throws `war-not-found`, `war-phase`. */
  voidWar(war: WarId, reason: string): Promise<War>;
  /** A war that is held, since its sums differ from its battles, is settled by its battles. Throws `war-not-found`, `war-phase`. */
  settleByBattles(war: WarId): Promise<War>;
};

export const makeDisputes = (redis: Redis, keys: Keys, wars: Pick<Advance, "read" | "advance">): Disputes => {
  const ask = makeAsk(redis, keys);
  const after = async (war: WarId): Promise<War> => {
    await wars.advance(war, false);
    return warOf(await wars.read(war), { payments: true });
  };
  return {
    voidBattle: async (war, battle, giveBack, reason) => {
      await ask("war_reopen", ownerOfWar(war), [battle, giveBack ? "1" : "0", reason]);
      return after(war);
    },
    voidWar: async (war, reason) => {
      await ask("war_reopen", ownerOfWar(war), ["", "0", reason]);
      return after(war);
    },
    settleByBattles: async (war) => {
      await ask("war_trust", ownerOfWar(war), []);
      return after(war);
    },
  };
};
