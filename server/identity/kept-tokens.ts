import { hash } from "node:crypto";
import type { Identity } from "./identity.ts";

/** What verified tokens said, so that one that comes again, as when thousands return at once, need not be verified again. Tokens themselves are not kept. */
export type KeptTokens = {
  /** Undefined when the token is not known, or ended before `nowMs`. */
  identityOf(token: string, nowMs: number): Identity | undefined;
  /** To be called with what a good signature proves, and no key that may be withdrawn made. */
  keep(token: string, identity: Identity): void;
};

/** As many as a process has connections; about 1 KB each. The one kept longest gives way. */
const MOST_KEPT = 20_000;
/** Longer tokens say so much that keeping it would cost more than it saves. */
const LONGEST_KEPT = 1_024;

/** `toleranceMs`: how long after its `exp` a token is still good. */
export const makeKeptTokens = (toleranceMs: number, mostKept = MOST_KEPT): KeptTokens => {
  const kept = new Map<string, Identity>();
  const nameOf = (token: string): string => hash("sha256", token, "base64");
  return {
    identityOf: (token, nowMs) => {
      if (token.length > LONGEST_KEPT) return undefined;
      const name = nameOf(token);
      const identity = kept.get(name);
      if (identity === undefined || nowMs < identity.expiresAtMs + toleranceMs) return identity;
      kept.delete(name);
      return undefined;
    },
    keep: (token, identity) => {
      if (token.length > LONGEST_KEPT) return;
      kept.set(nameOf(token), identity);
      for (const oldest of kept.keys()) {
        if (kept.size <= mostKept) break;
        kept.delete(oldest);
      }
    },
  };
};
