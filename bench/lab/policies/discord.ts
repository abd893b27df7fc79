import { isToAll, isToHim, type Policy } from "../policy.ts";

/** Push Notification Inactive Timeout, 1 to 10 minutes; the longest is the default. */
const INACTIVE_AFTER_MS = 600_000;

/** Mentions wait until the desktop was not used for ten minutes, and are dropped if they were read by then. */
export const discord: Policy = {
  name: "Discord",
  source:
    'closed: the setting "Push Notification Inactive Timeout" (afk_timeout in its API) as described in its help and by wrappers of its API; what happens at its end is observed, not read',
  settings:
    "afk_timeout 600 s, server notifications: only @mentions (what community servers must have), @everyone not suppressed",
  start: (desk) => {
    const waiting: number[] = [];
    /** When he will have been inactive for long enough, if he goes on as now. */
    const inactiveAt = (): number => {
      const now = desk.now();
      const touched = desk.seen().map(({ touchedAt }) => touchedAt ?? now);
      return touched.length === 0 ? now : Math.max(...touched) + INACTIVE_AFTER_MS;
    };
    const look = (): void => {
      const at = inactiveAt();
      if (at > desk.now()) desk.wake(at, "look");
      else for (const index of waiting.splice(0)) if (index >= desk.read()) desk.push("alert", [index]);
    };
    return {
      arrived: (index) => {
        const { kind } = desk.notice(index);
        if (!isToHim(kind) && !isToAll(kind)) return;
        waiting.push(index);
        if (waiting.length === 1 || inactiveAt() <= desk.now()) look();
      },
      due: () => waiting.length > 0 && look(),
      left: () => look(),
    };
  },
};
