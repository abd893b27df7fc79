import type { PlayerId } from "../../../shared/id.ts";
import type { PushPolicy } from "../../../shared/push-policy.ts";
import { type Notice, noticeId } from "../notice.ts";
import type { Given } from "./decide.ts";
import type { HowRead } from "./player-inputs.ts";
import type { ChannelView, Recipients } from "./recipients.ts";
import { burstOf, type Judged, judge, type Rules, subjectOf } from "./verdict.ts";

/** Decides about a notice for these players by all that is known at this moment; `lately`: by what is known of them since a moment ago, see `ReadInputs`. */
export type Weigh = (
  notice: Notice,
  players: readonly PlayerId[],
  given: Given,
  how?: HowRead,
) => Promise<{ view: ChannelView; judged: Judged[]; burst: string }>;

export type WeighDeps = {
  recipients: Pick<Recipients, "read">;
  policy(): Promise<PushPolicy>;
  rules: Omit<Rules, "policy">;
  now: () => number;
};

export const makeWeigh =
  ({ recipients, policy, rules, now }: WeighDeps): Weigh =>
  async (notice, players, given, how) => {
    const current: Rules = { ...rules, policy: await policy() };
    const burst = burstOf(notice, current.policy);
    const { at: happenedAt, seq, author, from, condition } = notice;
    const about = { id: noticeId(notice), at: happenedAt, seq, author, from, condition, burst };
    const { view, recipients: read } = await recipients.read(notice.channel, players, about, how);
    const subject = subjectOf(notice, view, current);
    const at = now();
    return { view, burst, judged: read.map((one) => judge(subject, notice.channel, one, given, current, at)) };
  };
