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

/** A country's code is one, whatever it spells: `CU` is Cuba. */
const LONGEST_SYMBOL = 3;

/** What a guild or circle is called and tells of itself. Codes by which it is found are read by others as they are, and judged as a name is. */
export const judgeFacts = async <T extends string, M extends string>(
  judgeText: JudgeText,
  channel: TextPlace["channel"],
  caller: Caller,
  {
    titles,
    mottos,
    codes,
  }: {
    titles: Readonly<Partial<Record<T, string | undefined>>>;
    mottos: Readonly<Partial<Record<M, string | undefined>>>;
    codes: readonly (string | undefined)[];
  },
): Promise<Partial<Record<T, string>> & Partial<Record<M, string>>> => {
  for (const code of codes)
    if (code !== undefined && code.length > LONGEST_SYMBOL) await judgeText({ channel, as: "title" }, caller, code);
  return {
    ...(await judgeTexts(judgeText, { channel, as: "title" }, caller, titles)),
    ...(await judgeTexts(judgeText, { channel, as: "motto" }, caller, mottos)),
  };
};
