import type { ErrorRow } from "./error-row.ts";

/** Refusals of books, the catalogue of rewards, and seasons. */
export const pointsErrors = {
  "points-insufficient": {
    status: 409,
    retry: "never",
    meaning: "The book does not hold that many points; nothing was moved.",
  },
  "movement-not-found": {
    status: 404,
    retry: "never",
    meaning:
      "The book has no movement with that key, or has forgotten it (after 90 days at least), or it is itself a reversal or part of a transfer.",
  },
  "key-too-old": {
    status: 409,
    retry: "never",
    meaning: "The movement arose more than 90 days ago: whether its key was used before is not known any more.",
  },
  "reward-not-found": { status: 404, retry: "never", meaning: "The catalogue has no item with that id." },
  "reward-closed": {
    status: 409,
    retry: "later",
    meaning: "The item is not on sale: not yet (from `retryAtMs`), or, where that is not given, not any more.",
  },
  "reward-changed": { status: 409, retry: "never", meaning: "The item costs something else now; show it again." },
  "reward-sold-out": { status: 409, retry: "later", meaning: "All of that item are sold." },
  "reward-limit": { status: 409, retry: "never", meaning: "As many of that item have been bought as may." },
  "rewards-full": { status: 409, retry: "never", meaning: "The catalogue holds 500 items; remove one first." },
  "order-not-found": { status: 404, retry: "never", meaning: "There is no order with that id." },
  "gift-not-found": { status: 404, retry: "never", meaning: "The guild has no gift with that id." },
  "season-not-found": { status: 404, retry: "never", meaning: "There is no season with that id, or none is running." },
  "season-overlaps": {
    status: 409,
    retry: "never",
    meaning: "Another season is planned or running at that time; only one runs at a time.",
  },
  "season-settled": {
    status: 409,
    retry: "never",
    meaning: "The season has begun, and its beginning stays; or it is over, and nothing of it can be changed.",
  },
} as const satisfies Record<string, ErrorRow>;
