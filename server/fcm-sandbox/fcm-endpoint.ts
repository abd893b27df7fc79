import { type AccessFaults, sendFault, tokenFault } from "./access-faults.ts";
import type { AccessTokens } from "./access-tokens.ts";
import type { Answer } from "./answer.ts";
import { accessRefusals, notFound } from "./google-error.ts";
import type { RequestLog } from "./request-log.ts";
import { type SendOptions, sendMessage, type Verdict } from "./send-message.ts";
import type { TlsRequest } from "./tls-server.ts";
import { changeTopic, topicChange } from "./topic-subscriptions.ts";

export type EndpointOptions = SendOptions &
  Readonly<{ tokens: AccessTokens; log: RequestLog; accessFaults: () => AccessFaults }>;

/** The one door of fcm.googleapis.com and oauth2.googleapis.com: judges each request and logs it with its verdict. */
export function fcmEndpoint(options: EndpointOptions): (request: TlsRequest) => Promise<Answer> {
  return async (request) => {
    const atMs = options.now();
    const { answer, ...judged } = await judge(request, options);
    const status = answer.kind === "http" ? answer.status : answer.kind;
    const { httpVersion, method, path } = request;
    options.log.add({ atMs, httpVersion, method, path, status, ...judged });
    return answer;
  };
}

async function judge(request: TlsRequest, options: EndpointOptions): Promise<Verdict> {
  const { method, path, body, authorization } = request;
  if (method === "POST" && path === "/token") {
    const fault = tokenFault(options.accessFaults());
    if (fault) return plain(fault, "grant-refused");
    const answer = await options.tokens.exchange(body);
    return plain(answer, answer.kind === "http" && answer.status === 200 ? "accepted" : "grant-refused");
  }
  const project = /^\/v1\/projects\/([^/]+)\//.exec(path)?.[1];
  if (project === undefined) return plain(notFound, "not-found");
  const fault = sendFault(options.accessFaults());
  if (fault) return plain(fault, "access-planned");
  const bearer = options.tokens.bearer(authorization);
  if (bearer !== "good") return plain(accessRefusals[bearer], `access-${bearer}`);
  if (project !== options.projectId) return plain(accessRefusals.project, "access-project");
  if (method === "POST" && path.endsWith(`/${project}/messages:send`)) return sendMessage(body, options);
  const change = topicChange(method, path);
  return change ? plain(changeTopic(change, options.phones), change.kind) : plain(notFound, "not-found");
}

function plain(answer: Answer, verdict: string): Verdict {
  return { answer, verdict, target: null, dryRun: false, delivered: false, message: null };
}
