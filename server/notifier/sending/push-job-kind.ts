import { createHash } from "node:crypto";
import { noticeId } from "../notice.ts";
import { type PushJob, priorityOf, pushJobSchema } from "../push.ts";
import type { JobKind } from "./push-queue.ts";

/** Jobs of pushes, as the queue has to know them. */
export const pushJobKind: JobKind<PushJob> = {
  parse: (data) => pushJobSchema.parse(data),
  nameOf: ({ type }) => type,
  priorityOf,
  only: (job, players) => ("players" in job ? { ...job, players } : job),
  /** A batch of the same notice for the same players is the same job. The others are kept from being doubled by what was told. */
  idOf: (job) => {
    if (job.type !== "notice") return undefined;
    const players = createHash("sha256").update(job.players.join(",")).digest("base64url").slice(0, 16);
    const time = `${job.waited ? "late" : "first"}${job.turn ?? ""}`;
    return [noticeId(job.notice).replaceAll(":", "."), time, players].join("_");
  },
};
