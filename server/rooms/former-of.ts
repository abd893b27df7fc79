import { type Entry, numbersOf } from "../../shared/entry.ts";
import type { ChannelId } from "../../shared/id.ts";
import type { FormerMember } from "../../shared/protocol.ts";
import type { Rosters } from "../channel/rosters.ts";

/** The profiles, once each, of people whom entries name but who are no longer in the roster. */
export const formerOf = async (
  channel: ChannelId,
  entries: readonly Entry[],
  roster: ReadonlySet<number>,
  rosters: Rosters,
): Promise<FormerMember[]> => {
  const absent = new Set(entries.flatMap(numbersOf).filter((number) => !roster.has(number)));
  return absent.size === 0 ? [] : rosters.people(channel, [...absent]);
};
