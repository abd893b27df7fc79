import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber } from "../redis/reply.ts";

/** Whether all of a team are ready. A check ends once, with its entry and its event, when all have answered or its time is over, whichever process sees to it. */
export type Readiness = {
  /**
   * Asks all members, for so long; whoever asks is ready. The same id again changes nothing. Throws `channel-not-found`, `not-member`, `not-permitted` (who does not lead),
   * `check-running` (`retryAtMs`: when it is over).
   */
  start(check: { team: ChannelId; id: string; lastsMs: number; caller?: PlayerId | undefined }): Promise<number>;
  /** Throws `channel-not-found`, `not-member`, `check-over`. */
  answer(team: ChannelId, player: PlayerId, check: string, ready: boolean): Promise<void>;
  /** Ends the check that runs if its time is over, and says how long it still runs, in ms; -1: none does. */
  judge(team: ChannelId): Promise<number>;
  /** Sees to it that the check that runs ends when its time is over, as long as this process lives. */
  watch(team: ChannelId, untilMs: number): void;
  close(): void;
};

/** A deadline is not looked at a moment too early by the clock of another machine for nothing. */
const LATE_MS = 5;
/** After Redis did not answer it is asked again; other processes may, too. */
const RETRY_MS = 1_000;

export const makeReadiness = (
  redis: Redis,
  keys: Keys,
  { historyLength, onError }: { historyLength: number; onError: (error: unknown) => void },
): Readiness => {
  const ask = makeAsk(redis, keys);
  const keep = String(historyLength);
  const timers = new Map<ChannelId, { untilMs: number; timer: NodeJS.Timeout }>();
  let closed = false;

  const judge: Readiness["judge"] = async (team) => {
    const [left] = await ask("team_judge", team, [team, keep]);
    return asNumber(left);
  };

  const after = (team: ChannelId, untilMs: number, waitMs: number): void => {
    if (closed) return;
    clearTimeout(timers.get(team)?.timer);
    const look = async (): Promise<void> => {
      timers.delete(team);
      try {
        const left = await judge(team);
        if (left >= 0 && !timers.has(team)) after(team, untilMs, left + LATE_MS);
      } catch (error) {
        onError(error);
        if (!timers.has(team)) after(team, untilMs, RETRY_MS);
      }
    };
    timers.set(team, { untilMs, timer: setTimeout(() => void look(), waitMs).unref() });
  };

  const watch: Readiness["watch"] = (team, untilMs) => {
    if (timers.get(team)?.untilMs !== untilMs) after(team, untilMs, Math.max(0, untilMs - Date.now()) + LATE_MS);
  };

  return {
    judge,
    watch,

    start: async ({ team, id, lastsMs, caller = "" }) => {
      const [until, left] = (await ask("team_check", team, [team, caller, id, String(lastsMs), keep])).map(asNumber);
      if (left !== undefined && left >= 0) after(team, until ?? 0, left + LATE_MS);
      return until ?? 0;
    },

    answer: async (team, player, check, ready) => {
      await ask("team_ready", team, [team, player, check, ready ? "yes" : "no", keep]);
    },

    close: () => {
      closed = true;
      for (const { timer } of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
};
