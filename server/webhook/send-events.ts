import type { SendBatch } from "../outbox/delivery.ts";
import { makeSignedPost, type SignedPostOptions } from "./signed-post.ts";

/** A studio takes a batch down and answers; what it makes of it is its own time. */
const DEADLINE_MS = 10_000;

/** Sends batches of events as signed POSTs; the studio has taken one when it answers with 2xx, whatever it says. */
export const makeSendEvents = (
  options: Pick<SignedPostOptions, "url" | "secrets" | "allowPrivate"> & { deadlineMs?: number },
): { send: SendBatch; close(): void } => {
  const { tell, close } = makeSignedPost({ deadlineMs: DEADLINE_MS, connections: 2, ...options });
  return {
    send: async (id, events) => {
      await tell(id, JSON.stringify({ type: "events", id, events }));
    },
    close,
  };
};
