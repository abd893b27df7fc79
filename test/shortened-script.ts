import { type Clocks, playedScript } from "./played-script.ts";
import type { Act, Script } from "./script-of-notices.ts";

/** The script without whatever it goes wrong without. */
export const shortenedScript = async (clocks: Clocks, script: Script, what: string): Promise<Script> => {
  const kind = (found: string | undefined): string => found?.split(":")[0] ?? "";
  let best = script;
  for (let changed = true; changed; ) {
    changed = false;
    const fewer: Script[] = best.acts.map((_, index) => ({ ...best, acts: best.acts.toSpliced(index, 1) }));
    const plainer = best.acts.flatMap((act, index): Script[] => {
      if (act.type !== "run") return [];
      const plain: Act[] = [];
      if (act.fcm.length > 0) plain.push({ ...act, fcm: act.fcm.slice(0, -1) });
      if (act.fate.fault !== "none") plain.push({ ...act, fate: { at: 1, fault: "none" } });
      for (const one of act.during.keys()) plain.push({ ...act, during: act.during.toSpliced(one, 1) });
      return plain.map((one) => ({ ...best, acts: best.acts.with(index, one) }));
    });
    for (const next of [...fewer, ...plainer])
      if (kind(await playedScript(clocks, next)) === kind(what)) {
        best = next;
        changed = true;
        break;
      }
  }
  return best;
};
