import type { Entry } from "../../shared/entry.ts";

/** Whether the entry ends the membership of the member with this number. */
export const endsMembership = (entry: Entry, number: number): boolean =>
  isDeparture(entry) && entry.body.who === number;

export const isDeparture = (entry: Entry): entry is Extract<Entry, { kind: "left" | "kicked" }> =>
  entry.kind === "left" || entry.kind === "kicked";

/** What a member may see: everything up to the entry that ends his membership. */
export const untilDeparture = (entries: readonly Entry[], number: number): readonly Entry[] => {
  const end = entries.findIndex((entry) => endsMembership(entry, number));
  return end === -1 ? entries : entries.slice(0, end + 1);
};
