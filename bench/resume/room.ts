import type { Finding } from "../checker/finding.ts";
import type { Returner } from "./returner.ts";

/** A guild whose members come back; the keeper stays, and speaks. */
export type Room = {
  readonly keeper: Returner;
  readonly returners: readonly Returner[];
  /** All sit for the first time. */
  begin(): Promise<void>;
  say(text: string): Promise<void>;
  /** Of all that was said since the last time, or since all sat; waits a while for what has not come yet. */
  judge(): Promise<Finding>;
};
