import { LIMITS } from "../../shared/limits.ts";
import type { TraceLine } from "./trace.ts";

/** `speaker`: says what people of the trace said. `watcher`: connected, reads, says nothing. `away`: not there until the end, has a phone. */
export type Role = "speaker" | "watcher" | "away";
export type CastMember = { player: string; role: Role; rank: "leader" | "officer" | "member" };

export type Cast = {
  members: CastMember[];
  /** Which member says what a person of the trace said. */
  speakerOf: ReadonlyMap<string, string>;
  people: number;
};

/** Of the members, this part at most speaks; of the others every second watches, the rest is away. */
const SPEAKING = 0.8;
const LEAST_SILENT = 20;

export const membersFor = (people: number): number =>
  Math.min(LIMITS.guildMembers, Math.max(people + LEAST_SILENT, Math.ceil(people / SPEAKING)));

/**
 * Gives out the parts. Those who say most get a member of their own, the first of them leads; when the guild is too small for all, the others share members, by
 * turns. Whoever writes to all is an officer.
 */
export const castOf = (lines: readonly TraceLine[], members: number): Cast => {
  const said = new Map<string, number>();
  for (const { from } of lines) said.set(from, (said.get(from) ?? 0) + 1);
  const people = [...said.keys()].toSorted((a, b) => (said.get(b) ?? 0) - (said.get(a) ?? 0));
  const speakers = Math.max(1, Math.min(people.length, Math.floor(members * SPEAKING)));
  const nameOf = (index: number): string => `speaker-${String(1 + (index % speakers)).padStart(3, "0")}`;
  const speakerOf = new Map(people.map((person, index) => [person, nameOf(index)]));
  const officers = new Set(lines.filter(({ toAll }) => toAll).map(({ from }) => speakerOf.get(from)));
  return {
    people: people.length,
    speakerOf,
    members: Array.from({ length: members }, (_, index): CastMember => {
      if (index >= speakers) {
        const role = (index - speakers) % 2 === 0 ? "watcher" : "away";
        return { player: `${role}-${String(1 + index - speakers).padStart(3, "0")}`, role, rank: "member" };
      }
      const player = nameOf(index);
      return { player, role: "speaker", rank: index === 0 ? "leader" : officers.has(player) ? "officer" : "member" };
    }),
  };
};
