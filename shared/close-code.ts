/**
 * Why a connection was closed. The range carries the policy, so a client needs no table:
 * 4100–4199 join again at once and resume; 4200–4299 join again after a pause with jitter; 4300–4399 do not join again until something changed.
 * Anything else (1001, 1006, 4001 …) means the line or the process was lost: join again after a pause.
 */
export const CLOSE_CODES = {
  "too-slow": 4101,
  "server-stopping": 4200,
  "not-member": 4300,
  "token-expired": 4301,
  replaced: 4302,
  banned: 4303,
  kicked: 4304,
  ended: 4305,
} as const;
export type CloseReason = keyof typeof CLOSE_CODES;

export type ClosePolicy = "rejoin-now" | "rejoin-later" | "stay-away";

export const closePolicy = (code: number): ClosePolicy => {
  if (code >= 4100 && code < 4200) return "rejoin-now";
  return code >= 4300 && code < 4400 ? "stay-away" : "rejoin-later";
};
