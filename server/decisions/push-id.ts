import { hash } from "node:crypto";

/**
 * Names a push in its data (`push`), so that phones can report it. The same push sent again has the same id; one that takes its place on the screen has another. It is no secret: a report
 * counts only for a push of whoever reports.
 */
export const pushId = ({
  tag,
  cursor: { channel, epoch, seq },
}: {
  tag: string;
  cursor: { channel: string; epoch: number; seq: number };
}): string => hash("sha256", `${tag}\n${channel}\n${epoch}.${seq}`, "base64url").slice(0, 16);
