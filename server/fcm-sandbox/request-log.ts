import type { Target } from "./check-message.ts";

const MAX_ENTRIES = 1000;

/** How the sandbox judged a request. `verdict` is a word for the reason, `accepted` if none. */
export type Judgement = Readonly<{
  verdict: string;
  target: Target | null;
  dryRun: boolean;
  /** Whether at least one phone was given the push. */
  delivered: boolean;
  message: unknown;
}>;

/** One request as the sandbox judged it. Holds no credential. */
export type LoggedRequest = Judgement &
  Readonly<{
    seq: number;
    atMs: number;
    httpVersion: string;
    method: string;
    path: string;
    status: number | "hang" | "reset" | "close";
  }>;

export type RequestLog = Readonly<{
  add(entry: Omit<LoggedRequest, "seq">): void;
  /** Entries with a greater `seq`, oldest first. */
  after(seq: number, limit: number): readonly LoggedRequest[];
  clear(): void;
}>;

/** Keeps the newest 1000 requests. `seq` counts on when cleared. */
export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  let seq = 0;
  return {
    add(entry) {
      seq += 1;
      entries.push({ seq, ...entry });
      if (entries.length > MAX_ENTRIES) entries.shift();
    },
    after: (after, limit) => entries.filter((entry) => entry.seq > after).slice(0, limit),
    clear() {
      entries = [];
    },
  };
}
