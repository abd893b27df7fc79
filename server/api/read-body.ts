import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { GremioError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";

/** For bodies that come without a length. What is left of one that was begun cannot be skipped, so the connection ends with the answer. */
const limited = bodyLimit({
  maxSize: LIMITS.bodyBytes,
  onError: (c) => {
    c.header("connection", "close");
    throw new GremioError("payload-too-large");
  },
});

/** Deeper than any documented body. */
const MAX_DEPTH = 8;
/** Names that mean something to JavaScript objects and nothing to us. */
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

const bad = (detail: string): GremioError => new GremioError("bad-request", { details: [detail] });

/** Refuses, before the body is compared with its schema, what is not JSON in UTF-8 or holds what no text of ours may. */
export const readBody: MiddlewareHandler = async (c, next) => {
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(c.req.header("content-type") ?? ""))
    throw bad("content-type: application/json is expected");
  const length = c.req.header("content-length");
  // Judged by its length before it is touched, a body is skipped and the connection stays good.
  if (Number(length ?? 0) > LIMITS.bodyBytes) throw new GremioError("payload-too-large");
  const read = async (): Promise<void> => {
    const text = textOf(await c.req.arrayBuffer());
    // Whoever asks for it afterwards would else have it decoded once more, by way of a stream.
    Reflect.set(c.req.bodyCache, "text", Promise.resolve(text));
    judge(parse(text), "body", 0);
    await next();
  };
  // A body whose length is told has that length: nothing has to be counted, which takes a stream.
  if (length === undefined || c.req.header("transfer-encoding") !== undefined) await limited(c, read);
  else await read();
};

const decoder = new TextDecoder("utf-8", { fatal: true });
const textOf = (bytes: ArrayBuffer): string => {
  try {
    return decoder.decode(bytes);
  } catch {
    throw bad("body: not UTF-8");
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw bad("body: not JSON");
  }
};

const judge = (value: unknown, path: string, depth: number): void => {
  if (depth > MAX_DEPTH) throw bad("body: nested too deeply");
  if (typeof value === "string") judgeText(value, path);
  if (typeof value !== "object" || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw bad(`${path}: a field must not be called ${key}`);
    judgeText(key, path);
    judge(part, `${path}.${key}`.slice(0, 200), depth + 1);
  }
};

const judgeText = (text: string, path: string): void => {
  if (text.includes("\0")) throw bad(`${path}: the character NUL is not allowed`);
  if (!text.isWellFormed()) throw bad(`${path}: half a surrogate pair is not text`);
};
