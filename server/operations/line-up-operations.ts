import { wrongWarMode } from "../../shared/api/war-mode.ts";
import { GremioError } from "../../shared/errors.ts";
import { LINE_UP_OPERATIONS as OPERATIONS } from "../../shared/operations/line-up.ts";
import type { LineUp } from "../pvp/line-up.ts";
import type { Modes } from "../pvp/modes.ts";
import { does, type Handlers } from "./does.ts";

export type LineUpOperationsDeps = { modes: Modes; lineUp: LineUp };

export const makeLineUpOperations = ({ modes, lineUp }: LineUpOperationsDeps): Handlers<keyof typeof OPERATIONS> => ({
  putWarMode: does(OPERATIONS.putWarMode, async ({ mode, ...rest }) => {
    const wrong = wrongWarMode(rest);
    if (wrong !== undefined) throw new GremioError("bad-request", { details: [wrong] });
    await modes.put(mode, rest);
    return {};
  }),
  removeWarMode: does(OPERATIONS.removeWarMode, async ({ mode }) => {
    await modes.remove(mode);
    return {};
  }),
  listWarModes: does(OPERATIONS.listWarModes, async (_, caller) => {
    const all = await modes.list();
    return { modes: caller === undefined ? all : all.filter(({ enabled }) => enabled) };
  }),
  setWarReady: does(OPERATIONS.setWarReady, async ({ guild, player, ready }, caller) => {
    await lineUp.setReady(guild, player, ready, caller);
    return {};
  }),
  getLineUp: does(OPERATIONS.getLineUp, async ({ guild, mode, offset, limit }, caller) => {
    const chosen = mode === undefined ? undefined : await modes.read(mode);
    const { rows, members, picks, ...page } = await lineUp.page(guild, { mode: chosen, offset, limit }, caller);
    const next = offset + rows.length;
    return {
      ...page,
      ...{ memberCount: members, picked: picks, members: rows, evening: await lineUp.evening(guild) },
      next: rows.length > 0 && next < members ? next : null,
    };
  }),
  pickLineUp: does(OPERATIONS.pickLineUp, async ({ guild, players }, caller) => {
    await lineUp.pick(guild, players, caller);
    return {};
  }),
  setWarHours: does(OPERATIONS.setWarHours, ({ guild, hour, zone }, caller) =>
    lineUp.setHours(guild, { hour, zone }, caller),
  ),
});
