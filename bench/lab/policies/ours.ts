import { decide, type Given } from "../../../server/notifier/deciding/decide.ts";
import type { Importance } from "../../../shared/notice-kind.ts";
import { makeOurDigests } from "../our-digests.ts";
import { OUR_SETTINGS, type OurSettings } from "../our-settings.ts";
import { makeOurStanding } from "../our-standing.ts";
import type { Desk, Policy, Run } from "../policy.ts";

const GRACES: ReadonlySet<string> = new Set(["reading", "present", "recent"]);

type Row = { readonly index: number; readonly why: string; readonly until: number; readonly given: Given };

/** `decide()` itself, asked as the service asks it: on arrival, when due, right before sending; what is due together is one push. */
const start = (desk: Desk, settings: OurSettings): Run => {
  const known = makeOurStanding(desk, settings);
  let rows: Row[] = [];
  // What is only given a grace is no such row of the service's, see server/notifier/deciding/defer.ts.
  const isAwaited = (of: number): boolean => rows.some(({ index, why }) => index === of && !GRACES.has(why));
  const digests = makeOurDigests(desk, settings, { ...known, isAwaited });
  let isMatchLookedAt = false;

  /** What of these is to be told now goes out, by importance; the rest is seen to. */
  const judge = (candidates: readonly { index: number; given: Given }[]): void => {
    const ready = new Map<Importance, number[]>();
    for (const { index, given } of candidates) {
      const subject = known.subjectOf(index);
      const verdict = decide(subject, known.standing(subject, given), desk.now());
      if (verdict.outcome === "now") ready.set(subject.importance, [...(ready.get(subject.importance) ?? []), index]);
      else if (verdict.outcome === "digest") digests.owe();
      else if (verdict.outcome === "later") wait({ index, why: verdict.reason, until: verdict.until, given });
    }
    for (const [importance, notices] of ready) {
      desk.push("alert", notices);
      known.pushed(importance, notices);
    }
  };

  const wait = (row: Row): void => {
    rows.push(row);
    if (row.why !== "in-match") desk.wake(row.until, "rows");
    // The end of a match is looked for once in every grace: it may be over before it was expected.
    else if (!isMatchLookedAt) desk.wake(desk.now() + settings.graceMs, "match");
    isMatchLookedAt ||= row.why === "in-match";
  };

  /** What it has been given, once it is looked at because its time has come. */
  const after = ({ why, until, given }: Row): Given => {
    if (why === "in-match") return { ...given, awaitedUntil: given.awaitedUntil ?? until };
    if (why === "burst") return { ...given, gap: true };
    return GRACES.has(why) ? { ...given, waited: true } : given;
  };

  const look = (isDue: (row: Row) => boolean): void => {
    const due = rows.filter(isDue);
    rows = rows.filter((row) => !due.includes(row));
    judge(due.map((row) => ({ index: row.index, given: after(row) })));
  };

  return {
    arrived: (index) => {
      digests.said();
      // What is not important waits for the channel's window, and nobody is looked up for it.
      if (!known.isPlain(index)) judge([{ index, given: { waited: false } }]);
    },
    due: (what) => {
      if (what === "window") digests.openWindow();
      else if (what === "digest") digests.consider();
      else if (what === "rows") look(({ why, until }) => why !== "in-match" && until <= desk.now());
      else {
        isMatchLookedAt = false;
        look(({ why }) => why === "in-match");
      }
    },
    hasRead: known.hasRead,
  };
};

export const makeOurs = (settings: OurSettings): Policy => {
  const { perHour, perDay, digestsPerDay } = settings.policy;
  const [grace, window] = [settings.graceMs / 1_000, settings.windowMs / 60_000];
  return {
    name: "ours",
    source: "server/notifier/deciding/decide.ts decide and decide-digest.ts, as server/notifier drives them",
    settings: `grace ${grace} s, at most ${perHour} pushes an hour and ${perDay} a day, a digest's window ${window} min, at most ${digestsPerDay} digests a day`,
    start: (desk) => start(desk, settings),
  };
};

/** As the service comes. */
export const ours: Policy = makeOurs(OUR_SETTINGS);
