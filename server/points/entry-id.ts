/** Ids of entries: `<ms>-<number>`; the numbers of a book are counted from 1. */

export const numberOf = (id: string): number => Number(id.slice(id.indexOf("-") + 1));

export const madeAt = (id: string): number => Number(id.slice(0, id.indexOf("-")));
