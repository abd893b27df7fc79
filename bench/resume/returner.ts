/** As often somebody tries to come back before he counts as lost. */
const MOST_TRIES = 5;

/** Somebody who is cut off, misses something, and comes back: in our service, or in the plain server. */
export type Returner = {
  /** Settles when he is back: seated, with the whole state, and with all he missed, as far as the server keeps it. Rejects when that cannot be. */
  comeBack(): Promise<void>;
  /** His line is cut, without a word. */
  cut(): void;
  /** Times he was told to come later. */
  readonly putOff: number;
};

/** Tries until he is back, as clients do: a seat that was taken too late is gone, since the kernel drops lines when too many come at once. */
export const keepComing = async (comeOnce: () => Promise<void>, onPutOff: () => void): Promise<void> => {
  for (let tries = 1; ; tries++)
    try {
      return await comeOnce();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      onPutOff();
    }
};
