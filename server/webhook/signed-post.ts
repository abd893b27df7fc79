import { createHmac } from "node:crypto";
import { Agent as HttpAgent, type IncomingMessage, request as overHttp } from "node:http";
import { Agent as HttpsAgent, request as overHttps } from "node:https";
import { publicLookup, refusePrivateLiteral } from "./address.ts";

export type SignedPostOptions = {
  url: string;
  /** Each signs; more than one while they are exchanged. */
  secrets: readonly string[];
  /** How long the answer may take, to its end. */
  deadlineMs: number;
  /** Whether it may go to addresses that are not of the open internet. */
  allowPrivate: boolean;
  /** Most connections at the same time. */
  connections: number;
};

export type SignedPost = {
  /** The body of an answer with 2xx. Everything else throws why: another status (a redirect is not followed), silence, a long answer, a refused address. */
  post(id: string, body: string): Promise<string>;
  /** The same where only the status counts: 2xx in time is enough, whatever the body says, however long it is and however it ends. */
  tell(id: string, body: string): Promise<void>;
  close(): void;
};

/** Servers close connections that idle for 5 s or longer; one that is closed just as it is used again would count as no answer. */
const IDLE_MS = 4_000;
/** Nothing longer is read: an answer holds a verdict, a message and a result of at most 1 KB. */
const ANSWER_BYTES = 16 * 1024;

/** `v1` of the signature of a body that was sent at `t` (epoch seconds): HMAC with SHA-256 of `t.body`, in hexadecimal digits. */
export const sign = (secret: string, t: number, body: string): string =>
  createHmac("sha256", secret).update(`${t}.${body}`).digest("hex");

export const makeSignedPost = (options: SignedPostOptions): SignedPost => {
  const { secrets, deadlineMs, allowPrivate, connections } = options;
  const url = new URL(options.url);
  const isHttps = url.protocol === "https:";
  const agentOptions = { keepAlive: true, maxSockets: connections, timeout: IDLE_MS };
  const agent = isHttps ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);

  const open = (id: string, body: string, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const t = Math.floor(Date.now() / 1000);
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "gremio-id": id,
        "gremio-signature": [`t=${t}`, ...secrets.map((secret) => `v1=${sign(secret, t, body)}`)].join(","),
      };
      const request = (isHttps ? overHttps : overHttp)(url, {
        ...{ method: "POST", agent, headers, signal },
        ...(allowPrivate ? {} : { lookup: publicLookup }),
      });
      // Whoever changes the protocol gives no answer, and without an error of its own the request would never end.
      request.once("upgrade", (response, socket) => {
        socket.destroy();
        reject(new Error(`status ${response.statusCode}`));
      });
      request.once("close", () => reject(new Error("no answer")));
      request.on("error", reject).once("response", resolve).end(body);
    });

  const exchange = async <T>(
    id: string,
    body: string,
    read: (response: IncomingMessage, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    if (!allowPrivate) refusePrivateLiteral(url.hostname);
    const signal = AbortSignal.timeout(deadlineMs);
    try {
      const response = await open(id, body, signal);
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return await read(response, signal);
      response.destroy();
      throw new Error(`status ${status}`);
    } catch (error) {
      throw signal.aborted ? new Error("no answer in time", { cause: error }) : error;
    }
  };

  return {
    post: (id, body) =>
      exchange(id, body, async (response, signal) => {
        const text = new TextDecoder("utf-8", { fatal: true }).decode(await bytesOf(response));
        // A body without a length ends, for whoever reads it, also when it is cut off.
        signal.throwIfAborted();
        return text;
      }),
    // Read to its end the connection can be used again.
    tell: (id, body) => exchange(id, body, (response) => bytesOf(response).then(noop, noop)),
    close: () => agent.destroy(),
  };
};

const noop = (): void => undefined;

const bytesOf = async (response: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    const bytes = Buffer.from(part);
    length += bytes.byteLength;
    // Leaving the loop ends the connection.
    if (length > ANSWER_BYTES) throw new Error(`an answer of more than ${ANSWER_BYTES} bytes`);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
};
