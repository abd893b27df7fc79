import { type Answer, jsonAnswer } from "./answer.ts";
import { fcmError, invalidArgument } from "./google-error.ts";
import type { Phones } from "./phones.ts";
import { TOPIC_NAME } from "./topic-condition.ts";

export type TopicChange = Readonly<{ kind: "subscribe" | "unsubscribe"; registration: string; topic: string }>;

/** Reads the v1 calls behind `subscribeToTopic` and `unsubscribeFromTopic`. */
export function topicChange(method: string, pathWithQuery: string): TopicChange | undefined {
  const url = new URL(pathWithQuery, "https://fcm.googleapis.com");
  const parts = /^\/v1\/projects\/[^/]+\/registrations\/([^/]+)\/topicSubscriptions(?:\/([^/]+))?$/.exec(url.pathname);
  const registration = parts?.[1];
  if (registration === undefined) return undefined;
  const topic = method === "DELETE" ? parts?.[2] : url.searchParams.get("topic_name");
  if (topic === undefined || topic === null || !["POST", "DELETE"].includes(method)) return undefined;
  const kind = method === "DELETE" ? "unsubscribe" : "subscribe";
  return { kind, registration: decodeURIComponent(registration), topic: decodeURIComponent(topic) };
}

export function changeTopic({ kind, registration, topic }: TopicChange, phones: Phones): Answer {
  if (!TOPIC_NAME.test(topic)) return invalidArgument({ field: "topic_name", description: "Invalid topic name" });
  const phone = phones.find(registration) ?? phones.addressed({ kind: "token", value: registration })[0];
  if (!phone) return fcmError("UNREGISTERED");
  if (kind === "subscribe") phone.topics.add(topic);
  else phone.topics.delete(topic);
  return jsonAnswer(200, {});
}
