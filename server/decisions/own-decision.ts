import type { MyDecision } from "../../shared/api/push.ts";
import { decisionWords } from "../../shared/decision-words.ts";
import type { Locale } from "../../shared/locale.ts";
import type { KeptDecision } from "./decisions.ts";

/**
 * Inputs that are the player's own, or the same for everybody. All others are left out, those of later versions too, until somebody has thought about them: who wrote it, bans, blocks, what
 * was deleted, what others did or whether he counts as a minor are not for him to see here.
 */
const OWN = [
  ...(["type", "kind", "importance", "personal", "graceMs", "perHour", "perDay", "expiresAt", "deadline"] as const),
  ...(["presence", "matchUntil", "waited", "awaitedUntil", "gap", "readSeq", "unread", "told"] as const),
  ...(["push", "kindPush", "channelPush", "snoozedUntil", "doNotDisturbUntil", "quiet", "devices"] as const),
  ...(["pushedHour", "pushedDay", "lately", "gapsMs", "digestsDay", "freeAt", "spreadMs", "kindOff"] as const),
  ...(["begun", "held", "turn"] as const),
] as const;

/** A decision as the player himself may see it. */
export const ownDecision = (
  { at, about, outcome, reason, until, inputs, push, sent, reports }: KeptDecision,
  locale: Locale,
): MyDecision => ({
  at,
  about: { type: about.type, channel: about.channel, seq: about.seq },
  ...{ outcome, reason, words: decisionWords(outcome, reason, locale) },
  ...(until === undefined ? {} : { until }),
  inputs: Object.fromEntries(OWN.flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name]]]))),
  ...(push === undefined
    ? {}
    : { push: { id: push.id, kind: push.kind, received: reports?.received ?? {}, opened: reports?.opened ?? {} } }),
  ...(sent === undefined ? {} : { sent }),
});
