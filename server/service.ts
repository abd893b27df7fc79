/** A service that accepts connections at `port` (the real one when 0 was asked for) until `close` has settled. */
export type RunningService = {
  readonly port: number;
  /** Stops taking new work, lets what was begun end, frees every socket and timer. */
  close(): Promise<void>;
};
