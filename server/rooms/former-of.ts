import { numbersOfState } from "../../shared/card.ts";
import { type Entry, numbersOf } from "../../shared/entry.ts";
import type { ChannelId } from "../../shared/id.ts";
import type { FormerMember, Mark } from "../../shared/protocol.ts";
import type { Rosters } from "../channel/rosters.ts";

/** The profiles, once each, of people whom entries or their marks name but who are no longer in the roster. */
export const formerOf = async (
  channel: ChannelId,
  { entries, marks }: { entries: readonly Entry[]; marks: readonly Mark[] },
  roster: ReadonlySet<number>,
  rosters: Rosters,
): Promise<FormerMember[]> => {
  const named = marks.flatMap(({ card }) => (card === undefined ? [] : numbersOfState(card)));
  const absent = new Set([...entries.flatMap(numbersOf), ...named].filter((number) => !roster.has(number)));
  return absent.size === 0 ? [] : rosters.people(channel, [...absent]);
};
