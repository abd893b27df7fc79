import type { Policy } from "../policy.ts";

/** Every message is a push. */
export const pushEverything: Policy = {
  name: "push-everything",
  source: "no system's: the upper bound",
  settings: "none",
  start: (desk) => ({ arrived: (index) => desk.push("alert", [index]) }),
};
