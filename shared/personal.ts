/**
 * Looks like an e-mail address. Where players or the studio write what others see, such a text is refused, so that none is ever stored. Linear in the length of
 * the text.
 */
export const looksLikeEmail = (text: string): boolean => /[\p{L}\p{N}._-]@[\p{L}\p{N}]/u.test(text);

/** Looks like a phone number, or holds one: seven digits and nothing else but separators, or eight digits in a row of digits and separators. */
export const looksLikePhone = (text: string): boolean =>
  /^\+?[\d\s().-]{7,}$/.test(text) || /(?:\d[\s().-]?){8}/.test(text);
