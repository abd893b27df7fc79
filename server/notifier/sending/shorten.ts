const segmenter = new Intl.Segmenter();

/** At most so many characters as people see them, and bytes, with an ellipsis where something was cut. A single character may be of any size: marks pile up, emoji join. */
export const shorten = (text: string, most: number, mostBytes: number): string => {
  if (text.length <= most && Buffer.byteLength(text) <= mostBytes) return text;
  const kept: string[] = [];
  let bytes = 0;
  for (const { segment } of segmenter.segment(text)) {
    bytes += Buffer.byteLength(segment);
    kept.push(segment);
    if (kept.length > most || bytes > mostBytes) return `${kept.slice(0, Math.min(kept.length, most) - 1).join("")}…`;
  }
  return text;
};
