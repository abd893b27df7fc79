import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";

/** The fields of a service account without which nothing can be sent. */
const fields = ["project_id", "client_email", "private_key"] as const;
const jsonSchema = z.record(z.string(), z.unknown());

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EISDIR: "a folder",
  EACCES: "a file this process may not read",
};

/** What keeps a file from being a service account's JSON; undefined when it is one. Tells nothing of its contents. */
export const credentialsProblem = (path: string): string | undefined => {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return unreadable[code] ?? `a file that cannot be read${code && `: ${code}`}`;
  }
  const account = jsonSchema.safeParse(parseJson(text));
  if (!account.success) return "a file that is no JSON object";
  const missing = fields.filter((field) => typeof account.data[field] !== "string" || account.data[field] === "");
  if (missing.length > 0) return `JSON without ${missing.join(", ")}`;
  return isPrivateKey(String(account.data.private_key)) ? undefined : "JSON whose private_key is no private key";
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isPrivateKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).type === "private";
  } catch {
    return false;
  }
};
