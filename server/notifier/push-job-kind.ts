import { createHash } from "node:crypto";
import { noticeId } from "./notice.ts";
import { type PushJob, pushJobSchema } from "./push.ts";
import type { JobKind } from "./push-queue.ts";
import type { Priority } from "./send-rate.ts";

const PRIORITY: Record<PushJob["type"], Priority> = { notice: "urgent", digest: "normal" };

/** Jobs of pushes, as the queue has to know them. */
export const pushJobKind: JobKind<PushJob> = {
  parse: (data) => pushJobSchema.parse(data),
  nameOf: ({ type }) => type,
  priorityOf: ({ type }) => PRIORITY[type],
  only: (job, players) => ({ ...job, players }),
  /** A batch of the same notice for the same players is the same job. Digests are kept from being doubled by their marks. */
  idOf: (job) => {
    if (job.type === "digest") return undefined;
    const players = createHash("sha256").update(job.players.join(",")).digest("base64url").slice(0, 16);
    return [noticeId(job.notice).replaceAll(":", "."), job.waited ? "late" : "first", players].join("_");
  },
};
