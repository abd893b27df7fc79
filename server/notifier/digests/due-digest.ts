import type { RegisteredDevice } from "../../player/devices.ts";
import type { Call } from "../../redis/ask.ts";
import type { About, JudgedDigest } from "../deciding/verdict.ts";
import type { VisiblePush } from "../sending/compose.ts";

/** A digest that is to be sent now. */
export type DueDigest = {
  judged: JudgedDigest;
  devices: readonly RegisteredDevice[];
  about: About;
  push: VisiblePush;
  /** Names this digest: the same for every run until the player is noted as told. */
  mark: string;
  /** Notices it tells of, by their ids: none of them is told by itself once it is begun. */
  notices: readonly string[];
  /** What it was composed by: if the player has been told something since, or has changed his mind, it is not what he is to get. Left out: whatever he was told. */
  stamp?: string;
  /** Whether he has read nothing of what it tells since. */
  isUnread(): Promise<boolean>;
  /** Notes of the player that he was told, once for all runs. */
  telling: Call;
  /** What else follows from it; done again it changes nothing. */
  onTold(): Promise<void>;
};
