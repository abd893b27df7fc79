import { isToAll, isToHim, type Policy } from "../policy.ts";

/** Whoever is called, by name or with all, gets a push at once, wherever he is. */
export const mentionsOnly: Policy = {
  name: "mentions-only",
  source: "no system's: the plainest rule that users accept",
  settings: "none",
  start: (desk) => ({
    arrived: (index) => {
      const { kind } = desk.notice(index);
      if (isToHim(kind) || isToAll(kind)) desk.push("alert", [index]);
    },
  }),
};
