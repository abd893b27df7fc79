import type { MemberView } from "../channel/rosters.ts";

/** Sets what differs and says whether anything did: an assignment of an equal value would make a patch of it. */
export const assign = <T extends object>(target: T, values: Partial<T>): boolean => {
  let changed = false;
  for (const [name, value] of Object.entries(values))
    if (Reflect.get(target, name) !== value) changed = Reflect.set(target, name, value);
  return changed;
};

type Roster<Row> = {
  keys(): Iterable<string>;
  get(player: string): Row | undefined;
  set(player: string, row: Row): unknown;
  delete(player: string): unknown;
};

/** Makes a map of the state show these members: `put` makes a row of nothing, or puts into the row there is what differs. Says whether anything did. */
export const showRoster = <Row>(
  roster: Roster<Row>,
  members: readonly MemberView[],
  put: (member: MemberView, known: Row | undefined) => { row: Row; changed: boolean },
): boolean => {
  let dirty = false;
  const present = new Set(members.map(({ player }) => player));
  for (const player of [...roster.keys()]) {
    if (present.has(player)) continue;
    roster.delete(player);
    dirty = true;
  }
  for (const member of members) {
    const known = roster.get(member.player);
    const { row, changed } = put(member, known);
    if (known === undefined) roster.set(member.player, row);
    dirty ||= changed || known === undefined;
  }
  return dirty;
};
