/**
 * What a program does about a refusal:
 * `never` the same request will be refused again; `later` try again (after `retryAtMs` where given);
 * `same-nonce` the outcome is unknown, ask again under the same nonce or key; `renew` get a fresh token first.
 */
export type Retry = "never" | "later" | "same-nonce" | "renew";

/** A refusal in the catalogue: its status on HTTP, and what it means to people. */
export type ErrorRow = { readonly status: number; readonly retry: Retry; readonly meaning: string };
