import type { RawLine } from "./raw-line.ts";

/** Longer than anything the server may take to answer or to close. */
const PATIENCE_MS = 20_000;

/** What is awaited, or undefined when the line has ended before; throws when neither comes. */
export const within = async <T>(awaited: Promise<T>, line: RawLine, what: string): Promise<T | undefined> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`waited in vain for ${what}`)), PATIENCE_MS);
  try {
    return await Promise.race([awaited, line.ended.then(() => undefined), late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
