import type { BroadcastId, BroadcastSpec, BroadcastTexts } from "../../../shared/api/broadcast.ts";
import { LOCALES, type Locale } from "../../../shared/locale.ts";
import type { NoticeFacts, VisiblePush } from "./compose.ts";

/** A broadcast's push. Its words are the studio's own and meant for everybody, so that minors see them, too, and those who want no previews. */
export const composeBroadcast = (
  broadcast: BroadcastId,
  { texts, link, data }: BroadcastSpec,
  { about, importance, quietly, why, tag, expiresAt, channel }: NoticeFacts,
  locale: Locale,
): VisiblePush => ({
  ...{ kind: about, importance, quietly, arm: why, tag, expiresAt },
  ...wordsIn(texts, locale),
  cursor: { channel, epoch: 1, seq: 0 },
  data: { ...data, ...(link !== undefined && { link }), broadcast },
});

/** In his language, else in the first of ours that it has. */
const wordsIn = (texts: BroadcastTexts, locale: Locale): { title: string; body: string } => {
  for (const each of [locale, ...LOCALES]) {
    const words = texts[each];
    if (words !== undefined) return words;
  }
  return { title: "", body: "" };
};
