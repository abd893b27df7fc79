import type { Logger } from "pino";
import type { EarningEvent, EarningRules } from "../../../shared/earning.ts";
import { GremioError } from "../../../shared/errors.ts";
import { every } from "../../redis/every.ts";
import type { EarningAnswer } from "./answer.ts";
import { type DryRun, makeDryRun } from "./dry-run.ts";
import { type Earning, makeEarning } from "./earning.ts";
import type { FactsDeps } from "./facts.ts";
import { openRulesFile, type RulesFile } from "./rules-file.ts";

export type EarningService = {
  /** One event, also of Gremio's own (see own-events.ts). */
  take: Earning["take"];
  /** Of each event what it came to, or why it was refused, in their order. Throws what is no refusal; what was paid by then stays paid, and the same again tells it. */
  takeAll(events: readonly EarningEvent[]): Promise<(EarningAnswer | GremioError)[]>;
  rules: Pick<RulesFile, "inForce" | "problems">;
  /** One at a time in a process: throws `unavailable` while there is another. */
  dryRun(rules: EarningRules): Promise<DryRun>;
  close(): void;
};

/** Players paid at once by one call. */
const AT_ONCE = 16;
/** How often what others left unfinished is looked for. */
const FINISH_MS = 60_000;
/** The longest dry run takes about so long. */
const BUSY_MS = 20_000;

/** Earning as a chat process has it: with its file of rules, and going after what was left unfinished. */
export const startEarning = async (
  deps: FactsDeps,
  { rulesFile, sample }: { rulesFile?: string | undefined; sample: number },
  logger: Logger,
): Promise<EarningService> => {
  const rules = await openRulesFile(rulesFile, logger);
  const earning = makeEarning(deps, { rules: () => rules.inForce()?.rules, sample });
  const runDry = makeDryRun(deps.redis, deps.keys, { sample });
  let dryRuns = false;

  const finish = async (): Promise<void> => {
    const count = await earning.finish();
    if (count > 0) logger.info({ event: "earning-finished", count });
  };
  const finishing = every(FINISH_MS, finish, (error) =>
    logger.warn({ event: "earning-finish-failed", error: String(error) }),
  );

  return {
    take: earning.take,
    takeAll: async (events) => {
      const answers = new Map<number, EarningAnswer | GremioError>();
      // Those of one player one after the other, in the order they were told.
      const byPlayer = [...Map.groupBy(events.entries(), ([, { player }]) => player).values()];
      const waiting = byPlayer.values();
      const lane = async (): Promise<void> => {
        for (const mine of waiting)
          for (const [index, event] of mine)
            answers.set(
              index,
              await earning.take(event).catch((error: unknown) => {
                if (error instanceof GremioError) return error;
                throw error;
              }),
            );
      };
      const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
      for (const result of lanes) if (result.status === "rejected") throw result.reason;
      return events.map((_, index) => answers.get(index) ?? new GremioError("outcome-unknown"));
    },
    rules,
    dryRun: async (other) => {
      if (dryRuns) throw new GremioError("unavailable", { retryAtMs: Date.now() + BUSY_MS });
      dryRuns = true;
      try {
        return await runDry(other);
      } finally {
        dryRuns = false;
      }
    },
    close: () => {
      finishing.close();
      rules.close();
    },
  };
};
