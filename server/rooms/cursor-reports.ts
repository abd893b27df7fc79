import { cursorReportSchema, OWN_REF } from "../../shared/cursor-report.ts";
import type { Shard } from "../channel/shard.ts";
import type { SocketFrame } from "./socket-line.ts";
import type { Visitor } from "./visitor.ts";

/** Hands what a client says it has to the shards of its channels, the room's own and those it follows. What is malformed, or of no channel of his, is passed over. Returns whether it was news. */
export const takeReport = (payload: unknown, visitor: Visitor, own: Shard<SocketFrame> | undefined): boolean => {
  const { data: report } = cursorReportSchema.safeParse(payload);
  if (report === undefined) return false;
  const cursor = report.get(OWN_REF);
  let isNews = cursor !== undefined && own?.report(visitor, cursor) === true;
  if (cursor === undefined || report.size > 1)
    for (const following of visitor.followed.values()) {
      const reached = report.get(following.ref);
      if (reached !== undefined && following.report(reached)) isNews = true;
    }
  if (isNews) visitor.reports += 1;
  return isNews;
};
