import type { ErrorRow } from "./error-row.ts";

/** Refusals of wars between guilds. */
export const warErrors = {
  "no-war": {
    status: 409,
    retry: "never",
    meaning: "The guild has no war, or it is not yet settled who fights in it.",
  },
} as const satisfies Record<string, ErrorRow>;
