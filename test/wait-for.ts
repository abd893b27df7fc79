import { setTimeout as delay } from "node:timers/promises";

/** Settles as soon as the condition gives something truthy, with that; throws when it has not within the deadline. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  what: string,
  deadlineMs = 30_000,
): Promise<Exclude<Awaited<T>, false | undefined | null | 0 | "">> {
  type Found = Exclude<Awaited<T>, false | undefined | null | 0 | "">;
  const isFound = (value: Awaited<T>): value is Awaited<T> & Found => Boolean(value);
  for (const deadline = Date.now() + deadlineMs; ; await delay(10)) {
    const value = await condition();
    if (isFound(value)) return value;
    if (Date.now() > deadline) throw new Error(`waited ${deadlineMs} ms for ${what}`);
  }
}
