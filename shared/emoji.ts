import * as z from "zod";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** One emoji as it is seen: a single grapheme that is a picture (families with skin tones are long). */
const isEmoji = (text: string): boolean =>
  text.length <= 24 &&
  (/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(text) || /^[0-9#*]\ufe0f?\u20e3$/u.test(text)) &&
  !/\s/u.test(text) &&
  [...segmenter.segment(text)].length === 1;

/** Skin tones and variation selectors make no other reaction: they are taken off, so that equal reactions are counted together. */
export const emojiSchema = z
  .string()
  .max(24)
  .refine(isEmoji, "one emoji")
  .transform((text) => text.replaceAll(/[\u{1f3fb}-\u{1f3ff}\ufe0f]/gu, ""));
