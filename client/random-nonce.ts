/** 128 random bits; `crypto.randomUUID` exists only on pages served over TLS. */
export const randomNonce = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
