import type { ErrorRow } from "./error-row.ts";

/** Refusals of wars between guilds, their modes and line-ups. */
export const warErrors = {
  "no-war": {
    status: 409,
    retry: "never",
    meaning: "The guild has no war, or it is not yet settled who fights in it.",
  },
  "war-mode-not-found": { status: 404, retry: "never", meaning: "There is no mode of war with that id." },
  "war-modes-full": { status: 409, retry: "never", meaning: "The studio has put 50 modes of war; remove one first." },
  "member-out": { status: 409, retry: "never", meaning: "That member is out for wars, so he cannot be picked." },
  "war-locked": {
    status: 409,
    retry: "later",
    meaning: "It is settled who fights in the guild's war; the line-up can be changed again when it is over.",
  },
} as const satisfies Record<string, ErrorRow>;
