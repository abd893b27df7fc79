/**
 * The line (from 1) of a JSON text on which the value at `path` begins; where there is none, the line of the innermost part that is there. The text must be JSON.
 */
export const lineOf = (text: string, path: readonly PropertyKey[]): number => {
  let at = 0;
  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const [found = ""] = pattern.exec(text) ?? [];
    at += found.length;
    return found;
  };
  const space = (): string => skip(/\s*/y);
  const scalar = (): string => skip(/"[^"\\]*(?:\\.[^"\\]*)*"|[^\s,\]}]+/y);

  /** Goes over the value that begins here; gives where the value at the rest of the path begins, if it is within. */
  const walk = (rest: readonly PropertyKey[] | undefined): number | undefined => {
    space();
    const begin = at;
    const open = text[at];
    if (open !== "{" && open !== "[") {
      scalar();
      return rest === undefined ? undefined : begin;
    }
    at += 1;
    let found: number | undefined;
    for (let index = 0; ; index++) {
      space();
      if (text[at] === ",") {
        at += 1;
        space();
      }
      if (at >= text.length || text[at] === "}" || text[at] === "]") break;
      let name: unknown = index;
      if (open === "{") {
        name = JSON.parse(scalar());
        skip(/\s*:/y);
      }
      const [next, ...further] = rest ?? [];
      found = walk(next !== undefined && String(next) === String(name) ? further : undefined) ?? found;
    }
    at += 1;
    return found ?? (rest === undefined ? undefined : begin);
  };
  return text.slice(0, walk(path) ?? 0).split("\n").length;
};
