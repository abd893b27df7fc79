/** One of our functions, as Redis is asked for it. */
export type FunctionCall = { name: string; keys: readonly string[]; args: readonly string[] };

type Waiting = FunctionCall & { resolve(reply: unknown): void; reject(reason: unknown): void };

type Group = { waiting: Waiting[]; underWay: number; isDue: boolean };

/** Redis serves nobody else while it does them. */
const MOST = 48;

export type GatherOptions = {
  ask: (call: FunctionCall) => Promise<unknown>;
  /** Calls of one group may be one. */
  groupOf: (call: FunctionCall) => string;
  /** The function that calls others for a group, see prelude.lua. */
  nameOf: (group: string) => string;
  /** So many calls of a group are under way at once; what comes meanwhile makes the next one. */
  most: number;
  /** What one of several failed with. */
  failure: (message: string) => Error;
};

/**
 * Has functions that are asked for at about the same time leave as one command, which does one after the other: a command costs Redis and its client more than most functions do. Each
 * succeeds or fails by itself; when the command fails, all of them have, and any may have been done.
 */
export const makeGather = ({
  ask,
  groupOf,
  nameOf,
  most,
  failure,
}: GatherOptions): ((call: FunctionCall) => Promise<unknown>) => {
  const groups = new Map<string, Group>();

  const together = async (name: string, calls: readonly Waiting[]): Promise<void> => {
    try {
      const [only] = calls;
      if (only !== undefined && calls.length === 1) return only.resolve(await ask(only));
      const args: string[] = [];
      const keys: string[] = [];
      for (const call of calls) {
        keys.push(...call.keys);
        args.push(call.name, String(call.keys.length), String(call.args.length), ...call.args);
      }
      const replies = await ask({ name, keys, args });
      if (!Array.isArray(replies) || replies.length !== calls.length)
        throw new TypeError(
          `${name} answered ${calls.length} functions with ${JSON.stringify(replies)?.slice(0, 200)}`,
        );
      for (const [index, { resolve, reject }] of calls.entries()) {
        const reply: unknown = replies[index];
        if (Array.isArray(reply)) resolve(reply[0]);
        else reject(failure(String(reply)));
      }
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  };

  const send = async (name: string, group: Group): Promise<void> => {
    group.isDue = false;
    group.underWay += 1;
    await together(nameOf(name), group.waiting.splice(0, MOST));
    group.underWay -= 1;
    if (group.waiting.length > 0) due(name, group);
    else if (group.underWay === 0) groups.delete(name);
  };

  const due = (name: string, group: Group): void => {
    if (group.isDue || group.underWay >= most) return;
    group.isDue = true;
    setImmediate(() => void send(name, group));
  };

  return (call) => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const name = groupOf(call);
    const group = groups.get(name) ?? { waiting: [], underWay: 0, isDue: false };
    groups.set(name, group);
    group.waiting.push({ ...call, resolve, reject });
    due(name, group);
    return promise;
  };
};
