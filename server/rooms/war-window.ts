import type { Side, WarPhase } from "../../shared/api/war.ts";
import type { PlayerId } from "../../shared/id.ts";
import type { Me } from "../../shared/protocol.ts";
import {
  type GuildState,
  WarChallengeState,
  WarEventState,
  WarFighterState,
  WarSideState,
  WarState,
} from "../../shared/state.ts";
import type { RosterSnapshot } from "../channel/rosters.ts";
import { parseActing } from "../pvp/acting.ts";
import type { WarFeeds } from "../pvp/war-feeds.ts";
import { SIDES } from "../pvp/war-row.ts";
import { parseWarEvent, topOf, type WarView } from "../pvp/war-views.ts";
import { assign } from "./show-roster.ts";

/** How long a war is shown after its end. */
const SHOWN_AFTER_MS = 24 * 60 * 60 * 1000;
const SHOWN_EVENTS = 10;
/** Not a war yet, or never one: a guild is held for a moment by an acceptance that may come to nothing. */
const HIDDEN: ReadonlySet<WarPhase> = new Set(["asking", "challenged", "declined", "withdrawn", "expired"]);

export type WarWindow = {
  /** Shows the war and the challenges that the guild's state names. */
  show(snapshot: RosterSnapshot): void;
  /** What a player is told of his own part in the war that is shown. */
  mine(player: PlayerId): Me["war"];
  close(): void;
};

/** Keeps a guild's state in step with its war. `onChange`: something in it, or in what players are told of their part, is another now. */
export const makeWarWindow = (state: GuildState, feeds: WarFeeds, onChange: () => void): WarWindow => {
  let followed = "";
  let release: (() => void) | undefined;
  let view: WarView | undefined;
  let acting: RosterSnapshot["acting"] = new Map();
  /** Events of the war as they were last shown, newest first. */
  let events: readonly string[] = [];

  const hide = (): void => {
    view = undefined;
    events = [];
    if (state.war === undefined) return;
    state.war = undefined;
    onChange();
  };

  const letGo = (): void => {
    release?.();
    release = undefined;
    hide();
  };

  const take = (seen: WarView | undefined): void => {
    if (seen === undefined || HIDDEN.has(seen.phase)) {
      hide();
      return;
    }
    if (Date.now() > (seen.endedAt ?? Number.POSITIVE_INFINITY) + SHOWN_AFTER_MS) {
      letGo();
      return;
    }
    const mine = view?.fighters;
    view = seen;
    const shown = events;
    events = seen.events;
    // Redis has lost some of what is shown.
    if (state.war !== undefined && events.length < state.war.events.length) state.war = undefined;
    const war = state.war ?? aWar();
    // All of these are to be done.
    const changes = [
      assign(war, factsOf(seen)),
      ...SIDES.map((side) => showSide(war.sides[side], seen, side)),
      showEvents(war, seen, state.war === undefined ? [] : shown),
    ];
    const isNew = state.war === undefined;
    if (isNew) state.war = war;
    if (isNew || changes.includes(true) || isOther(mine, seen.fighters)) onChange();
  };

  return {
    show: ({ war = "", challenges, ...snapshot }) => {
      acting = snapshot.acting;
      if (showChallenges(state, challenges)) onChange();
      if (war === followed) return;
      letGo();
      followed = war;
      if (war !== "") release = feeds.follow(war, take);
    },
    mine: (player) => {
      if (view === undefined) return undefined;
      const { war, version, mode, fighters } = view;
      const as = parseActing(acting.get(player) ?? "");
      const fighter = [player, ...(as.war === war ? as.as : [])].find((one) => fighters.has(one));
      const row = fighter === undefined ? undefined : fighters.get(fighter);
      const attemptsLeft = row === undefined ? 0 : Math.max(0, mode.attempts - row.used);
      return {
        id: war,
        version,
        fighter: row !== undefined,
        attempts: mode.attempts,
        attemptsLeft,
        score: row?.score ?? 0,
      };
    },
    close: () => {
      followed = "";
      release?.();
    },
  };
};

const aWar = (): WarState => {
  const war = new WarState();
  for (const _ of SIDES) war.sides.push(new WarSideState());
  return war;
};

const factsOf = ({ war, phase, mode, at, lockAt, startsAt, endsAt, lead, outcome }: WarView) => ({
  ...{ id: war, phase, mode: mode.mode, modeName: JSON.stringify(mode.name), attempts: mode.attempts },
  ...{ at, lockAt, startsAt, endsAt, lead: lead ?? -1, outcome },
});

const isOther = (before: WarView["fighters"] | undefined, now: WarView["fighters"]): boolean =>
  before === undefined || before.size !== now.size || [...now].some(([player, row]) => before.get(player) !== row);

const showSide = (shown: WarSideState | undefined, view: WarView, side: Side): boolean => {
  if (shown === undefined) return false;
  let changed = assign(shown, view.sides[side]);
  const top = topOf(view, side);
  for (const [index, { player, score, used }] of top.entries()) {
    const place = shown.top[index] ?? new WarFighterState();
    if (assign(place, { player, name: view.names.get(player) ?? player, score, used })) changed = true;
    if (index === shown.top.length) shown.top.push(place);
  }
  while (shown.top.length > top.length) {
    shown.top.pop();
    changed = true;
  }
  return changed;
};

/** A new event takes the place of the oldest one. Where none of those that were shown is still kept, all are new. */
const showEvents = (war: WarState, view: WarView, shown: readonly string[]): boolean => {
  const [newest] = shown;
  const known = newest === undefined ? -1 : view.events.indexOf(newest);
  const fresh = (known === -1 ? view.events : view.events.slice(0, known)).toReversed();
  for (const json of fresh) {
    const { at = 0, what = "", side = -1, player = "", score = 0 } = parseWarEvent(json) ?? {};
    const inTurn = [...war.events].sort((a, b) => a.number - b.number);
    const number = (inTurn.at(-1)?.number ?? 0) + 1;
    const oldest = inTurn.length < SHOWN_EVENTS ? undefined : inTurn[0];
    const place = oldest ?? new WarEventState();
    assign(place, { number, at, what, side, player, name: view.names.get(player) ?? player, score });
    if (oldest === undefined) war.events.push(place);
  }
  return fresh.length > 0;
};

const showChallenges = (state: GuildState, challenges: RosterSnapshot["challenges"]): boolean => {
  let changed = false;
  const standing = new Set(challenges.map(({ war }) => war));
  for (const war of [...state.challenges.keys()])
    if (!standing.has(war)) changed = state.challenges.delete(war) || changed;
  for (const { war, ...challenge } of challenges) {
    const known = state.challenges.get(war);
    const shown = known ?? new WarChallengeState();
    if (assign(shown, challenge)) changed = true;
    if (known !== undefined) continue;
    state.challenges.set(war, shown);
    changed = true;
  }
  return changed;
};
