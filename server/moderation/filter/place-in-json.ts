/** The line, from 1, of a value in a JSON text by its path; of the nearest value around it when it is not there. The text must be JSON. */
export const lineInJson = (text: string, path: readonly PropertyKey[]): number => {
  let at = 0;
  let found = 0;
  const blanks = (): void => {
    while (/\s/.test(text.charAt(at))) at++;
  };
  const string = (): string => {
    const start = at++;
    for (; text.charAt(at) !== '"'; at++) if (text.charAt(at) === "\\") at++;
    const value: unknown = JSON.parse(text.slice(start, ++at));
    return typeof value === "string" ? value : "";
  };
  /** Passes over a value; `depth` of the path leads to it, or -1 when it is beside the path. */
  const value = (depth: number): void => {
    blanks();
    if (depth >= 0) found = at;
    const within = (key: PropertyKey): number => (depth >= 0 && path[depth] === key ? depth + 1 : -1);
    const opened = text.charAt(at);
    if (opened === "{" || opened === "[") {
      at++;
      for (let index = 0; ; index++) {
        blanks();
        if (text.charAt(at) === ",") at++;
        blanks();
        if (at >= text.length || text.charAt(at) === "}" || text.charAt(at) === "]") break;
        let key: PropertyKey = index;
        if (opened === "{") {
          key = string();
          blanks();
          at++;
        }
        value(within(key));
      }
      at++;
    } else if (opened === '"') string();
    else while (at < text.length && !/[\s,\]}]/.test(text.charAt(at))) at++;
  };
  value(0);
  return text.slice(0, found).split("\n").length;
};
