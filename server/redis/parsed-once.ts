/**
 * The same parser, which knows the texts it has read lately: whoever is decided about twice within a second has the same rows both times. What it gives is shared, and not to be changed.
 * `most`: so many texts are kept; then all are let go of.
 */
export const parsedOnce = <T>(parse: (text: string) => T, most: number): ((text: string) => T) => {
  const known = new Map<string, { parsed: T }>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found.parsed;
    const parsed = parse(text);
    if (known.size >= most) known.clear();
    known.set(text, { parsed });
    return parsed;
  };
};
