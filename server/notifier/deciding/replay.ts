import { z } from "zod";
import type { Decision } from "../../decisions/decision.ts";
import { decide, type NoticeSubject, type Standing } from "./decide.ts";
import {
  type DigestStanding,
  type DigestSubject,
  decideDigest,
  decideWindow,
  type WindowStanding,
} from "./decide-digest.ts";

const ofType = (types: readonly string[]) => (value: unknown) =>
  typeof value === "object" && value !== null && "type" in value && types.includes(String(value.type));

/** What this code has written itself; inputs of a version with other names decide otherwise, which is what is asked. */
const windowSchema = z.custom<WindowStanding>(ofType(["window"]));
const digestSchema = z.custom<DigestSubject & DigestStanding>(ofType(["digest", "weekly"]));
const noticeSchema = z.custom<NoticeSubject & Standing>(ofType(["notice"]));

/** Whether a decision's stored inputs give the same decision again, to the last bit. False also when they cannot be read any more. */
export const replay = ({ at, inputs, outcome, reason, until }: Decision): boolean => {
  try {
    const again = verdictOf(inputs, at);
    return (
      again?.outcome === outcome &&
      again.reason === reason &&
      (again.outcome === "later" ? again.until : undefined) === until
    );
  } catch {
    return false;
  }
};

const verdictOf = (inputs: Decision["inputs"], at: number) => {
  const digest = digestSchema.safeParse(inputs);
  if (digest.success) return decideDigest(digest.data, digest.data, at);
  const window = windowSchema.safeParse(inputs);
  if (window.success) return decideWindow(window.data);
  const notice = noticeSchema.safeParse(inputs);
  return notice.success ? decide(notice.data, notice.data, at) : undefined;
};
