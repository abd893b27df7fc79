/** What the sandbox does with one request. `hang` never answers; `reset` sends a TCP RST; `close` ends the TCP stream. */
export type Answer =
  | Readonly<{ kind: "http"; status: number; headers: Readonly<Record<string, string>>; body: string; type: string }>
  | Readonly<{ kind: "hang" }>
  | Readonly<{ kind: "reset" }>
  | Readonly<{ kind: "close" }>;

export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  const type = "application/json; charset=UTF-8";
  return { kind: "http", status, headers, body: `${JSON.stringify(body, null, 2)}\n`, type };
}

/** The page Google's front end shows when the request never reached the service. */
export function htmlAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = `<!DOCTYPE html>\n<html lang=en>\n<title>Error ${status}</title>\n<p><b>${status}.</b> That's an error.\n`;
  return { kind: "http", status, headers, body, type: "text/html; charset=UTF-8" };
}

/** 200 with nothing in it, as seen from intermediaries that lost the body. */
export const emptyAnswer: Answer = {
  kind: "http",
  status: 200,
  headers: {},
  body: "",
  type: "application/json; charset=UTF-8",
};

export function retryAfter(seconds: number | undefined): Readonly<Record<string, string>> {
  return seconds === undefined ? {} : { "retry-after": String(seconds) };
}
