import type { JudgeText, TextPlace } from "../moderation/gate.ts";
import type { Caller } from "./does.ts";

/** Those of some texts of a request that are given, as they are to be stored; the game's backend is not judged. Throws what `judgeText` does. */
export const judgeTexts = async <K extends string>(
  judgeText: JudgeText,
  place: TextPlace,
  caller: Caller,
  texts: Readonly<Partial<Record<K, string | undefined>>>,
): Promise<Partial<Record<K, string>>> => {
  const judged: Partial<Record<K, string>> = {};
  for (const name in texts) {
    const text = texts[name];
    if (text !== undefined) judged[name] = await judgeText(place, caller, text);
  }
  return judged;
};
