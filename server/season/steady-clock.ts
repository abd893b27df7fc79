/** A clock that jumped by more than this since it was last read is read again before anything that is due is done. */
const JUMP_MS = 5_000;

/** Gives whether a reading of Redis' clock (ms) agrees with the one before and the time that passed here meanwhile. The first never does. */
export const makeSteadyClock = (elapsedMs: () => number = () => performance.now()) => {
  let last: { read: number; at: number } | undefined;
  return (readMs: number): boolean => {
    const at = elapsedMs();
    const isSteady = last !== undefined && Math.abs(readMs - last.read - (at - last.at)) <= JUMP_MS;
    last = { read: readMs, at };
    return isSteady;
  };
};
