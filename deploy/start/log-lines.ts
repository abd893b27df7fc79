import { prettyFactory } from "pino-pretty";

const width = "fcm-sandbox".length;
const colorize = process.stderr.isTTY === true;
const pretty = prettyFactory({ colorize, ignore: "pid,hostname,service", translateTime: "SYS:HH:MM:ss" });

/** Writes a part's log lines for people, each with the part's name before it. */
export function logLines(part: string): (line: string) => void {
  return (line) => {
    const text = pretty(line).trimEnd();
    process.stderr.write(text.replace(/^/gm, `${part.padEnd(width)} │ `).concat("\n"));
  };
}
