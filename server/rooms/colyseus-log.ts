import { setLogger } from "@colyseus/core/Logger";
import type { Logger } from "pino";

/** Lines a second; whoever sends rubbish could else fill the disk. */
const PER_SECOND = 5;
/** A stack, or a message with what somebody sent in it, is not kept whole. */
const LINE_LENGTH = 200;

/**
 * What Colyseus has to say, through its logger or straight to the console, goes into our log. It prints an error for every frame it cannot read, so these are warnings
 * of one line: what goes wrong in our own rooms and commands is logged where it does. The returned function gives the console back.
 */
export const takeColyseusLog = (logger: Logger, now: () => number = Date.now): (() => void) => {
  let second = 0;
  let lines = 0;
  let untold = 0;
  const warn = (...said: unknown[]): void => {
    const current = Math.floor(now() / 1000);
    if (current !== second) [second, lines] = [current, 0];
    lines += 1;
    if (lines > PER_SECOND) {
      untold += 1;
      return;
    }
    const [line = ""] = said.map(String).join(" ").split("\n");
    logger.warn({ event: "colyseus", said: line.slice(0, LINE_LENGTH), ...(untold > 0 && { untold }) });
    untold = 0;
  };
  const pass = (...said: unknown[]): void => logger.debug({ event: "colyseus", said: said.map(String).join(" ") });
  setLogger({ error: warn, warn, info: pass, debug: pass, trace: pass });
  const { error, warn: warning } = console;
  Object.assign(console, { error: warn, warn });
  return () => Object.assign(console, { error, warn: warning });
};
