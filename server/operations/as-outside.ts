import type { MemberView } from "../channel/rosters.ts";

/** A member as players of other guilds see him: not when he was last seen, nor who invited him. */
export const asOutside = <M extends Pick<MemberView, "seenAt" | "invitedBy">>({
  seenAt: _seenAt,
  invitedBy: _invitedBy,
  ...member
}: M): Omit<M, "seenAt" | "invitedBy"> => member;
