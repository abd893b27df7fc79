import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import tls from "node:tls";
import type { Answer } from "./answer.ts";
import type { Certificates } from "./certificates.ts";
import { SchemeFix } from "./scheme-fix.ts";

export type TlsRequest = Readonly<{
  method: string;
  path: string;
  httpVersion: string;
  authorization: string | undefined;
  body: string;
}>;

export type TlsServer = Readonly<{
  port: number;
  /** Cuts every connection, also those that hang on purpose. */
  close(): Promise<void>;
}>;

export type TlsServerOptions = Readonly<{
  port: number;
  certificates: Certificates;
  answer: (request: TlsRequest) => Promise<Answer>;
}>;

type Request = http.IncomingMessage | http2.Http2ServerRequest;
type Response = http.ServerResponse | http2.Http2ServerResponse;

const MAX_BODY_BYTES = 1_000_000;
/** Longer than any pause of a client's keep-alive agent, so that no request meets a closing connection by chance. */
const KEEP_ALIVE_MS = 120_000;

/** Listens on 127.0.0.1 and speaks HTTP/2 and HTTP/1.1, whichever the client chooses by ALPN. */
export async function listenTls({ port, certificates, answer }: TlsServerOptions): Promise<TlsServer> {
  const connections = new Map<number | undefined, Socket>();

  const handle = (connection: Socket | undefined, request: Request, response: Response) => {
    request.on("error", ignore);
    response.on("error", ignore);
    exchange(request, answer).then(
      (given) => {
        if (given.kind === "http") respond(response, given);
        if (given.kind === "reset") connection?.resetAndDestroy();
        if (given.kind === "close") connection?.destroy();
      },
      () => connection?.destroy(),
    );
  };

  const http1 = http.createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) =>
    handle(connections.get(request.socket.remotePort), request, response),
  );
  const speakHttp2 = (socket: tls.TLSSocket) => {
    const connection = connections.get(socket.remotePort);
    // A server of its own: Node hides the socket behind a request when it is not a plain one.
    const server = http2.createServer({}, (request, response) => handle(connection, request, response));
    server.on("sessionError", ignore);
    server.emit("connection", new SchemeFix(socket));
  };

  const { cert, key } = certificates;
  const server = tls.createServer({ cert, key, ALPNProtocols: ["h2", "http/1.1"] }, (socket) => {
    socket.on("error", ignore);
    if (socket.alpnProtocol === "h2") speakHttp2(socket);
    else http1.emit("connection", socket);
  });
  server.on("tlsClientError", ignore);
  server.on("connection", (socket) => {
    const id = socket.remotePort;
    connections.set(id, socket);
    socket.on("error", ignore);
    socket.once("close", () => connections.delete(id));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  return {
    port: portOf(server.address()),
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const connection of connections.values()) connection.destroy();
      await closed;
    },
  };
}

async function exchange(request: Request, answer: TlsServerOptions["answer"]): Promise<Answer> {
  const body = await readBody(request);
  return answer({ ...headOf(request), body });
}

function headOf(request: Request): Omit<TlsRequest, "body"> {
  const { method, url, httpVersion, headers } = request;
  return { method: method ?? "", path: url ?? "", httpVersion, authorization: headers.authorization };
}

async function readBody(request: Request): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > MAX_BODY_BYTES) throw new Error("the body is too large");
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function respond(response: Response, { status, headers, body, type }: Answer & { kind: "http" }): void {
  if (response.destroyed) return;
  response.statusCode = status;
  response.setHeader("content-type", type);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

export function portOf(address: AddressInfo | string | null): number {
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("the server does not listen on a port");
}

function ignore(): void {}
