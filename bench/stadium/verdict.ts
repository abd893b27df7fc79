import type { Entry } from "../../shared/entry.ts";
import type { HeardAll } from "./orders.ts";

/**
 * What is wrong with a round, in words; nothing when every stand has heard the same messages, as many as were said, one after the other, and the log has them under
 * the same numbers. That each socket of a stand has what the stand has is the stand's to check.
 */
export const faultsIn = (
  stands: readonly Pick<HeardAll, "entries">[],
  log: readonly Entry[],
  said: number,
): string[] => {
  const written = log.slice(-said).map(({ seq, from, body }) => ({ seq, from, text: body }));
  const faults: string[] = [];
  if (written.length !== said) faults.push(`the log has ${written.length} of ${said} messages`);
  for (const [index, { seq }] of written.entries())
    if (seq !== (written[0]?.seq ?? 0) + index) faults.push(`the log has a hole before ${seq}`);
  for (const [stand, { entries }] of stands.entries()) {
    if (entries.length !== said) faults.push(`stand ${stand} heard ${entries.length} messages instead of ${said}`);
    const other = entries.find(({ seq, from, text }, index) => {
      const due = written[index];
      return due?.seq !== seq || due.from !== from || due.text !== text;
    });
    if (other !== undefined) faults.push(`stand ${stand} heard ${other.seq} otherwise than the log has it`);
  }
  return faults;
};
