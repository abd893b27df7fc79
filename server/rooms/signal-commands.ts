import { GremioError } from "../../shared/errors.ts";
import type { Handler } from "./commands.ts";
import type { House } from "./house.ts";
import { makeTokens } from "./tokens.ts";
import type { Visitor } from "./visitor.ts";

/** Of one connection: a map ping now and then and typing every 3 s stay far below. What is beyond is dropped, as a fleeting thing may be. */
const BURST = 10;
const PER_SECOND = 5;

/** What is for those who are there at this moment. */
export const makeSignalCommand = ({ sendSignal, packs }: House): Handler<"signal"> => {
  const spend = new WeakMap<Visitor, () => boolean>();
  return async ({ signal }, { visitor, channel }) => {
    const has = spend.get(visitor) ?? makeTokens(BURST, PER_SECOND);
    spend.set(visitor, has);
    if (signal.signal === "emote" && !(await packs.owns(visitor.player, signal.pack, visitor.tokenPacks)))
      throw new GremioError("pack-not-owned");
    if (has()) await sendSignal(channel, visitor.player, signal);
    return {};
  };
};
