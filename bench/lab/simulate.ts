import { makeDraws } from "./draws.ts";
import { localTime } from "./local-time.ts";
import type { Seen } from "./observe.ts";
import type { Desk, Policy, Run, Sort } from "./policy.ts";
import type { Player } from "./world.ts";

const [SECOND_MS, DAY_MS] = [1_000, 86_400_000];

export type Sent = {
  readonly at: number;
  readonly sort: Sort;
  readonly notices: readonly number[];
  /** He had read all of it. */
  readonly alreadyRead: boolean;
};

/** What came of a policy for one player. */
export type Outcome = {
  readonly player: Player;
  readonly sent: readonly Sent[];
  /** When he read each of what came, by himself or led by a push; Infinity: never. */
  readonly readAt: readonly number[];
};

/** At night a push is rarely opened. */
const NIGHT_UNTIL = 7 * 60;

/**
 * Lives through a player's days with a policy. A push may lead him to read: the likelier when it is important to him, less at night and in a match, and less the more he got
 * in the last day. Drawn from the player and the notice alone, so that policies are compared on the same luck.
 */
export const simulate = (player: Player, seen: readonly Seen[], policy: Policy, until: number): Outcome => {
  const { incoming } = player;
  const readAt = incoming.map(() => Number.POSITIVE_INFINITY);
  const sent: Sent[] = [];
  const changes = [...new Set(seen.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const timers: { at: number; what: string }[] = [];
  const opens: number[] = [];
  let [now, came, read, swallowed, nextSeen, nextChange] = [0, 0, 0, 0, 0, 0];
  let active: Seen[] = [];
  let leftAt = Number.NEGATIVE_INFINITY;

  const desk: Desk = {
    player,
    truth: player,
    trulyRead: () => read,
    now: () => now,
    seen: () => active,
    leftAt: () => leftAt,
    notice: (index) => {
      const found = incoming[index];
      if (found === undefined || index >= came) throw new Error(`no notice ${index} has come yet`);
      return found;
    },
    arrived: () => came,
    read: () => Math.max(read, swallowed),
    wake: (time, what) => {
      const at = Math.ceil(time);
      let place = timers.length;
      while (place > 0 && (timers[place - 1]?.at ?? 0) > at) place--;
      timers.splice(place, 0, { at, what });
    },
    push: (sort, notices) => {
      sent.push({ at: now, sort, notices, alreadyRead: notices.every((index) => index < read) });
      const opened = openedAt(player, notices, sent, now);
      if (opened !== undefined) opens.push(opened);
      opens.sort((a, b) => a - b);
    },
  };
  const run: Run = policy.start(desk);

  const readTo = (count: number): void => {
    if (count <= read) return;
    for (; read < count; read++) readAt[read] = now;
    run.hasRead?.();
  };
  const swallow = (): void => {
    if (came <= swallowed || !active.some(({ swallows }) => swallows)) return;
    swallowed = came;
    run.hasRead?.();
  };
  const byHimself = (): number => (read < came ? (incoming[read]?.readAt ?? 0) : Number.POSITIVE_INFINITY);

  const never = Number.POSITIVE_INFINITY;
  for (;;) {
    const himself = byHimself();
    const change = changes[nextChange] ?? never;
    const open = opens[0] ?? never;
    const arrival = incoming[came]?.at ?? never;
    const timer = timers[0]?.at ?? never;
    const next = Math.min(himself, change, open, arrival, timer);
    if (next >= until) return { player, sent, readAt };
    now = Math.max(now, next);
    if (change === next) {
      nextChange++;
      const before = active.length;
      active = active.filter(({ to }) => to > now);
      for (let one = seen[nextSeen]; one !== undefined && one.from <= now; one = seen[++nextSeen])
        if (one.to > now) active.push(one);
      swallow();
      if (before > 0 && active.length === 0) {
        leftAt = now;
        run.left?.();
      }
    } else if (himself === next) {
      let count = read;
      while (count < came && (incoming[count]?.readAt ?? 0) <= now) count++;
      readTo(count);
    } else if (open === next) {
      opens.shift();
      readTo(came);
    } else if (arrival === next) {
      came++;
      run.arrived(came - 1);
      swallow();
    } else {
      const due = timers.shift();
      if (due !== undefined) run.due?.(due.what);
    }
  }
};

/** When he opens the chat because of a push; undefined: he does not. */
const openedAt = (
  player: Player,
  notices: readonly number[],
  sent: readonly Sent[],
  now: number,
): number | undefined => {
  const newest = notices.at(-1) ?? 0;
  const draws = makeDraws(player.seed, player.id, "opens", newest);
  const isImportant = notices.some((index) => player.incoming[index]?.important);
  let lately = 0;
  for (let index = sent.length - 1; index >= 0 && (sent[index]?.at ?? 0) > now - DAY_MS; index--) lately++;
  const fatigue = 0.9 ** Math.max(0, lately - 4);
  const isNight = localTime(player.zone, now).minute < NIGHT_UNTIL;
  const inMatch = player.stretches.some(({ state, from, to }) => state === "match" && from <= now && to > now);
  const likely = (isImportant ? 0.75 : 0.2) * fatigue * (isNight ? 0.15 : 1) * (inMatch ? 0.1 : 1);
  return draws.chance(likely) ? now + Math.round(draws.lognormal(60, 1) * SECOND_MS) : undefined;
};
