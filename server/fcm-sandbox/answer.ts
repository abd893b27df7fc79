/** What the sandbox does with one request. `hang` never answers; `reset` sends a TCP RST; `close` ends the TCP stream. */
export type Answer =
  | Readonly<{ kind: "http"; status: number; headers?: Readonly<Record<string, string>>; body: string; type: string }>
  | Readonly<{ kind: "hang" }>
  | Readonly<{ kind: "reset" }>
  | Readonly<{ kind: "close" }>;

export function jsonAnswer(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Answer {
  const type = "application/json; charset=UTF-8";
  return { kind: "http", status, body: `${JSON.stringify(body, null, 2)}\n`, type, ...(headers ? { headers } : {}) };
}

/** The page Google's front end shows when the request never reached the service. */
export function htmlAnswer(status: number): Answer {
  const body = `<!DOCTYPE html>\n<html lang=en>\n<title>Error ${status}</title>\n<p><b>${status}.</b> That's an error.\n`;
  return { kind: "http", status, body, type: "text/html; charset=UTF-8" };
}

/** 200 with nothing in it, as seen from intermediaries that lost the body. */
export const emptyAnswer: Answer = { kind: "http", status: 200, body: "", type: "application/json; charset=UTF-8" };
