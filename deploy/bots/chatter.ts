import { setTimeout as delay } from "node:timers/promises";
import type { Channel } from "../../client/channel.ts";
import type { Locale } from "../../shared/locale.ts";
import { LANGUAGE, type Speaker, TALKS } from "./talks.ts";

export type Talker = { channel: Channel; locale: Locale };

/** As people write: one thinks and types, then the next. */
const LINE_MS = [1_200, 3_500] as const;
const TALK_MS = [5_000, 11_000] as const;

export const between = ([least, most]: readonly [number, number]): number => least + Math.random() * (most - least);

/** The bots talk, one talk after the other, until `signal` aborts. Who is not connected says it when he is. */
export const chatter = async (talkers: readonly Talker[], signal: AbortSignal): Promise<void> => {
  for (let talks = shuffled(TALKS); ; talks = shuffled(TALKS)) {
    for (const talk of talks) {
      const speakers = dealt(talkers);
      for (const [speaker, text] of talk) {
        speakers(speaker)?.channel.send(text);
        await delay(between(LINE_MS), undefined, { signal });
      }
      await delay(between(TALK_MS), undefined, { signal });
    }
  }
};

const dealt = (talkers: readonly Talker[]): ((speaker: Speaker) => Talker | undefined) => {
  const shuffledTalkers = shuffled(talkers);
  return (speaker) =>
    shuffledTalkers.filter(({ locale }) => locale === LANGUAGE[speaker])[speaker.endsWith("1") ? 0 : 1];
};

export const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
