const [PLUS, MINUS, COLON, DOLLAR, STAR] = [0x2b, 0x2d, 0x3a, 0x24, 0x2a];
const LINE_END = "\r\n";

/**
 * Cuts what a Redis sends (RESP2) into replies and pushed messages, in whatever pieces it comes: each is given whole, byte for byte, and together they are what was
 * fed. Throws at a byte that begins no RESP2 reply.
 */
export class ReplySplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The replies that are complete now. */
  feed(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const replies: Buffer[] = [];
    let at = 0;
    for (let end = endOf(bytes, at); end !== undefined; end = endOf(bytes, at)) {
      replies.push(bytes.subarray(at, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return replies;
  }
}

/** Where the reply that begins at `at` ends; undefined while it is not complete. */
const endOf = (bytes: Buffer, at: number): number | undefined => {
  const lineEnd = at < bytes.length ? bytes.indexOf(LINE_END, at) : -1;
  if (lineEnd === -1) return undefined;
  const next = lineEnd + LINE_END.length;
  const type = bytes[at];
  if (type === PLUS || type === MINUS || type === COLON) return next;
  const count = Number(bytes.toString("latin1", at + 1, lineEnd));
  if (type === DOLLAR) {
    const end = count < 0 ? next : next + count + LINE_END.length;
    return end <= bytes.length ? end : undefined;
  }
  if (type !== STAR) throw new Error(`no RESP2 reply begins with byte ${type}`);
  let end: number | undefined = next;
  for (let element = 0; element < count && end !== undefined; element++) end = endOf(bytes, end);
  return end;
};

/** The strings of a reply that is an array of strings alone, as pushed messages and answers to subscribing are up to their counts; else what comes before. */
export const textsOfReply = (reply: Buffer): string[] => {
  const texts: string[] = [];
  if (reply[0] !== STAR) return texts;
  for (let at = reply.indexOf(LINE_END) + LINE_END.length; reply[at] === DOLLAR; ) {
    const lineEnd = reply.indexOf(LINE_END, at);
    const length = Number(reply.toString("latin1", at + 1, lineEnd));
    if (length < 0) break;
    const begin = lineEnd + LINE_END.length;
    texts.push(reply.toString("utf8", begin, begin + length));
    at = begin + length + LINE_END.length;
  }
  return texts;
};
