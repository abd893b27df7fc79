import type { Seen } from "../bench/lab/observe.ts";
import type { Policy } from "../bench/lab/policy.ts";
import { type Sent, simulate } from "../bench/lab/simulate.ts";
import { toldBy } from "../bench/lab/told-by.ts";
import type { Incoming, Player } from "../bench/lab/world.ts";

export const [SECOND_MS, MINUTE_MS, HOUR_MS] = [1_000, 60_000, 3_600_000];
/** Noon of a Monday in UTC, in which these players live. */
export const NOON = Date.UTC(2026, 9, 26, 12);

/** Somebody who is never there, has no quiet hours, and does not care for anything. Of `incoming` each has at least a time and a kind. */
export const aLabPlayer = ({
  incoming = [],
  ...known
}: Partial<Omit<Player, "incoming">> & { incoming?: readonly Partial<Incoming>[] } = {}): Player => {
  const person = {
    ...{
      id: "one",
      seed: 1,
      guildSize: 20,
      zone: "UTC",
      quietHours: undefined,
      through: [],
      stretches: [],
      phoneOff: [],
    },
    ...known,
  };
  return {
    ...person,
    incoming: incoming.map(({ at = NOON, kind = "mention", important = false, ...one }) => ({
      ...{ at, kind, author: "other", important, expiresAt: at + 24 * HOUR_MS, overAt: Number.POSITIVE_INFINITY },
      readAt: Number.POSITIVE_INFINITY,
      toldBy: important ? toldBy(person, kind, at) : Number.POSITIVE_INFINITY,
      ...one,
    })),
  };
};

/** When pushes went out, in seconds after noon, with what they tell: `0:0+1` is a push of the first two notices at once; of a digest behind a `d`. */
export const sentBy = (policy: Policy, player: Player, seen: readonly Seen[] = [], hours = 12): string[] =>
  simulate(player, seen, policy, NOON + hours * HOUR_MS).sent.map(inShort);

const inShort = ({ at, sort, notices }: Sent): string =>
  `${sort === "digest" ? "d" : ""}${Math.round((at - NOON) / SECOND_MS)}:${notices.join("+")}`;

/** He is seen so, from one second after noon to another. */
export const aSession = (from: number, to: number, more: Partial<Seen> = {}): Seen => ({
  ...{ from: NOON + from * SECOND_MS, to: NOON + to * SECOND_MS, presence: "present" },
  ...more,
});
