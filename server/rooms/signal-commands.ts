import { GremioError } from "../../shared/errors.ts";
import { Tokens } from "../player/tokens.ts";
import type { Handler } from "./commands.ts";
import type { SeatHouse } from "./house.ts";
import type { Visitor } from "./visitor.ts";

/** Of one connection: a map ping now and then and typing every 3 s stay far below. What is beyond is dropped, as a fleeting thing may be. */
const RATE = { burst: 10, perSecond: 5 };

/** What is for those who are there at this moment. */
export const makeSignalCommand = ({ sendSignal, packs }: SeatHouse): Handler<"signal"> => {
  const buckets = new WeakMap<Visitor, Tokens>();
  return async ({ signal }, { visitor, channel }) => {
    const tokens = buckets.get(visitor) ?? new Tokens(RATE);
    buckets.set(visitor, tokens);
    if (signal.signal === "emote" && !(await packs.owns(visitor.player, signal.pack, visitor.tokenPacks)))
      throw new GremioError("pack-not-owned");
    if (tokens.take() === undefined) await sendSignal(channel, visitor.player, signal);
    return {};
  };
};
