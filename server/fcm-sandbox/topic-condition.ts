/** https://firebase.google.com/docs/cloud-messaging/send/v1-api: topic names and at most five topics a condition. */
export const TOPIC_NAME = /^[a-zA-Z0-9-_.~%]{1,900}$/;
const MAX_TOPICS = 5;

type Matcher = (topics: ReadonlySet<string>) => boolean;

/**
 * Reads a condition such as `'a' in topics && ('b' in topics || !('c' in topics))`.
 * Returns nothing for one that FCM refuses.
 */
export function topicCondition(condition: string): Matcher | undefined {
  const tokens = condition.match(/'[^']*'|&&|\|\||[!()]|[a-z]+|\S/g) ?? [];
  if (tokens.filter((token) => token.startsWith("'")).length > MAX_TOPICS) return undefined;
  let at = 0;
  const take = (token: string) => tokens[at] === token && ++at > 0;

  function either(): Matcher | undefined {
    let left = both();
    while (left && take("||")) left = joined(left, both(), (a, b) => (topics) => a(topics) || b(topics));
    return left;
  }
  function both(): Matcher | undefined {
    let left = single();
    while (left && take("&&")) left = joined(left, single(), (a, b) => (topics) => a(topics) && b(topics));
    return left;
  }
  function single(): Matcher | undefined {
    if (take("!")) {
      const inner = single();
      return inner && ((topics) => !inner(topics));
    }
    if (take("(")) {
      const inner = either();
      return take(")") ? inner : undefined;
    }
    const topic = tokens[at++]?.match(/^'(.*)'$/)?.[1];
    if (topic === undefined || !TOPIC_NAME.test(topic) || !take("in") || !take("topics")) return undefined;
    return (topics) => topics.has(topic);
  }

  const matcher = either();
  return at === tokens.length ? matcher : undefined;
}

function joined(left: Matcher, right: Matcher | undefined, join: (a: Matcher, b: Matcher) => Matcher) {
  return right && join(left, right);
}
