/** A connection that can be asked for a sign of life, and opened anew. */
export type Watched = {
  readonly isReady: boolean;
  sendCommand(args: readonly string[]): Promise<unknown>;
  destroy(): void;
  connect(): Promise<unknown>;
};

const PING_MS = 2_000;

/**
 * Opens a connection anew on which Redis has not answered a ping for `silentMs`: its line may be gone without a word, which TCP itself notices only after many
 * minutes. What waits on it for an answer fails, and its subscriptions are made again. The time in which this process itself stood still does not count.
 */
export const watch = (client: Watched, silentMs: number, onError: (error: unknown) => void): { stop(): void } => {
  let question: object | undefined;
  let unanswered = 0;
  const ask = (): void => {
    const asked = {};
    question = asked;
    unanswered = 0;
    const answered = (): void => {
      if (question === asked) question = undefined;
    };
    client.sendCommand(["PING"]).then(answered, answered);
  };
  const reopen = (): void => {
    question = undefined;
    onError(new Error(`no answer for ${silentMs} ms`));
    client.destroy();
    client.connect().catch(onError);
  };
  // Ticks are counted, not time: after a pause of the process there is one tick, and then the answers that came meanwhile are read.
  const timer = setInterval(() => {
    // While it reconnects there is nobody to ask; a connection that is lost has its pings rejected.
    if (!client.isReady) question = undefined;
    else if (question === undefined) ask();
    else {
      unanswered += 1;
      if (unanswered * PING_MS >= silentMs) reopen();
    }
  }, PING_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};
