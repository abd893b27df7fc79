import { GremioError } from "../../shared/errors.ts";
import { PUSH_OPERATIONS as OPERATIONS } from "../../shared/operations/pushes.ts";
import type { Decisions } from "../decisions/decisions.ts";
import { ownDecision } from "../decisions/own-decision.ts";
import type { Players } from "../player/players.ts";
import { type Caller, does, type Handlers } from "./does.ts";

export const makePushOperations = ({
  decisions,
  players,
}: {
  decisions: Pick<Decisions, "page" | "report">;
  players: Pick<Players, "profile">;
}): Handlers<keyof typeof OPERATIONS> => ({
  reportPush: does(OPERATIONS.reportPush, async (report, caller) => {
    await decisions.report(himself(caller), report);
    return {};
  }),
  getMyDecisions: does(OPERATIONS.getMyDecisions, async ({ limit, before, locale }, caller) => {
    const player = himself(caller);
    const [{ decisions: kept, next }, language] = await Promise.all([
      decisions.page(player, { limit, before }),
      locale ?? players.profile(player).then((profile) => profile?.locale),
    ]);
    return { decisions: kept.map((decision) => ownDecision(decision, language ?? "es-419")), next };
  }),
});

/** Of an operation only players may ask. */
const himself = (caller: Caller): string => {
  if (caller === undefined) throw new GremioError("not-permitted");
  return caller;
};
