export type Difference = {
  /** `guild:<id>` or `player:<id>`. */
  book: string;
  /** Where it shows first; '' when it is not one entry's. */
  entry: string;
  /** What was compared. */
  what: string;
  expected: string;
  found: string;
};

/** Thrown at the first difference. */
export class Differs extends Error {
  readonly difference: Omit<Difference, "book">;
  constructor(difference: Omit<Difference, "book">) {
    super(difference.what);
    this.difference = difference;
  }
}

export const compare = (entry: string, what: string, expected: string | number, found: string | number): void => {
  if (expected !== found) throw new Differs({ entry, what, expected: String(expected), found: String(found) });
};

/** What an entry adds to what its book ever earned: what came in, without transfers and less what is taken back of it. */
export const earnedBy = ({
  amount,
  reverses,
  counterpart,
}: {
  amount: number;
  reverses?: string | undefined;
  counterpart?: string | undefined;
}): number => (reverses !== undefined ? Math.min(0, amount) : counterpart !== undefined ? 0 : Math.max(0, amount));

/** Sums by member, as those of the accounts that guests among them have become. */
export const asAccounts = (
  sums: ReadonlyMap<string, number>,
  linked: ReadonlyMap<string, string>,
): Map<string, number> => {
  const all = new Map<string, number>();
  for (const [named, points] of sums) {
    const member = accountOf(named, linked);
    all.set(member, (all.get(member) ?? 0) + points);
  }
  return all;
};

export const accountOf = (named: string, linked: ReadonlyMap<string, string>): string => {
  let member = named;
  for (let account = linked.get(named); account !== undefined; account = linked.get(account)) member = account;
  return member;
};
