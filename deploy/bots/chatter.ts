import { setTimeout as delay } from "node:timers/promises";
import type { Channel } from "../../client/channel.ts";
import { TALKS } from "./talks.ts";

/** As people write: one thinks and types, then the next. */
const LINE_MS = [1_200, 3_500] as const;
const TALK_MS = [5_000, 11_000] as const;

export const between = ([least, most]: readonly [number, number]): number => least + Math.random() * (most - least);

/** The bots talk, one talk after the other, until `signal` aborts. Who is not connected says it when he is. */
export const chatter = async (channels: readonly Channel[], signal: AbortSignal): Promise<void> => {
  for (let talks = shuffled(TALKS); ; talks = shuffled(TALKS)) {
    for (const talk of talks) {
      const speakers = shuffled(channels);
      for (const [speaker, text] of talk) {
        speakers[speaker]?.send(text);
        await delay(between(LINE_MS), undefined, { signal });
      }
      await delay(between(TALK_MS), undefined, { signal });
    }
  }
};

export const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
