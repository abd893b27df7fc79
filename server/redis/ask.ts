import { GremioError, isErrorCode } from "../../shared/errors.ts";
import type { Keys } from "./bucket.ts";
import type { Redis } from "./redis.ts";
import { asList, asNumber, asText } from "./reply.ts";

/** One of our functions, to be called on an owner's keys. */
export type Call = { name: string; args: readonly string[] };

/** Calls functions of our library on an owner's keys. */
export type Ask = {
  /** What follows 'ok' in the reply. Any other code is thrown: as `GremioError` when the catalogue has it, else as a bug. */
  (name: string, owner: string, args: readonly string[]): Promise<unknown[]>;
  /** The reply with its code, for codes the caller deals with himself. */
  raw(name: string, owner: string, args: readonly string[]): Promise<{ code: string; rest: unknown[] }>;
  /** Several functions that refuse nothing, one after the other in one piece: all of them are done, or none. */
  together(owner: string, calls: readonly Call[]): Promise<void>;
};

export const makeAsk = (redis: Redis, keys: Keys): Ask => {
  const raw: Ask["raw"] = async (name, owner, args) => {
    const [code, ...rest] = asList(await redis.fcall(name, keys.prefixes(owner), args));
    return { code: asText(code), rest };
  };
  const ask = async (name: string, owner: string, args: readonly string[]): Promise<unknown[]> => {
    const { code, rest } = await raw(name, owner, args);
    if (code === "ok") return rest;
    throw refusal(name, code, rest[0]);
  };
  const together: Ask["together"] = async (owner, calls) => {
    const [only] = calls;
    if (only === undefined) return;
    if (calls.length === 1) {
      await ask(only.name, owner, only.args);
      return;
    }
    const replies = await ask(
      "together",
      owner,
      calls.flatMap(({ name, args }) => [name, String(args.length), ...args]),
    );
    for (const [index, reply] of replies.entries()) {
      const code = asText(asList(reply)[0]);
      if (code !== "ok") throw refusal(calls[index]?.name ?? "", code);
    }
  };
  return Object.assign(ask, { raw, together });
};

/** `at`: the time to try again, where the function names one after the code. */
export const refusal = (name: string, code: string, at?: unknown): Error =>
  isErrorCode(code)
    ? new GremioError(code, at === undefined ? {} : { retryAtMs: asNumber(at) })
    : new Error(`${name} answered ${code}`);
