import fc from "fast-check";
import { expect, test } from "vitest";
import { ReplySplitter, textsOfReply } from "../bench/studio/reply-splitter.ts";
import "./property-seed.ts";

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.constantFrom("", "\r\n", "*1\r\n$1\r\nx\r\n"));
const { reply } = fc.letrec((tie) => ({
  reply: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("+OK\r\n", "-ERR no\r\n", ":12\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n"),
    text.map(bulk),
    fc.array(tie("reply"), { maxLength: 4 }).map((parts) => `*${parts.length}\r\n${parts.join("")}`),
  ),
}));
const pushed = fc.tuple(text, text).map(([channel, payload]) => ({ channel, payload }));

test("[BE20] what Redis sends is cut into replies whole and unchanged, wherever its pieces begin and end", () => {
  fc.assert(
    fc.property(fc.array(reply, { maxLength: 12 }), fc.array(fc.nat(200), { maxLength: 40 }), (replies, pieces) => {
      const stream = Buffer.from(replies.join(""));
      const splitter = new ReplySplitter();
      const got: Buffer[] = [];
      let at = 0;
      for (const length of [...pieces, stream.length]) {
        got.push(...splitter.feed(stream.subarray(at, at + length)));
        at = Math.min(stream.length, at + length);
      }
      expect(got.map(String)).toEqual(replies.map((one) => Buffer.from(String(one)).toString()));
    }),
  );
  expect(() => new ReplySplitter().feed(Buffer.from("?what\r\n"))).toThrow(/begins with byte/);
});

test("[BE20] a pushed message is told from everything else", () => {
  fc.assert(
    fc.property(pushed, ({ channel, payload }) => {
      const message = Buffer.from(`*3\r\n${bulk("smessage")}${bulk(channel)}${bulk(payload)}`);
      expect(textsOfReply(message)).toEqual([
        "smessage",
        ...[channel, payload].map((one) => Buffer.from(one).toString()),
      ]);
    }),
  );
  const subscribed = Buffer.from(`*3\r\n${bulk("ssubscribe")}${bulk("feed")}:1\r\n`);
  expect(textsOfReply(subscribed)).toEqual(["ssubscribe", "feed"]);
  for (const other of ["+PONG\r\n", ":3\r\n", bulk("smessage"), "*1\r\n:1\r\n"])
    expect(textsOfReply(Buffer.from(other))).toEqual([]);
});
