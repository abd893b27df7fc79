import type { Device } from "../../../shared/device.ts";
import type { SendOutcome } from "./push-sender.ts";
import type { SendRate } from "./send-rate.ts";
import type { SendingState } from "./sending-state.ts";

/** Sees what becomes of each push, and has all of them, or a platform's, pause when it is not one device that FCM has trouble with. */
export type Outage = { saw(outcome: SendOutcome, device: Pick<Device, "target" | "platform">): Promise<void> };

export type OutagePace = {
  /** First pause when FCM does not work; each further one is twice as long. FCM asks for at least 10 s. */
  retryBaseMs: number;
  /** How often credentials that were refused, ours or a platform's, are tried again. */
  mendedMs: number;
};

/** So many devices refused for rate, and none taken between: it is not one device that is too busy, it is us. */
const BUSY_DEVICES = 2;
/** So many failures, and nothing taken between. */
const FAILURES = 8;
/** What was mended is found out within this time. */
const LONGEST_PAUSE_MS = 60_000;
/** After a pause somebody asked for; processes and pushes do not come back at the same moment. */
const JITTER = 0.25;

export const makeOutage = (
  rate: SendRate,
  state: SendingState,
  { retryBaseMs, mendedMs }: OutagePace,
  renewCredentials: () => void,
): Outage => {
  const busy = new Set<string>();
  let failures = 0;
  let pausesInRow = 0;

  const pause = async (scope: Parameters<SendRate["pause"]>[0], ms: number): Promise<void> => {
    if (rate.pausedMs(scope) > 0) return;
    if (scope === "all") state.paused();
    await rate.pause(scope, ms * (1 + Math.random() * JITTER));
  };

  return {
    saw: async (outcome, { target, platform }) => {
      switch (outcome.type) {
        case "credentials":
          if (rate.pausedMs("credentials") === 0) renewCredentials();
          return pause("credentials", mendedMs);
        case "platform":
          return pause(platform, mendedMs);
        case "busy":
          busy.add(target);
          if (busy.size >= BUSY_DEVICES) await pause("all", outcome.retryAfterMs ?? retryBaseMs);
          return;
        case "unavailable": {
          failures += 1;
          if (failures < FAILURES || rate.pausedMs("all") > 0) return;
          failures = 0;
          const ms = Math.min(retryBaseMs * 2 ** pausesInRow, LONGEST_PAUSE_MS);
          pausesInRow += 1;
          return pause("all", Math.max(ms, outcome.retryAfterMs ?? 0));
        }
        default:
          // FCM works: it has taken this one, or has judged it.
          busy.clear();
          failures = 0;
          pausesInRow = 0;
      }
    },
  };
};
