import type { HappenedEvent } from "../../shared/event.ts";

/** What is made of events as they happen: a ranking, a directory. */
export type Projection = {
  /** For the log. */
  readonly name: string;
  /**
   * Takes events of one bucket (so of all that concerns one guild or one player) in the order in which they happened. Each comes at least once, from one process at a
   * time: after a crash or a lost Redis tail some come again, and for a moment two processes may give the same. What it throws because Redis does not answer is tried
   * again until it does not; any other error five times, then the event is passed over and told in the log.
   */
  take(events: readonly HappenedEvent[]): Promise<void>;
};
