/** The value of a header whose name may be written in any case. */
export function header(headers: Readonly<Record<string, string>> | undefined, name: string): string | undefined {
  return Object.entries(headers ?? {}).find(([written]) => written.toLowerCase() === name)?.[1];
}
