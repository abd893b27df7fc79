/** How fast the notifier beats. Tests make it faster; nothing else differs. */
export type Pace = {
  /** How often it looks by itself at all outboxes and due items, in case a wake-up was lost. */
  lookMs: number;
  /** How long a reader may keep an outbox document before another takes it over. */
  abandonedMs: number;
  /** How long a due item stays with whoever took it. */
  claimMs: number;
  trimMs: number;
  /** How long a push job of a dead process stays its own. */
  lockMs: number;
  /** First wait before a push is tried again. FCM asks for at least 10 s. */
  retryBaseMs: number;
  /** After this an unanswered call to FCM counts as failed; FCM asks to wait at least 10 s. */
  sendDeadlineMs: number;
  /** How often refused credentials are tried again. */
  mendedMs: number;
  /** In how long the rate of sending rises to its limit, after a start or a minute's silence. FCM asks for at least a minute. */
  rampMs: number;
  /** Between two pushes of a burst, important and urgent ones: the second replaces the first on the screen. None: each is a push of its own. */
  gapsMs: { important: readonly number[]; urgent: readonly number[] };
  /** Longest wait, at the end of the service, for what was begun. */
  closeMs: number;
};

export const PACE: Pace = {
  lookMs: 4_000,
  abandonedMs: 8_000,
  claimMs: 8_000,
  trimMs: 60_000,
  lockMs: 5_000,
  retryBaseMs: 10_000,
  sendDeadlineMs: 20_000,
  mendedMs: 30_000,
  rampMs: 60_000,
  gapsMs: { important: [60_000, 300_000, 900_000], urgent: [20_000, 60_000, 300_000] },
  closeMs: 6_000,
};
