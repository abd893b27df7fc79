/** A text with every visible character of these places, which are in order, as asterisks. It stays as long as it was, in UTF-16 units, so that other places in it stay right. */
export const maskPlaces = (text: string, places: readonly Readonly<{ start: number; end: number }>[]): string => {
  let masked = "";
  let at = 0;
  for (const { start, end } of places) {
    const from = Math.max(at, start);
    if (end <= from) continue;
    masked += text.slice(at, from) + text.slice(from, end).replaceAll(/\S/g, "*");
    at = end;
  }
  return masked + text.slice(at);
};
