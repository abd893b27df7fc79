import { makeLineUp } from "../pvp/line-up.ts";
import { makeModes } from "../pvp/modes.ts";
import type { Base } from "./base.ts";

export type War = ReturnType<typeof makeWar>;

/** Guilds against guilds. */
export const makeWar = ({ config, redis, keys }: Base) => ({
  modes: makeModes(redis, keys),
  lineUp: makeLineUp(redis, keys, { zone: config.warZone }),
});
