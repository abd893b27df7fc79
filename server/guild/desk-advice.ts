import type { SuggestionReason } from "../../shared/guild-suggestion.ts";
import type { DeskGroups, DeskMember } from "./desk-figures.ts";

export type Advice = { reason: SuggestionReason; params: Record<string, string> };

export type DeskView = DeskGroups & {
  unanswered: readonly DeskMember[];
  /** When each of the requests that wait was made, in ms. */
  requestsSince: readonly number[];
  bestHour: number | undefined;
  /** Of the newest message; undefined: none is kept. */
  lastMessageAt: number | undefined;
  createdAt: number;
  capacity: number;
  memberCount: number;
  level: number;
  /** Points missing to the next level; undefined: there is none. */
  missing: number | undefined;
  now: number;
};

const DAY_MS = 86_400_000;
const QUIET_MS = 3 * DAY_MS;
/** A guild of fewer needs no officer besides its leader. */
const OFFICER_FROM = 5;
const ALMOST_FULL = 0.9;
const NAMES = 3;
const ADVICE = 3;

/** Three pieces of advice, the most urgent first; `nameOf` gives a member's name. */
export const adviceFor = (view: DeskView, nameOf: (number: number) => string): Advice[] => {
  const { active, leaving, silent, unanswered, capacity, memberCount, now } = view;
  const names = (members: readonly DeskMember[]) =>
    members
      .slice(0, NAMES)
      .map(({ number }) => nameOf(number))
      .join(", ");
  const quietMs = now - (view.lastMessageAt ?? view.createdAt);
  const officers = active.filter(({ rank }) => rank === "leader" || rank === "officer");
  const [busiest] = active
    .filter(({ rank, messages }) => rank !== "leader" && rank !== "officer" && messages > 0)
    .toSorted((a, b) => b.messages - a.messages || a.number - b.number);
  const free = capacity - memberCount;
  const waiting = view.requestsSince.filter((at) => now - at > DAY_MS).length;
  const candidates: (Advice | undefined)[] = [
    // Nobody but those who read this can do it, and a request ends by itself.
    waiting > 0 ? { reason: "answer-requests", params: { count: String(waiting) } } : undefined,
    unanswered.length > 0 ? { reason: "answer-newcomers", params: { names: names(unanswered) } } : undefined,
    leaving.length > 0 ? { reason: "call-leaving", params: { names: names(leaving) } } : undefined,
    quietMs >= QUIET_MS ? { reason: "wake-chat", params: { days: String(Math.floor(quietMs / DAY_MS)) } } : undefined,
    memberCount >= OFFICER_FROM && officers.length === 0 && busiest !== undefined
      ? { reason: "name-officer", params: { names: names([busiest]) } }
      : undefined,
    silent.length > 0 && memberCount >= ALMOST_FULL * capacity
      ? { reason: "make-room", params: { count: String(silent.length) } }
      : undefined,
    view.bestHour === undefined
      ? undefined
      : { reason: "use-best-hour", params: { hour: `${String(view.bestHour).padStart(2, "0")}:00` } },
    free > 0 ? { reason: "invite-more", params: { count: String(free) } } : undefined,
    view.missing === undefined
      ? undefined
      : { reason: "reach-level", params: { points: String(view.missing), level: String(view.level + 1) } },
    active.length > 0 ? { reason: "thank-active", params: { count: String(active.length) } } : undefined,
    { reason: "plan-event", params: {} },
  ];
  return candidates.filter((advice) => advice !== undefined).slice(0, ADVICE);
};
