import { hash } from "node:crypto";

/** 48 bits: of two different commands that a program gives one nonce by mistake, one in 2.8e14 passes for the other. */
const CHARACTERS = 8;

/** A short print of what was asked under a nonce. The same for the same values, in whatever order their fields come. */
export const askedPrint = (asked: unknown): string =>
  hash("sha1", JSON.stringify(asked, inOrder), "base64url").slice(0, CHARACTERS);

const inOrder = (_name: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
