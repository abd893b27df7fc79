import { ENTRY_KINDS } from "../../shared/entry.ts";
import type { NoticeKind } from "../../shared/notice-kind.ts";

const BY_ENTRY = new Map<number, NoticeKind>([
  [ENTRY_KINDS.announcement, "announcement"],
  [ENTRY_KINDS.mail, "announcement"],
  [ENTRY_KINDS.text, "call"],
]);

/** What a notice is about that was made by a version which did not say so, by the code of its entry's kind. */
export const toldAbout = (kind: number): NoticeKind => BY_ENTRY.get(kind) ?? "event";
