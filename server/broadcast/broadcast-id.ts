import { createHash } from "node:crypto";
import type { BroadcastId } from "../../shared/api/broadcast.ts";

/** The id of a broadcast that was asked for under a nonce: the same nonce is the same broadcast. */
export const broadcastId = (nonce: string): BroadcastId =>
  `b${createHash("sha256").update(nonce).digest("hex").slice(0, 20)}`;
