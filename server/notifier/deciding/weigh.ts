import type { PlayerId } from "../../../shared/id.ts";
import type { PushPolicy } from "../../../shared/push-policy.ts";
import { entryOf, type Notice, noticeId } from "../notice.ts";
import type { Given } from "./decide.ts";
import type { HowRead } from "./player-inputs.ts";
import type { ChannelView, Recipient, Recipients } from "./recipients.ts";
import { burstOf, having, type Judged, judge, type Rules, subjectOf } from "./verdict.ts";

/** Decides about a notice for these players by all that is known at this moment; `lately`: who is told now may be so by what was known of him a short while ago, see `ReadInputs`. */
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
    const about = { id: noticeId(notice), at: happenedAt, seq, author, from, condition, burst, entry: entryOf(notice) };
    const judgedBy = async (who: readonly PlayerId[], by: HowRead | undefined) => {
      const { view, recipients: asked } = await recipients.read(notice.channel, who, about, by);
      const read = await goingOn(asked, author, async (accounts) => {
        const { recipients: found } = await recipients.read(notice.channel, accounts, about, by);
        return found;
      });
      const subject = subjectOf(notice, view, current);
      const at = now();
      return { view, judged: read.map((one) => judge(subject, notice.channel, one, given, current, at)) };
    };
    const found = await judgedBy(players, how);
    if (how !== "lately") return { ...found, burst };
    // Only who begins a push by what was known notices that it has changed.
    const others = found.judged.flatMap(({ verdict, recipient }) =>
      verdict.outcome === "now" ? [] : recipient.player,
    );
    if (others.length === 0) return { ...found, burst };
    const anew = await judgedBy(others, "now");
    const told = having(found.judged, "now");
    return { view: anew.view, judged: [...told, ...anew.judged], burst };
  };

/** Links in a row that are followed. */
const MOST_LINKS = 3;

/**
 * A guest who has gone on as an account since is told as that: each of them once, as whoever of the two is a member now. What a guest has done himself he is not told as an account.
 */
const goingOn = async (
  asked: readonly Recipient[],
  author: PlayerId,
  read: (accounts: readonly PlayerId[]) => Promise<Recipient[]>,
  links = MOST_LINKS,
): Promise<Recipient[]> => {
  const isGuest = ({ linkedTo, player }: Recipient): boolean => linkedTo !== undefined && player !== author;
  const guests = links > 0 ? asked.filter(isGuest) : [];
  if (guests.length === 0) return [...asked];
  const known = new Set(asked.map(({ player }) => player));
  const accounts = await goingOn(await read(guests.map(({ linkedTo = "" }) => linkedTo)), author, read, links - 1);
  return asked.flatMap((one) => {
    const account = isGuest(one) ? accounts[guests.indexOf(one)] : undefined;
    if (account === undefined) return one;
    if (known.has(account.player)) return [];
    known.add(account.player);
    if (one.member && !account.member) return one;
    // His devices become the account's last of all.
    return { ...account, devices: account.devices.length > 0 ? account.devices : one.devices };
  });
};
