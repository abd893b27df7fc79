// @ts-check

/** The set-up cannot go on; the message says what to do. */
export class SetupError extends Error {}
