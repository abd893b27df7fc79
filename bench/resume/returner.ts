/** As often somebody tries to come back before he counts as lost. */
export const MOST_TRIES = 5;

/** Somebody who is cut off, misses something, and comes back: in our service, or in the plain server. */
export type Returner = {
  /** Settles when he is back: seated, with the whole state, and with all he missed, as far as the server keeps it. Rejects when that cannot be. */
  comeBack(): Promise<void>;
  /** His line is cut, without a word. */
  cut(): void;
  /** Times he was told to come later. */
  readonly putOff: number;
};
