import type { Logger } from "pino";
import type { Device } from "../../../shared/device.ts";
import type { SendOutcome } from "./push-sender.ts";

/** What a stop or a pause concerns: all sending, because of our credentials (`credentials`) or because FCM wants less (`all`), or one platform. */
export type Scope = "all" | "credentials" | Device["platform"];

export type Stop = { scope: Scope; why: string; sinceMs: number };

/** Numbers since the process started. */
export type Sending = {
  /** What became of messages. `held`: not sent yet, because of a limit, a pause or a stop. */
  outcomes: Readonly<Record<SendOutcome["type"] | "held", number>>;
  /** Requests made to FCM, those firebase-admin makes by itself among them. */
  requests: number;
  /** How often FCM, or what went wrong with it, made this process pause all sending. */
  pauses: number;
  /** What is not sent to until somebody mends it. */
  stops: readonly Stop[];
};

export type SendingState = {
  read(): Sending;
  request(): void;
  count(outcome: SendOutcome, platform: Device["platform"]): void;
  held(count: number): void;
  paused(): void;
};

/** The log is told of a stop at most so often. */
const ALARM_EVERY_MS = 60_000;
/** Above this share of foreign targets, of at least so many messages, it is not a few old devices: the app is built for another project. */
const FOREIGN_SHARE = 0.001;
const FOREIGN_LEAST = 3;

/** What this process knows of its sending: numbers, and whether FCM refuses us. Told in the log when that begins, once a minute while it lasts, and when it ends. */
export const makeSendingState = (log: Logger, now: () => number): SendingState => {
  const outcomes = { sent: 0, gone: 0, rejected: 0, credentials: 0, platform: 0, busy: 0, unavailable: 0, held: 0 };
  const stops = new Map<Scope, Stop>();
  const alarms = new Map<string, number>();
  let requests = 0;
  let pauses = 0;
  let foreign = 0;

  const alarm = (event: string, about: object): void => {
    const last = alarms.get(event);
    if (last !== undefined && now() - last < ALARM_EVERY_MS) return;
    alarms.set(event, now());
    log.error({ event, ...about });
  };

  const stop = (scope: Scope, why: string): void => {
    const known = stops.get(scope);
    stops.set(scope, { scope, why, sinceMs: known?.sinceMs ?? now() });
    alarm(`sending-stopped-${scope}`, { why });
  };

  const resume = (scope: Scope): void => {
    if (!stops.delete(scope)) return;
    alarms.delete(`sending-stopped-${scope}`);
    log.info({ event: "sending-resumed", scope });
  };

  return {
    read: () => ({ outcomes: { ...outcomes }, requests, pauses, stops: [...stops.values()] }),
    request: () => {
      requests += 1;
    },
    count: (outcome, platform) => {
      outcomes[outcome.type] += 1;
      switch (outcome.type) {
        case "credentials":
          return stop("credentials", outcome.why);
        case "platform":
          return stop(platform, outcome.why);
        case "rejected":
          return alarm("push-rejected", { platform, why: outcome.why });
        case "sent":
          resume("credentials");
          return resume(platform);
        case "gone":
          if (outcome.foreign) foreign += 1;
          if (foreign >= FOREIGN_LEAST && foreign > FOREIGN_SHARE * (outcomes.sent + outcomes.gone))
            alarm("push-foreign-targets", { foreign, sent: outcomes.sent });
      }
    },
    held: (count) => {
      outcomes.held += count;
    },
    paused: () => {
      pauses += 1;
    },
  };
};
