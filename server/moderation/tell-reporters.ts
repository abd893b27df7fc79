import type { ReportOutcome } from "../../shared/api/report.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { Personal } from "../../shared/protocol.ts";
import type { Ask } from "../redis/ask.ts";

/** Tells them what became of a case, and nothing else. It may be lost; they also find it in what they ask for. */
export const tellReporters = async (
  ask: Ask,
  report: string,
  outcome: ReportOutcome,
  reporters: readonly PlayerId[],
): Promise<void> => {
  const message: Personal = { type: "report", report, outcome };
  await Promise.all(
    reporters.map((reporter) => ask("player_tell", `player:${reporter}`, [JSON.stringify([reporter, message]), ""])),
  );
};
