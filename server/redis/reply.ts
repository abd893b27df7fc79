/** Readers of Redis replies (RESP2 shapes). A reply of another shape is a bug of ours or a wrong server, and throws. */

const fail = (expected: string, reply: unknown): never => {
  throw new TypeError(`Redis answered ${JSON.stringify(reply)?.slice(0, 200)} where ${expected} was expected`);
};

export const asText = (reply: unknown): string =>
  typeof reply === "string" ? reply : typeof reply === "number" ? String(reply) : fail("a string", reply);

export const asTextOrNull = (reply: unknown): string | null =>
  reply === null || reply === undefined ? null : asText(reply);

export const asNumber = (reply: unknown): number => {
  const value =
    typeof reply === "number" ? reply : typeof reply === "string" && reply !== "" ? Number(reply) : Number.NaN;
  return Number.isFinite(value) ? value : fail("a number", reply);
};

export const asList = (reply: unknown): unknown[] => (Array.isArray(reply) ? reply : fail("a list", reply));

export const asTexts = (reply: unknown): string[] => asList(reply).map(asText);

/** A flat list of field, value, field, value … */
export const asPairs = (reply: unknown): Map<string, string> => {
  const list = asTexts(reply);
  const pairs = new Map<string, string>();
  for (let index = 0; index + 1 < list.length; index += 2) pairs.set(list[index] ?? "", list[index + 1] ?? "");
  return pairs;
};
