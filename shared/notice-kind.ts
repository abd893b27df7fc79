import * as z from "zod";

/**
 * What a notice is about. `attack`: the player, or his guild, is attacked. `war-start`, `war-last-hour`: of a war he fights in. `war`: what else happens in a war. `call`: fighters are
 * called by a message. `mention`: he is called by name, or with all or the officers. `reply`: to a message of his. `invitation`: to a guild or a team. `request`: somebody asks, and
 * he may answer. `reward`: something waits to be claimed. `announcement`: of a leader, or mail to all. `event`: what the studio tells. `chatter`: plain talk.
 */
export const NOTICE_KINDS = [
  ...(["attack", "war-start", "war-last-hour", "war", "call", "mention", "reply"] as const),
  ...(["invitation", "request", "reward", "announcement", "event", "chatter"] as const),
] as const;
export const noticeKindSchema = z.enum(NOTICE_KINDS);
export type NoticeKind = z.infer<typeof noticeKindSchema>;

/**
 * How much a notice may disturb. `urgent`: told at once, with a shorter grace and beyond the budget. `important`: told at once. `normal`: summed up in a digest. `silent`: never
 * told by push.
 */
export const importanceSchema = z.enum(["urgent", "important", "normal", "silent"]);
export type Importance = z.infer<typeof importanceSchema>;

/** `importance`: unless the studio says otherwise. `personal`: to the player himself, so that who wants only mentions of a channel gets it. `lifeMs`: how long it is worth disturbing for. */
type Traits = { importance: Importance; personal: boolean; lifeMs: number };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const NOTICE_TRAITS: Readonly<Record<NoticeKind, Traits>> = {
  attack: { importance: "urgent", personal: true, lifeMs: HOUR_MS },
  "war-start": { importance: "important", personal: true, lifeMs: 12 * HOUR_MS },
  "war-last-hour": { importance: "urgent", personal: true, lifeMs: HOUR_MS },
  war: { importance: "important", personal: true, lifeMs: DAY_MS },
  call: { importance: "important", personal: true, lifeMs: 6 * HOUR_MS },
  mention: { importance: "important", personal: true, lifeMs: DAY_MS },
  reply: { importance: "important", personal: true, lifeMs: DAY_MS },
  invitation: { importance: "important", personal: true, lifeMs: DAY_MS },
  request: { importance: "important", personal: true, lifeMs: DAY_MS },
  reward: { importance: "normal", personal: true, lifeMs: DAY_MS },
  announcement: { importance: "important", personal: false, lifeMs: DAY_MS },
  event: { importance: "normal", personal: false, lifeMs: DAY_MS },
  chatter: { importance: "normal", personal: false, lifeMs: DAY_MS },
};
